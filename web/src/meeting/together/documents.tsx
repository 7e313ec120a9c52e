/* Documents: a list to choose from, then the pages, which one leads and the others follow, with notes over them. */
import { render } from "preact";

import { ask } from "../../confirm";
import type { FeatureRoom } from "../features";
import { style } from "./assets";
import { Reading } from "./reading";
import { bring, NotBrought, size } from "./transfer";

export interface Doc { id: string; name: string; state: "waiting" | "converting" | "ready" | "failed"; problem: string; pages: number; page: number; by: string; owner: string; url: string }
export interface Shown { id: string; page: number; by: string; name: string }
interface Model { list: Doc[]; shown: Shown | null; sending: { name: string; part: number } | null; problem: string; chosen: string }

const ACCEPT = ".pdf,.docx,.doc,.odt,.rtf,.txt,.xlsx,.xls,.ods,.csv,.pptx,.ppt,.ppsx,.odp";
const MOST = 100 * 1024 * 1024;
const PROBLEMS: Record<string, string> = {
  unreadable: "This document cannot be read. Open it on your computer, save it again or as PDF, and bring it anew.",
  locked: "This document asks for a password. Save it without one and bring it anew.",
  slow: "This document takes too long to prepare. Save it as PDF and bring that.",
  "many-pages": "This document has more than 1,000 pages. Bring the part that you need.",
};

export function mount(host: HTMLElement, room: FeatureRoom): () => void {
  const stage = new DocumentStage(host, room);
  return () => { stage.destroy(); };
}

class DocumentStage {
  private model: Model = { list: [], shown: null, sending: null, problem: "", chosen: "" };
  private readonly shelf = document.createElement("div");
  private readonly desk = document.createElement("div");
  private readonly ends: (() => void)[];
  private reading: Reading | null = null;

  constructor(private readonly host: HTMLElement, private readonly room: FeatureRoom) {
    host.classList.add("together-documents");
    this.shelf.className = "together-shelf";
    this.desk.className = "together-desk";
    host.replaceChildren(this.shelf, this.desk);
    this.ends = [
      room.on((message) => { this.hear(message.act, message.data); }),
      room.onChange((what) => {
        if (what === "back") void this.back();
        this.draw();
        this.reading?.changed();
      }),
      this.dropped(),
    ];
    void style("together.css").then(() => this.reading?.changed());
    this.draw();
    void this.ask();
  }

  private t(text: string, values?: Record<string, string | number>): string {
    return this.room.text(text, values);
  }

  private async ask(): Promise<void> {
    try {
      const { list, shown } = (await this.room.send("list")) as unknown as Model;
      this.take({ list, shown });
    } catch (error) {
      this.set({ problem: (error as Error).message });
    }
  }

  /* After a restart of the server nobody leads: who did goes on. */
  private async back(): Promise<void> {
    const led = this.model.shown?.by === this.room.me() ? this.model.shown : null;
    await this.ask();
    if (led && !this.model.shown) await this.act("show", { id: led.id, page: led.page });
  }

  private hear(act: string, data: Record<string, unknown>): void {
    if (act === "list" || act === "shown") this.take(data);
    if (act === "page" && this.model.shown?.id === data.id) {
      const shown = { ...this.model.shown, page: data.page as number } as Shown;
      this.set({ shown });
      this.reading?.led(shown);
    }
    if (act === "reset" && data.id === this.model.chosen) this.read(this.model.chosen, true);
  }

  private take(told: Partial<Model>): void {
    const before = this.model.shown;
    this.set(told);
    const { list, shown, chosen } = this.model;
    if (chosen && !list.some((one) => one.id === chosen)) this.read("");
    if (shown && (shown.id !== before?.id || shown.by !== before.by)) {
      if (shown.id !== this.model.chosen) this.read(shown.id);
      this.room.announce(this.t("{name} shows a document", { name: shown.name }));
    }
    this.reading?.led(shown);
  }

  private set(change: Partial<Model>): void {
    this.model = { ...this.model, ...change };
    this.draw();
  }

