/* The sound of the others: an element for each track, on the chosen speaker, and one click where the browser wants one first. */
import type { Received } from "./receiving";

export class Hearing {
  readonly #players = new Map<string, HTMLAudioElement>();
  #speaker = "";
  #told = false;

  constructor(private readonly blocked: (is: boolean) => void) {}

  play(tracks: Received): void {
    const wanted = new Map([...tracks].filter(([name]) => name.endsWith(" mic") || name.endsWith(" screen-sound")));
    for (const [name, player] of this.#players) {
      if (!wanted.has(name)) { player.srcObject = null; this.#players.delete(name); }
    }
    for (const [name, track] of wanted) {
      const had = this.#players.get(name);
      if (had && (had.srcObject as MediaStream | null)?.getTracks()[0] === track) continue;
      const player = had ?? new Audio();
      player.srcObject = new MediaStream([track]);
      this.#players.set(name, player);
      this.#route(player);
      void this.#start(player);
    }
  }

  /** After a click, which the browser asked for. */
  async again(): Promise<void> {
    this.#told = false;
    this.blocked(false);
    await Promise.all([...this.#players.values()].map((player) => this.#start(player)));
  }

  speaker(id: string): void {
    this.#speaker = id;
    for (const player of this.#players.values()) this.#route(player);
  }

  stop(): void {
    for (const player of this.#players.values()) player.srcObject = null;
    this.#players.clear();
  }

  #route(player: HTMLAudioElement): void {
    if ("setSinkId" in player && player.sinkId !== this.#speaker) void player.setSinkId(this.#speaker).catch(() => undefined);
  }

  async #start(player: HTMLAudioElement): Promise<void> {
    try {
      await player.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError" && !this.#told) {
        this.#told = true;
        this.blocked(true);
      }
    }
  }
}
