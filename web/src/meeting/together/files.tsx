/* Files in the chat: a button beside the message, dropping on the chat, and cards for files that were sent. */
import { render } from "preact";

import type { FeatureRoom } from "../features";
import { style } from "./assets";
import { bring, dataUrl, download, NotBrought, patiently, size } from "./transfer";

interface Limits { largest: number }
export interface ChatFile { id: string; name: string; size: number; type: string; url: string; preview?: boolean; gone?: boolean }

/* The chat's form holds a choice of whom the message goes to. */
export function mount(host: HTMLElement, room: FeatureRoom): () => void {
  const form = host.closest("form");
  const panel = form?.parentElement ?? host;
  const most = (room.state() as Limits | null)?.largest ?? 100 * 1024 * 1024;
  let sending: { name: string; part: number } | null = null;
  let problem = "";
  const say = (text: string, values?: Record<string, string | number>) => room.text(text, values);
  const send = async (file: File | null | undefined) => {
    if (!file || sending) return;
    problem = file.size > most ? say("“{name}” has {size}; the most is {most}.", { name: file.name, size: size(file.size), most: size(most) }) : "";
    if (!problem) await sent(file);
    draw();
  };
  const sent = async (file: File) => {
    const progress = (part: number) => { sending = { name: file.name, part }; draw(); };
    progress(0);
    try {
      const brought = await bring(room, file, "chat", progress);
      const to = form?.querySelector("select")?.value ?? "";
      await room.send("post", { id: brought.id, to });
    } catch (error) {
      problem = (error instanceof NotBrought || error instanceof Error) && error.message ? error.message : say("The file did not arrive. Check the connection and try again.");
    }
    sending = null;
  };
  const draw = () => {
    render(<div class="together-attach">
      {room.rights().chat ? <label class="btn btn-sm btn-ghost" title={say("Attach a file")}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.6 1.6 0 0 1-2.3-2.3L14.5 7.5" /></svg>
        <span class="sr-only">{say("Attach a file")}</span>
        <input type="file" class="together-file" onChange={(event) => {
          void send(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }} /></label> : null}
      {sending ? <span role="status" class="small">{sending.name} <progress class="progress" max={1} value={sending.part} /></span> : null}
      {problem ? <span class="small together-problem" role="alert">{problem}</span> : null}
    </div>, host);
  };
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files") || !room.rights().chat) return;
    event.preventDefault();
    panel.classList.toggle("dropping", event.type === "dragover");
    if (event.type === "drop") void send(event.dataTransfer.files[0]);
  };
  for (const name of ["dragover", "dragleave", "drop"] as const) panel.addEventListener(name, over);
  const end = room.onChange(draw);
  void style("together.css");
  draw();
  return () => {
    end();
    for (const name of ["dragover", "dragleave", "drop"] as const) panel.removeEventListener(name, over);
    render(null, host);
  };
}

type Fetcher = Pick<FeatureRoom, "pass" | "text" | "tell">;

/* A file as the chat shows it: `card(place, file, room)`; call it again when the file has gone. */
export function card(place: HTMLElement, file: ChatFile, room: Fetcher, remove?: () => void): void {
  void style("together.css");
  const fetch = () => void download(room, file.url).catch(() => { room.tell(room.text("The file could not be fetched. Try again.")); });
  render(file.gone ? <p class="soft small">{room.text("“{name}” was removed.", { name: file.name })}</p> : <div class="together-chatfile">
    <button type="button" onClick={fetch} aria-label={room.text("Download {name}", { name: file.name })}>
      <span class="together-picture" hidden />
      <span class="together-title">{file.name}<span class="soft small">{size(file.size)}</span></span>
    </button>
    {remove ? <button type="button" class="btn btn-sm btn-ghost" onClick={remove}>{room.text("Delete")}</button> : null}
  </div>, place);
  if (file.preview && !file.gone) void preview(place, file, room);
}

async function preview(place: HTMLElement, file: ChatFile, room: Fetcher): Promise<void> {
  const frame = place.querySelector<HTMLElement>(".together-picture");
  if (!frame || frame.childElementCount) return;
  try {
    const picture = new Image();
    picture.alt = "";
    picture.src = await dataUrl(await patiently(room, `${file.url}preview/`));
    frame.append(picture);
    frame.hidden = false;
  } catch { /* the name alone is enough */ }
}
