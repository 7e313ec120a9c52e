/* Whiteboards: a row of boards above, the chosen one below. */
import { render } from "preact";

import { ask } from "../../confirm";
import type { FeatureRoom } from "../features";
import { base, style } from "./assets";
import { bring, dataUrl, fetched } from "./transfer";

interface Board { id: string; title: string }
interface Shown { id: string; by: string }
interface Model { list: Board[]; shown: Shown | null; chosen: string; problem: string }
type Parts = [typeof import("./shared"), typeof import("./excalidraw")];

declare global { interface Window { EXCALIDRAW_ASSET_PATH?: string } } // where it looks for its fonts, read when it is loaded

const FIRST = 1; // the feature's byte before its frames

export function mount(host: HTMLElement, room: FeatureRoom): () => void {
  const board = new BoardStage(host, room);
  return () => { board.destroy(); };
}

class BoardStage {
  private model: Model = { list: [], shown: null, chosen: "", problem: "" };
  private readonly bar = document.createElement("div");
  private readonly sheet = document.createElement("div");
  private readonly ends: (() => void)[];
  private open: { end(): void; allow(may: boolean): void } | null = null;
  private parts: Promise<Parts> | null = null;
  private turn = 0;

  constructor(host: HTMLElement, private readonly room: FeatureRoom) {
    host.classList.add("together-board");
    this.bar.className = "together-bar";
    this.sheet.className = "together-sheet";
    host.replaceChildren(this.bar, this.sheet);
    this.ends = [
      room.on((message) => { this.hear(message.act, message.data); }),
      room.onChange((what) => {
        if (what === "rights") this.open?.allow(room.rights().draw);
        if (what === "back") void this.ask();
        this.draw();
      }),
    ];
    void style("together.css");
    this.draw();
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      const { list, shown } = (await this.room.send("open")) as unknown as Model;
      this.take({ list, shown });
    } catch (error) {
      this.set({ problem: (error as Error).message });
    }
  }

  private hear(act: string, data: Record<string, unknown>): void {
    if (act === "list" || act === "shown") this.take(data);
    if (act === "reset" && data.id === this.model.chosen) {
      const why = { full: this.room.text("This board is full. Begin a new one."), "slow-down": this.room.text("That was too much at once. The board was loaded again.") }[String(data.why)];
      if (why) this.room.tell(why);
      void this.choose(this.model.chosen, true);
    }
  }

  private take(told: Partial<Model>): void {
    const before = this.model.shown?.id;
    this.set(told);
    const { list, shown, chosen } = this.model;
    const wanted = shown && shown.id !== before ? shown.id : list.some((one) => one.id === chosen) ? chosen : (list[0]?.id ?? "");
    void this.choose(wanted);
  }

  private set(change: Partial<Model>): void {
    this.model = { ...this.model, ...change };
    this.draw();
  }

  private async choose(id: string, again = false): Promise<void> {
    if (id === this.model.chosen && !again) return;
    this.close();
    this.set({ chosen: id, problem: "" });
    if (!id) return;
    const turn = ++this.turn;
    this.sheet.setAttribute("aria-busy", "true");
    try {
      window.EXCALIDRAW_ASSET_PATH = base;
      this.parts ??= Promise.all([import("./shared"), import("./excalidraw"), style("excalidraw.css")]) as unknown as Promise<Parts>;
      const [shared, excalidraw] = await this.parts;
      if (turn !== this.turn) return;
      this.begin(id, shared, excalidraw);
    } catch {
      this.parts = null;
      this.set({ problem: this.room.text("The board could not be loaded. Check the connection and open it again.") });
    } finally {
      this.sheet.removeAttribute("aria-busy");
    }
  }

  private begin(id: string, { Shared }: Parts[0], { Drawing }: Parts[1]): void {
    const room = this.room;
    const host = document.createElement("div");
    host.className = "together-canvas";
    this.sheet.replaceChildren(host);
    let drawing: InstanceType<typeof Drawing> | null = null;
    const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
    const shared = new Shared(room, FIRST, id, () => {
      drawing ??= new Drawing(host, shared, pictures(room), { language: room.language(), dark, name: "" }, room.rights().draw);
    });
    this.open = {
      allow: (may) => { drawing?.allow(may); },
      end: () => {
        drawing?.destroy();
        shared.destroy();
        host.remove();
      },
    };
  }

  private close(): void {
    this.turn += 1;
    this.open?.end();
    this.open = null;
    this.sheet.replaceChildren();
  }

  private async act(act: string, data: Record<string, unknown> = {}): Promise<void> {
    try {
      const done = await this.room.send(act, data);
      if (act === "add" && typeof done.id === "string") await this.choose(done.id);
    } catch (error) {
      this.room.tell((error as Error).message);
    }
  }

  private async remove(board: Board): Promise<void> {
    const t = (text: string, values?: Record<string, string>) => this.room.text(text, values);
    const question = t("Delete the board “{title}” for everybody? This cannot be undone.", { title: board.title });
    if (await ask(document, question, t("Delete"), t("Keep"))) await this.act("remove", { id: board.id });
  }

  private draw(): void {
    const { list, shown, chosen, problem } = this.model, room = this.room, rights = room.rights();
    const t = (text: string, values?: Record<string, string | number>) => room.text(text, values);
    const board = list.find((one) => one.id === chosen);
    render(<>
      <div class="together-tabs" role="group" aria-label={t("Boards")}>
        {list.map((one) => <button type="button" class="btn btn-sm" key={one.id} aria-pressed={one.id === chosen}
          onClick={() => void this.choose(one.id)}>{one.title}{shown?.id === one.id ? <span class="together-live">{t("shown to all")}</span> : null}</button>)}
        {rights.draw ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => void this.act("add")}>+ {t("New board")}</button> : null}
      </div>
      {board ? <div class="together-acts">
        {rights.draw ? null : <span class="soft small">{t("You can look; the host has kept drawing for others.")}</span>}
        {rights.share && shown?.id !== chosen ? <button type="button" class="btn btn-sm btn-primary" onClick={() => void this.act("show", { id: chosen })}>{t("Show to all")}</button> : null}
        {rights.share && shown?.id === chosen ? <button type="button" class="btn btn-sm" onClick={() => void this.act("hide")}>{t("Stop showing")}</button> : null}
        {rights.draw ? <Rename board={board} label={t("Rename")} rename={(title) => void this.act("rename", { id: board.id, title })} /> : null}
        {rights.host ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => void this.remove(board)}>{t("Delete")}</button> : null}
      </div> : null}
      {problem ? <p class="message error" role="alert">{problem}</p> : null}
      {!list.length && !problem ? <p class="together-empty">{rights.draw ? t("Opening the board…") : t("There is no board yet.")}</p> : null}
    </>, this.bar);
  }

  destroy(): void {
    for (const end of this.ends) end();
    this.close();
    render(null, this.bar);
  }
}

