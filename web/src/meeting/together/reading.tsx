/* One open document: its page with notes, turned by who leads, and tools. */
import { render } from "preact";

import type { FeatureRoom } from "../features";
import type { Doc, Shown } from "./documents";
import { Ink, type Tool } from "./ink";
import { COLOURS, Notes, WIDTHS } from "./notes";
import { Paper } from "./paper";
import { Shared } from "./shared";
import { download } from "./transfer";

interface Desk {
  shown(): Shown | null;
  act(act: string, data?: Record<string, unknown>): Promise<void>;
  leave(): void;
}
const FIRST = 2; // the feature's byte before its frames
const TOOLS: [Tool, string, string][] = [
  ["look", "Look", "M4 4l7 16 2-7 7-2z"], ["pointer", "Laser pointer", "M12 9a3 3 0 1 0 .01 0M12 2v3M12 19v3M2 12h3M19 12h3"],
  ["pen", "Pen", "M4 20l1-5L16 4l4 4L9 19z"], ["marker", "Marker", "M9 14l-3 3v3h4l2-3M9 14l8-11 4 3-8 11z"],
  ["text", "Text", "M5 5h14M12 5v15M9 20h6"], ["eraser", "Eraser", "M8 20h12M3 15l9-10 7 6-8 9H7z"],
];

export class Reading {
  private readonly bar = document.createElement("div");
  private readonly scroll = document.createElement("div");
  private readonly leaf = document.createElement("div");
  private readonly canvas = document.createElement("canvas");
  private readonly words = document.createElement("p");
  private readonly shared: Shared;
  private readonly notes: Notes;
  private readonly ink: Ink;
  private readonly ends: (() => void)[];
  private paper: Paper | null = null;
  private page: number;
  private zoom = 1;
  private following = true;
  private tool: Tool = "look";
  private colour: string = COLOURS[1];
  private problem = "";
  private pointed = 0;
  private turn = 0;

