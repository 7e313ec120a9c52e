/* Which pictures are on the screen, and how large: what is not wanted is not sent, so that neither line nor processor is
   busy with what nobody sees. */
import type { Source, Want } from "./protocol";

const PAUSE = 120; // ms in which changes of layout gather

export class Wants {
  readonly #heights = new Map<string, Map<symbol, number>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = "";
  #paused = false;

  constructor(private readonly say: (wants: Want[]) => void) {}

  /** A tile shows it from now on, so high; the returned function ends that. */
  show(feed: string, source: Source, height: number): () => void {
    const name = `${feed} ${source}`;
    const tiles = this.#heights.get(name) ?? new Map<symbol, number>();
    const tile = Symbol(name);
    tiles.set(tile, Math.min(10_000, Math.round(height)));
    this.#heights.set(name, tiles);
    this.#soon();
    return () => {
      tiles.delete(tile);
      if (!tiles.size) this.#heights.delete(name);
      this.#soon();
    };
  }

  list(): Want[] {
    if (this.#paused) return [];
    return [...this.#heights].map(([name, tiles]) => {
      const [feed, source] = name.split(" ") as [string, Source];
      return { feed, source, height: Math.max(...tiles.values()) };
    }).slice(0, 60);
  }

  /** Out of sight, or sound only: nothing is wanted. */
  pause(on: boolean): void {
    if (this.#paused === on) return;
    this.#paused = on;
    this.#soon();
  }

  /** The server has forgotten: say it again. */
  repeat(): void {
    this.#last = "";
    this.#send();
  }

  /** Before the first drawing, a good guess saves a moment. */
  guess(wants: Want[]): void {
    this.say(wants);
    this.#last = JSON.stringify(wants);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#send(); }, PAUSE);
  }

  #send(): void {
    const wants = this.list();
    const text = JSON.stringify(wants);
    if (text === this.#last) return;
    this.#last = text;
    this.say(wants);
  }
}
