/* The conversation with the live server: numbered requests, and coming back by itself after a cut. */
import { FINAL, type Done, type FromServer, type Terminal, type ToServer } from "./protocol";

export class Refusal extends Error {
  constructor(readonly why: string, text: string) { super(text); }
}

export interface Ear {
  hear(message: FromServer): void;
  hearBinary(bytes: Uint8Array): void;
  /** The line is cut and will be tried again. */
  cut(): void;
  /** It will not be tried again: the close code. */
  over(code: number): void;
}

interface Waiter { resolve(done: Done): void; reject(error: Error): void }

export const FIRST_WAIT = 200;
export const LONGEST_WAIT = 3_000;
const SILENT = 8_000; // ms after which a connection that does not open is given up

/** How long to wait before the next try, with some chance in it so that a whole room does not come back at once. */
export function waitBefore(attempt: number, chance = Math.random()): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.7 + 0.6 * chance);
}

export class Line {
  #socket: WebSocket | null = null;
  #waiters = new Map<number, Waiter>();
  #next = 1;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resume = "";
  #fresh = false; // the page was loaded anew: its media connections are gone
  #closed = false;
  #welcomed = false;

  constructor(
    private readonly address: string, private ticket: string, private readonly terminal: Terminal, private readonly ear: Ear,
  ) {}

  get resume(): string { return this.#resume; }
  get open(): boolean { return this.#welcomed && this.#socket?.readyState === WebSocket.OPEN; }

  /** To the chair that a former load of this page had. */
  comeBack(resume: string): void {
    this.#resume = resume;
    this.#fresh = true;
    this.connect();
  }

  connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const silent = setTimeout(() => { socket.close(); this.#gone(socket, 1006); }, SILENT);
    socket.onopen = () => { clearTimeout(silent); this.hello(false); };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => { this.#read(event.data); };
    socket.onclose = (event) => { clearTimeout(silent); this.#gone(socket, event.code); };
  }

  /** Said first on each connection, and again to take the place of one's other terminal. */
  hello(takeOver: boolean): void {
    const who = this.#resume ? { resume: this.#resume } : { ticket: this.ticket };
    this.#write({ t: "hello", ...who, ...(this.#fresh ? { fresh: true } : {}), ...(takeOver ? { take_over: true } : {}), terminal: this.terminal });
  }

  /** After a network change: do not wait for the old connection to be found dead. */
  again(): void {
    const socket = this.#socket;
    if (this.#closed || !socket) return;
    socket.close(4000);
    this.#gone(socket, 4000);
  }

  say(message: ToServer): void {
    if (this.open) this.#write(message);
  }

  ask(message: ToServer): Promise<Done> {
    if (!this.open) return Promise.reject(new Refusal("offline", ""));
    const n = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiters.set(n, { resolve, reject });
      this.#write({ ...message, n });
    });
  }

  binary(bytes: Uint8Array): void {
    if (this.open) this.#socket?.send(bytes);
  }

  /** The page goes; perhaps it is only loaded anew. */
  away(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#write({ t: "away" });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  #write(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #read(data: string | ArrayBuffer): void {
    if (typeof data !== "string") { this.ear.hearBinary(new Uint8Array(data)); return; }
    const said = JSON.parse(data) as FromServer | FromServer[];
    for (const message of Array.isArray(said) ? said : [said]) this.#take(message);
  }

  #take(message: FromServer): void {
    if (message.t === "welcome") {
      this.#attempt = 0;
      this.#welcomed = true;
      this.#fresh = false;
      this.#resume = message.resume;
    } else if (message.t === "waiting") this.#resume = message.resume ?? "";
    else if (message.t === "resume") this.#resume = message.token;
    else if (message.t === "done" || (message.t === "refused" && message.n !== undefined)) { this.#answer(message); return; }
    this.ear.hear(message);
  }

  #answer(message: Done | { t: "refused"; why: string; text: string; n?: number }): void {
    const waiter = this.#waiters.get(message.n ?? 0);
    this.#waiters.delete(message.n ?? 0);
    if (message.t === "done") waiter?.resolve(message);
    else waiter?.reject(new Refusal(message.why, message.text));
  }

  #gone(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#closed) return;
    this.#socket = null;
    this.#welcomed = false;
    for (const waiter of this.#waiters.values()) waiter.reject(new Refusal("offline", ""));
    this.#waiters.clear();
    if (FINAL.has(code)) { this.#closed = true; this.ear.over(code); return; }
    this.ear.cut();
    this.#timer = setTimeout(() => { this.connect(); }, waitBefore(this.#attempt++));
  }
}
