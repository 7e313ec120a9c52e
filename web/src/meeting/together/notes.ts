/* What is written on documents, in a shared document: a map of notes. Places and widths are parts of the page's width,
   so that they fit at every size; the server's `together/burning.py` reads the same. */
import * as Y from "yjs";

export type Kind = "pen" | "marker" | "text";
export interface Note { id: string; page: number; kind: Kind; colour: string; width: number; at: number; points: number[]; text: string }
export const COLOURS = ["#1b2430", "#b3261e", "#1d4f7c", "#146c43", "#e0a100"] as const;
export const WIDTHS: Record<Kind, number> = { pen: 0.004, marker: 0.022, text: 0.026 };
const CLOSE = 0.0015; // points nearer than this to the last are left out
const REACH = 0.012; // of the eraser

export class Notes {
  readonly map: Y.Map<Y.Map<unknown>>;
  readonly undo: Y.UndoManager;
  private readonly own = Symbol("own");

  constructor(readonly doc: Y.Doc) {
    this.map = doc.getMap("notes");
    this.undo = new Y.UndoManager(this.map, { trackedOrigins: new Set([this.own]), captureTimeout: 0 });
  }

  begin(note: Omit<Note, "id" | "at">): string {
    const id = crypto.randomUUID();
    this.undo.stopCapturing();
    this.doc.transact(() => {
      const { points, ...rest } = note;
      const kept = new Y.Map<unknown>(Object.entries({ ...rest, at: Date.now() }));
      kept.set("points", Y.Array.from(points));
      this.map.set(id, kept);
    }, this.own);
    return id;
  }

  /* More of a line that is being drawn, as one act with its beginning. */
  extend(id: string, points: number[]): void {
    const kept = this.map.get(id)?.get("points");
    if (!(kept instanceof Y.Array) || !points.length) return;
    const before = this.undo.captureTimeout;
    this.undo.captureTimeout = Number.MAX_SAFE_INTEGER;
    this.doc.transact(() => { kept.push(points); }, this.own);
    this.undo.captureTimeout = before;
  }

  erase(ids: string[]): void {
    if (ids.length) this.doc.transact(() => { for (const id of ids) this.map.delete(id); }, this.own);
  }

  on(page: number): Note[] {
    return [...this.map.keys()].flatMap((id) => this.get(id) ?? []).filter((note) => note.page === page).sort((a, b) => a.at - b.at);
  }

  /* Others' browsers wrote it: whatever is not a note as it should be is none. */
  get(id: string): Note | undefined {
    const kept = this.map.get(id);
    if (!(kept instanceof Y.Map)) return undefined;
    const points = kept.get("points");
    return readNote(id, { ...kept.toJSON(), points: points instanceof Y.Array ? points.toJSON() : [] });
  }
}

export function readNote(id: string, told: Record<string, unknown>): Note | undefined {
  const { page, kind, colour, width, at, points, text } = told;
  if (typeof page !== "number" || typeof width !== "number" || !(width > 0 && width < 0.5) || typeof at !== "number") return undefined;
  if (kind !== "pen" && kind !== "marker" && kind !== "text") return undefined;
  if (typeof colour !== "string" || !/^#[0-9a-f]{6}$/i.test(colour)) return undefined;
  if (!Array.isArray(points) || points.length < 2 || !points.every((one) => typeof one === "number" && Math.abs(one) <= 10)) return undefined;
  return { id, page, kind, colour, width, at, points: points as number[], text: typeof text === "string" ? text.slice(0, 2_000) : "" };
}

/* Only as many points as the eye needs. */
export function worth(last: number[], x: number, y: number): boolean {
  const [lastX, lastY] = last.slice(-2);
  return lastX === undefined || lastY === undefined || Math.hypot(x - lastX, y - lastY) >= CLOSE;
}

export function touches(note: Note, x: number, y: number): boolean {
  if (note.kind === "text") {
    const [left = 0, top = 0] = note.points;
    const lines = note.text.split("\n");
    const wide = Math.max(...lines.map((line) => line.length)) * note.width;
    return x >= left - REACH && x <= left + wide + REACH && y >= top - REACH && y <= top + lines.length * note.width * 1.3 + REACH;
  }
  const reach = REACH + note.width / 2;
  for (let n = 0; n + 1 < note.points.length; n += 2) {
    const at = (k: number) => note.points[k] ?? 0;
    const next = n + 3 < note.points.length ? n + 2 : n;
    if (distance(x, y, at(n), at(n + 1), at(next), at(next + 1)) <= reach) return true;
  }
  return false;
}

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const long = (bx - ax) ** 2 + (by - ay) ** 2;
  const part = long ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) : 0;
  return Math.hypot(x - ax - part * (bx - ax), y - ay - part * (by - ay));
}
