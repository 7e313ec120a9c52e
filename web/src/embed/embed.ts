/* Shows a meeting's room in somebody's own page: <div data-musubu-meeting="slug" data-name="…" data-language="ja"></div>.
   The element hears `musubu:joined`, `musubu:left` and `musubu:ended`. Elements that come later: MusubuMeeting.mount(element). */
const EVENTS = ["joined", "left", "ended"];
const PATIENCE = 8_000; // milliseconds in which a room that may be shown here has said so
const ELSEWHERE: Record<string, string> = { ja: "会議室を新しいタブで開く", en: "Open the meeting in a new tab", "zh-hans": "在新标签页中打开会议" };
const ALLOWED = "camera; microphone; display-capture; autoplay; fullscreen; speaker-selection; picture-in-picture";

export function address(origin: string, data: DOMStringMap): string {
  const asked = new URLSearchParams({ embed: "1" });
  if (data.name) asked.set("name", data.name);
  if (data.language) asked.set("language", data.language);
  return `${origin}/m/${encodeURIComponent(data.musubuMeeting ?? "")}/?${asked.toString()}`;
}

export function mount(element: HTMLElement, origin: string): HTMLIFrameElement {
  const frame = element.ownerDocument.createElement("iframe");
  frame.src = address(origin, element.dataset);
  frame.allow = ALLOWED;
  frame.title = element.dataset.title ?? "Musubu";
  frame.style.cssText = "border:0;width:100%;min-height:480px;height:" + (element.dataset.height ?? "70vh");
  element.append(frame);
  return frame;
}

/** Where a room does not show (a page that was not named, a network that holds it back), it is still one step away. */
export function offer(element: HTMLElement, origin: string): void {
  const link = element.ownerDocument.createElement("a");
  link.href = `${origin}/m/${encodeURIComponent(element.dataset.musubuMeeting ?? "")}/`;
  link.target = "_blank";
  link.rel = "noopener";
  link.dataset.musubuElsewhere = "";
  link.style.cssText = "display:block;padding:12px;text-align:center";
  link.textContent = ELSEWHERE[element.dataset.language ?? (element.ownerDocument.documentElement.lang || "ja")] ?? ELSEWHERE.en ?? "";
  element.append(link);
}

export function pass(event: MessageEvent, origin: string, frame: HTMLIFrameElement, element: HTMLElement): void {
  const told = event.data as { musubu?: unknown; [name: string]: unknown } | null;
  const kind = told?.musubu;
  if (event.origin !== origin || event.source !== frame.contentWindow) return;
  if (kind === "ready") element.dataset.musubuReady = "";
  if (kind === "ready") element.querySelector("[data-musubu-elsewhere]")?.remove();
  if (typeof kind !== "string" || !EVENTS.includes(kind)) return;
  element.dispatchEvent(new CustomEvent(`musubu:${kind}`, { bubbles: true, detail: told }));
}

export function connect(page: Document, origin: string): (element: HTMLElement) => void {
  const show = (element: HTMLElement) => {
    if (element.querySelector("iframe")) return;
    const frame = mount(element, origin);
    setTimeout(() => { if (element.dataset.musubuReady === undefined) offer(element, origin); }, PATIENCE);
    page.defaultView?.addEventListener("message", (event) => { pass(event, origin, frame, element); });
  };
  page.querySelectorAll<HTMLElement>("[data-musubu-meeting]").forEach(show);
  return show;
}