function Rename({ board, label, rename }: { board: Board; label: string; rename: (title: string) => void }) {
  return <details class="drop"><summary>{label}</summary><div>
    <form onSubmit={(event) => {
      event.preventDefault();
      const title = new FormData(event.currentTarget).get("title");
      if (typeof title === "string") rename(title);
      event.currentTarget.closest("details")?.removeAttribute("open");
    }}>
      <label>{label}<input name="title" maxLength={80} defaultValue={board.title} key={board.id} required /></label>
      <button class="btn btn-sm btn-primary">OK</button>
    </form>
  </div></details>;
}

function pictures(room: FeatureRoom) {
  return {
    async put(picture: { id: string; mimeType: string; dataURL: string }) {
      const content = Uint8Array.from(atob(picture.dataURL.split(",")[1] ?? ""), (one) => one.charCodeAt(0));
      const brought = await bring(room, new File([content], picture.id, { type: picture.mimeType }), "board")
        .catch((error: unknown) => { room.tell((error as Error).message); throw error; });
      return { file: brought.id, type: picture.mimeType };
    },
    async get(picture: { file: string; type: string }) {
      const content = await fetched(room, `/meetings/files/${encodeURIComponent(picture.file)}/`);
      return dataUrl(new Blob([content], { type: picture.type.startsWith("image/") ? picture.type : "image/png" }));
    },
  };
}
