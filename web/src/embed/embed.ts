/* Shows a meeting's room in somebody's own page: <div data-musubu-meeting="slug" data-name="…" data-language="ja"></div>.
   The element hears `musubu:joined`, `musubu:left` and `musubu:ended`. Elements that come later: MusubuMeeting.mount(element). */
const EVENTS = ["joined", "left", "ended"];
const ALLOWED = "camera; microphone; display-capture; autoplay; fullscreen; speaker-selection; picture-in-picture";

export function address(origin: string, data: DOMStringMap): string {
  const asked = new URLSearchParams({ embed: "1" });
  if (data.name) asked.set("name", data.name);
  if (data.language) asked.set("language", data.language);
  return `${origin}/m/${encodeURIComponent(data.musubuMeeting ?? "")}/?${asked.toString()}`;
}

export function mount(element: HTMLElement, origin: string): HTMLIFrameElement {
  const known = element.querySelector("iframe");
  if (known) return known;
  const frame = element.ownerDocument.createElement("iframe");
  frame.src = address(origin, element.dataset);
  frame.allow = ALLOWED;
  frame.title = element.dataset.title ?? "Musubu";
  frame.style.cssText = "border:0;width:100%;min-height:480px;height:" + (element.dataset.height ?? "70vh");
  element.append(frame);
  return frame;
}

export function pass(event: MessageEvent, origin: string, frame: HTMLIFrameElement, element: HTMLElement): void {
  const told = event.data as { musubu?: unknown; [name: string]: unknown } | null;
  const kind = told?.musubu;
  if (event.origin !== origin || event.source !== frame.contentWindow) return;
  if (typeof kind !== "string" || !EVENTS.includes(kind)) return;
  element.dispatchEvent(new CustomEvent(`musubu:${kind}`, { bubbles: true, detail: told }));
}

export function connect(page: Document, origin: string): (element: HTMLElement) => void {
  const show = (element: HTMLElement) => {
    const frame = mount(element, origin);
    page.defaultView?.addEventListener("message", (event) => { pass(event, origin, frame, element); });
  };
  page.querySelectorAll<HTMLElement>("[data-musubu-meeting]").forEach(show);
  return show;
}
