/* The sheet over a page on which notes are seen and written: SVG whose unit is the page's width. */
import { type Kind, type Note, type Notes, touches, WIDTHS, worth } from "./notes";

const SVG = "http://www.w3.org/2000/svg";
const UNIT = 1_000; // of the page's width, so that numbers stay short
const PAUSE = 60; // ms in which points of a line gather before they are sent
export type Tool = "look" | "pointer" | "eraser" | Kind;
export interface Hand { tool: Tool; colour: string }

export class Ink {
  readonly sheet = document.createElementNS(SVG, "svg");
  private readonly lines = document.createElementNS(SVG, "g");
  private readonly dots = document.createElementNS(SVG, "g");
  private page = 1;
  private shape = 1;
  private drawing: { id: string; last: number[]; more: number[]; timer: ReturnType<typeof setTimeout> | undefined } | null = null;
  private erasing = false;

  constructor(private readonly notes: Notes, private readonly hand: () => Hand, private readonly points: (x: number | null, y: number | null) => void,
    private readonly write: (x: number, y: number) => void) {
    this.sheet.setAttribute("class", "together-ink");
    this.sheet.setAttribute("aria-hidden", "true");
    this.sheet.append(this.lines, this.dots);
    this.notes.map.observeDeep(this.redraw);
    this.sheet.addEventListener("pointerdown", this.down);
    this.sheet.addEventListener("pointermove", this.move);
    for (const name of ["pointerup", "pointercancel"]) this.sheet.addEventListener(name, this.up);
    this.sheet.addEventListener("pointerleave", () => { if (this.hand().tool === "pointer") this.points(null, null); });
  }

  show(page: number, shape: number): void {
    [this.page, this.shape] = [page, shape];
    this.sheet.setAttribute("viewBox", `0 0 ${String(UNIT)} ${String(UNIT / shape)}`);
    this.dots.replaceChildren();
    this.redraw();
  }

  readonly redraw = (): void => {
    this.lines.replaceChildren(...this.notes.on(this.page).map(drawn));
  };

  /** Where somebody points, in parts of the page's width and height. */
  dot(id: string, name: string, x: number | null, y: number | null): void {
    this.dots.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
    if (x === null || y === null) return;
    const group = element("g", { "data-id": id, transform: `translate(${String(x * UNIT)} ${String((y * UNIT) / this.shape)})` });
    const label = element("text", { x: 14, y: 6, class: "together-name" });
    label.textContent = name;
    group.append(element("circle", { r: 9, class: "together-dot" }), label);
    this.dots.append(group);
  }

  private place(event: PointerEvent): [number, number] {
    const { left, top, width } = this.sheet.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / width];
  }

  private readonly down = (event: PointerEvent): void => {
    const { tool, colour } = this.hand();
    if (event.button !== 0 || tool === "look") return;
    const [x, y] = this.place(event);
    if (tool === "pointer") { this.points(x, y * this.shape); return; }
    event.preventDefault();
    if (tool === "text") { this.write(x, y); return; }
    this.sheet.setPointerCapture(event.pointerId);
    if (tool === "eraser") { this.erasing = true; this.erase(x, y); return; }
    const id = this.notes.begin({ page: this.page, kind: tool, colour, width: WIDTHS[tool], points: [round(x), round(y)], text: "" });
    this.drawing = { id, last: [x, y], more: [], timer: undefined };
  };

  private readonly move = (event: PointerEvent): void => {
    const [x, y] = this.place(event);
    if (this.hand().tool === "pointer") this.points(Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y * this.shape)));
    if (this.erasing) this.erase(x, y);
    const line = this.drawing;
    if (!line) return;
    for (const one of event.getCoalescedEvents().length ? event.getCoalescedEvents() : [event]) {
      const [nextX, nextY] = this.place(one);
      if (!worth(line.last, nextX, nextY)) continue;
      line.last = [nextX, nextY];
      line.more.push(round(nextX), round(nextY));
    }
    line.timer ??= setTimeout(() => { this.flush(); }, PAUSE);
  };

  private flush(): void {
    if (!this.drawing) return;
    clearTimeout(this.drawing.timer);
    this.drawing.timer = undefined;
    this.notes.extend(this.drawing.id, this.drawing.more.splice(0));
  }

  private readonly up = (): void => {
    this.flush();
    this.drawing = null;
    this.erasing = false;
  };

  private erase(x: number, y: number): void {
    this.notes.erase(this.notes.on(this.page).filter((note) => touches(note, x, y)).map((note) => note.id));
  }

  close(): void {
    this.flush();
    this.notes.map.unobserveDeep(this.redraw);
    this.sheet.remove();
  }
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;

function element(name: string, values: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, String(value));
  return made;
}

function drawn(note: Note): SVGElement {
  if (note.kind === "text") return words(note);
  const [x = 0, y = 0] = note.points;
  const points = note.points.length > 2 ? note.points : [x, y, x + 0.0001, y];
  const pairs = points.map((one) => (one * UNIT).toFixed(1)).join(" ");
  return element("polyline", {
    points: pairs, fill: "none", stroke: note.colour, "stroke-width": note.width * UNIT, "stroke-linecap": "round", "stroke-linejoin": "round",
    "stroke-opacity": note.kind === "marker" ? 0.4 : 1,
  });
}

function words(note: Note): SVGElement {
  const [x = 0, y = 0] = note.points;
  const size = note.width * UNIT;
  const text = element("text", { fill: note.colour, "font-size": size, y: y * UNIT });
  note.text.split("\n").forEach((line, index) => {
    const part = element("tspan", { x: x * UNIT, y: y * UNIT + size * (0.9 + index * 1.25) });
    part.textContent = line;
    text.append(part);
  });
  return text;
}