  constructor(private readonly host: HTMLElement, private readonly room: FeatureRoom, private readonly doc: Doc, private readonly desk: Desk) {
    this.page = desk.shown()?.id === doc.id ? (desk.shown()?.page ?? 1) : doc.page;
    this.bar.className = "together-tools";
    this.scroll.className = "together-scroll";
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "document");
    this.leaf.className = "together-leaf";
    this.words.className = "sr-only";
    this.shared = new Shared(room, FIRST, doc.id, () => { this.ink.redraw(); });
    this.notes = new Notes(this.shared.doc);
    this.ink = new Ink(this.notes, () => ({ tool: this.mayDraw || this.tool === "look" ? this.tool : "look", colour: this.colour }),
      (x, y) => { this.point(x, y); }, (x, y) => { this.write(x, y); });
    this.leaf.append(this.canvas, this.ink.sheet, this.words);
    this.scroll.append(this.leaf);
    host.replaceChildren(this.bar, this.scroll);
    this.scroll.addEventListener("keydown", this.key);
    const watcher = new ResizeObserver(() => void this.show());
    watcher.observe(this.scroll);
    this.ends = [
      () => { watcher.disconnect(); },
      room.onPointer((id, on, x, y) => { if (on === this.doc.id) this.ink.dot(id, room.people().find((one) => one.id === id)?.name ?? "", x, y); }),
    ];
    this.notes.undo.on("stack-item-added", this.draw);
    this.notes.undo.on("stack-item-popped", this.draw);
    this.draw();
    void this.load();
  }

  private get mayDraw(): boolean { return this.room.rights().draw; }
  private get leads(): boolean { return this.desk.shown()?.id === this.doc.id && this.desk.shown()?.by === this.room.me(); }

  private t(text: string, values?: Record<string, string | number>): string {
    return this.room.text(text, values);
  }

  private async load(): Promise<void> {
    this.scroll.setAttribute("aria-busy", "true");
    try {
      this.paper = await Paper.open(this.doc.url, this.room.pass());
      await this.show();
    } catch {
      this.problem = this.t("The document could not be loaded. Check the connection and open it again.");
      this.draw();
    }
    this.scroll.removeAttribute("aria-busy");
  }

  changed(): void {
    if (!this.mayDraw && this.tool !== "look") this.tool = "look";
    this.draw();
  }

  /* Somebody leads, turned a page, or stopped. */
  led(shown: Shown | null): void {
    if (shown?.id === this.doc.id && this.following && shown.page !== this.page) {
      this.page = shown.page;
      void this.show();
    }
    this.draw();
  }

  private go(page: number): void {
    const wanted = Math.max(1, Math.min(page, this.doc.pages));
    if (wanted === this.page) return;
    this.page = wanted;
    this.point(null, null);
    if (this.leads) void this.desk.act("turn", { page: wanted });
    else this.following = false;
    void this.show();
  }

  private follow(): void {
    this.following = true;
    this.led(this.desk.shown());
  }

  private async show(): Promise<void> {
    if (!this.paper || !this.scroll.clientWidth) return;
    const turn = ++this.turn, page = this.page;
    const shape = await this.paper.shape(page);
    const { clientWidth, clientHeight } = this.scroll;
    const width = Math.max(160, Math.min(clientWidth - 24, (clientHeight - 24) * shape > 320 ? (clientHeight - 24) * shape : clientWidth - 24) * this.zoom);
    if (turn !== this.turn) return;
    this.leaf.style.width = `${String(Math.floor(width))}px`;
    this.leaf.style.aspectRatio = String(shape);
    this.ink.show(page, shape);
    this.draw();
    try {
      if (!(await this.paper.draw(page, this.canvas, width))) return;
      this.canvas.dataset.page = String(page);
      const words = await this.paper.words(page);
      if (turn !== this.turn) return;
      this.words.textContent = words;
      this.scroll.setAttribute("aria-label", this.t("{name}, page {page} of {pages}", { name: this.doc.name, page, pages: this.doc.pages }));
    } catch {
      this.problem = this.t("This page cannot be drawn.");
      this.draw();
    }
  }

  private size(factor: number): void {
    this.zoom = factor ? Math.max(0.5, Math.min(4, this.zoom * factor)) : 1;
    void this.show();
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      ArrowRight: () => { this.go(this.page + 1); }, PageDown: () => { this.go(this.page + 1); }, ArrowLeft: () => { this.go(this.page - 1); },
      PageUp: () => { this.go(this.page - 1); }, Home: () => { this.go(1); }, End: () => { this.go(this.doc.pages); },
      "+": () => { this.size(1.25); }, "-": () => { this.size(0.8); }, "0": () => { this.size(0); },
      Enter: () => { if (this.tool === "text") this.write(0.1, 0.1); },
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  private point(x: number | null, y: number | null): void {
    const now = Date.now();
    if (x !== null && now - this.pointed < 50) return;
    if (x === null && !this.pointed) return;
    this.pointed = x === null ? 0 : now;
    this.ink.dot(this.room.me(), "", x, y);
    this.room.pointer(this.doc.id, x, y);
  }

  /* A box to write in, where the page was clicked. */
  private write(x: number, y: number): void {
    this.leaf.querySelector("textarea")?.remove();
    const box = document.createElement("textarea");
    box.className = "together-text";
    box.setAttribute("aria-label", this.t("Text on the page"));
    box.maxLength = 500;
    const wide = this.leaf.clientWidth;
    Object.assign(box.style, { left: `${String(x * wide)}px`, top: `${String(y * wide)}px`, color: this.colour, fontSize: `${String(WIDTHS.text * wide)}px` });
    const page = this.page;
    let ended = false; // taking the box away makes it lose the focus, which ends it too
    const end = (keep: boolean) => {
      if (ended) return;
      ended = true;
      const text = box.value.trim();
      box.remove();
      if (keep && text) this.notes.begin({ page, kind: "text", colour: this.colour, width: WIDTHS.text, points: [x, y], text });
      this.scroll.focus({ preventScroll: true });
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") end(false);
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); end(true); }
    });
    box.addEventListener("blur", () => { end(true); });
    this.leaf.append(box);
    requestAnimationFrame(() => { box.focus(); });
  }

  private async fetch(url: string): Promise<void> {
    try {
      await download(this.room, url);
    } catch {
      this.room.tell(this.t("The file could not be fetched. Try again."));
    }
  }

  private readonly draw = (): void => {
    const shown = this.desk.shown(), rights = this.room.rights(), here = shown?.id === this.doc.id;
    const button = (label: string, act: () => void, text: string, off = false) =>
      <button type="button" class="btn btn-sm btn-ghost" aria-label={label} title={label} disabled={off} onClick={act}>{text}</button>;
    render(<>
      <div class="together-acts">
        {button(this.t("Back to the list"), () => { this.desk.leave(); }, "☰")}
        {button(this.t("Previous page"), () => { this.go(this.page - 1); }, "‹", this.page <= 1)}
        <label class="together-page"><span class="sr-only">{this.t("Page")}</span>
          <input inputMode="numeric" value={String(this.page)} onChange={(event) => { this.go(Number(event.currentTarget.value) || this.page); this.draw(); }} />
          <span>/ {this.doc.pages}</span></label>
        {button(this.t("Next page"), () => { this.go(this.page + 1); }, "›", this.page >= this.doc.pages)}
        {button(this.t("Smaller"), () => { this.size(0.8); }, "−")}
        {button(this.t("Whole page"), () => { this.size(0); }, `${String(Math.round(this.zoom * 100))}%`)}
        {button(this.t("Larger"), () => { this.size(1.25); }, "+")}
      </div>
      {this.mayDraw ? <div class="together-acts" role="group" aria-label={this.t("Tools")}>
        {TOOLS.map(([tool, label, path]) => <button type="button" class="btn btn-sm btn-ghost together-tool" key={tool} aria-pressed={this.tool === tool}
          aria-label={this.t(label)} title={this.t(label)} onClick={() => { this.choose(tool); }}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg></button>)}
        {(["pen", "marker", "text"] as Tool[]).includes(this.tool) ? COLOURS.map((colour, index) => <button type="button" class="together-colour" key={colour} aria-pressed={this.colour === colour}
          aria-label={this.t(["Black", "Red", "Blue", "Green", "Yellow"][index] ?? "")} style={{ backgroundColor: colour }} onClick={() => { this.colour = colour; this.draw(); }} />) : null}
        {button(this.t("Undo"), () => { this.notes.undo.undo(); }, "↶", !this.notes.undo.canUndo())}
        {button(this.t("Redo"), () => { this.notes.undo.redo(); }, "↷", !this.notes.undo.canRedo())}
      </div> : null}
      <div class="together-acts">
        {here && this.leads ? <span class="together-live">{this.t("You lead: all see this page")}</span> : null}
        {here && !this.leads && !this.following ? <button type="button" class="btn btn-sm btn-primary" onClick={() => { this.follow(); }}>
          {this.t("Back to page {page} with {name}", { page: shown.page, name: shown.name })}</button> : null}
        {here && !this.leads && this.following ? <span class="soft small">{this.t("{name} turns the pages", { name: shown.name })}</span> : null}
        {here && !this.leads && rights.share ? <button type="button" class="btn btn-sm" onClick={() => void this.desk.act("lead")}>{this.t("Take the lead")}</button> : null}
        {!here && rights.share ? <button type="button" class="btn btn-sm btn-primary" onClick={() => void this.desk.act("show", { id: this.doc.id, page: this.page })}>{this.t("Show to all")}</button> : null}
        {here && (this.leads || rights.host) ? <button type="button" class="btn btn-sm" onClick={() => void this.desk.act("hide")}>{this.t("Stop showing")}</button> : null}
        <details class="drop"><summary>{this.t("Download")}</summary><div>
          <button type="button" onClick={() => void this.fetch(`${this.doc.url}notes/`)}>{this.t("PDF with what was written")}</button>
          <button type="button" onClick={() => void this.fetch(`${this.doc.url}source/`)}>{this.t("As it was brought")}</button>
        </div></details>
      </div>
      {this.problem ? <p class="message error" role="alert">{this.problem}</p> : null}
    </>, this.bar);
    this.ink.sheet.dataset.tool = this.tool;
  };

  private choose(tool: Tool): void {
    if (this.tool === "pointer" && tool !== "pointer") this.point(null, null);
    this.tool = tool;
    this.draw();
  }

  close(): void {
    for (const end of this.ends) end();
    this.point(null, null);
    this.notes.undo.destroy();
    this.ink.close();
    this.shared.destroy();
    this.paper?.close();
    render(null, this.bar);
    this.host.replaceChildren();
  }
}