  private read(id: string, again = false): void {
    if (id === this.model.chosen && !again) return;
    this.reading?.close();
    this.reading = null;
    this.desk.replaceChildren();
    const found = this.model.list.find((one) => one.id === id && one.state === "ready");
    this.set({ chosen: found ? id : "" });
    this.host.classList.toggle("reading", Boolean(found));
    if (!found) return;
    this.reading = new Reading(this.desk, this.room, found, {
      shown: () => this.model.shown, act: (act, data) => this.act(act, data), leave: () => { this.read(""); },
    });
    this.reading.led(this.model.shown);
  }

  private async act(act: string, data: Record<string, unknown> = {}): Promise<void> {
    try {
      await this.room.send(act, data);
    } catch (error) {
      this.room.tell((error as Error).message);
    }
  }

  private async bring(file: File | null | undefined): Promise<void> {
    if (!file || this.model.sending) return;
    if (file.size > MOST) {
      this.set({ problem: this.t("“{name}” has {size}; the most is {most}.", { name: file.name, size: size(file.size), most: size(MOST) }) });
      return;
    }
    this.set({ sending: { name: file.name, part: 0 }, problem: "" });
    try {
      const brought = await bring<Doc>(this.room, file, "document", (part) => { this.set({ sending: { name: file.name, part } }); });
      this.set({ sending: null });
      await this.act("brought", { id: brought.id });
    } catch (error) {
      const said = error instanceof NotBrought && error.message;
      this.set({ sending: null, problem: said || this.t("The file did not arrive. Check the connection and try again.") });
    }
  }

  private dropped(): () => void {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files") || !this.room.rights().share) return;
      event.preventDefault();
      this.host.classList.toggle("dropping", event.type === "dragover");
      if (event.type === "drop") void this.bring(event.dataTransfer.files[0]);
    };
    for (const name of ["dragover", "dragleave", "drop"] as const) this.host.addEventListener(name, over);
    return () => { for (const name of ["dragover", "dragleave", "drop"] as const) this.host.removeEventListener(name, over); };
  }

  private async remove(one: Doc): Promise<void> {
    const question = this.t("Delete “{name}” and what was written on it? This cannot be undone.", { name: one.name });
    if (await ask(document, question, this.t("Delete"), this.t("Keep"))) await this.act("remove", { id: one.id });
  }

  private draw(): void {
    const { list, sending, problem, shown } = this.model, rights = this.room.rights();
    render(<>
      <header class="together-head">
        <h2>{this.t("Documents")}</h2>
        {rights.share ? <label class="btn btn-primary btn-sm">{this.t("Bring a document")}
          <input type="file" class="together-file" accept={ACCEPT} onChange={(event) => {
            void this.bring(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }} /></label> : null}
      </header>
      {problem ? <p class="message error" role="alert">{problem}</p> : null}
      {sending ? <p role="status">{this.t("Sending “{name}”…", { name: sending.name })} <progress class="progress" max={1} value={sending.part} /></p> : null}
      {list.length ? <ul class="together-list">{list.map((one) => <li key={one.id}>
        <span class="together-title">{one.name}{shown?.id === one.id ? <span class="together-live">{this.t("shown to all")}</span> : null}
          <span class="soft small">{this.about(one)}</span></span>
        {one.state === "ready" ? <button type="button" class="btn btn-sm" onClick={() => { this.read(one.id); }}>{this.t("Open")}</button> : null}
        {one.state === "ready" && rights.share ? <button type="button" class="btn btn-sm btn-primary" onClick={() => void this.act("show", { id: one.id })}>{this.t("Show to all")}</button> : null}
        {rights.host || one.owner === this.room.me() ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => void this.remove(one)}
          aria-label={this.t("Delete “{name}”", { name: one.name })}>{this.t("Delete")}</button> : null}
      </li>)}</ul> : sending ? null : <p class="together-empty">{rights.share
        ? this.t("Bring a PDF, Word, Excel or PowerPoint file to read it together. You can also drop it here.")
        : this.t("Nobody has brought a document yet.")}</p>}
    </>, this.shelf);
  }

  private about(one: Doc): string {
    if (one.state === "failed") return this.t(PROBLEMS[one.problem] ?? PROBLEMS.unreadable ?? "");
    if (one.state === "ready") return this.t("{pages} pages, from {name}", { pages: one.pages, name: one.by });
    return this.t("Being prepared…");
  }

  destroy(): void {
    for (const end of this.ends) end();
    this.reading?.close();
    render(null, this.shelf);
  }
}
