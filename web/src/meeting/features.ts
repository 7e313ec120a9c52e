/* The seam for what is done together in a room: polls, documents, boards, files in the chat. A feature is one entry here;
   its code is loaded when it is first opened. Example:

   features.push({ name: "poll", label: "Polls", icon: "poll", place: "panel", load: () => import("./together/polls") });

   The loaded module exports mount(host, room) and gets a plain element, so it may use any library. */
import type { Done, FeatureMessage, Person, Rights } from "./protocol";
import { TOGETHER } from "./together";

export interface FeatureRoom {
  readonly name: string;
  me(): string;
  people(): Person[];
  rights(): Rights;
  /** The state that the server gave on entering (or on the last return), under the feature's name. */
  state(): unknown;
  /** A token that shows to our own HTTP addresses that this person is in the room. */
  pass(): string;
  send(act: string, data?: Record<string, unknown>): Promise<Done>;
  sendBinary(bytes: Uint8Array): void;
  /** Both give a function that ends the listening. */
  on(listener: (message: FeatureMessage) => void): () => void;
  onBinary(listener: (bytes: Uint8Array) => void): () => void;
  /** Called after people or rights changed, and after a reconnection ("back"): send what was missed again. */
  onChange(listener: (what: "people" | "rights" | "back") => void): () => void;
  text(english: string, values?: Record<string, string | number>): string;
  language(): string;
  /** Said by screen readers, politely. */
  announce(text: string): void;
  /** A short notice on the screen. */
  tell(text: string): void;
  pointer(on: string, x: number | null, y: number | null): void;
  onPointer(listener: (id: string, on: string, x: number | null, y: number | null) => void): () => void;
  /** Opens or closes this feature here, or sets the mark on its button. */
  open(): void;
  close(): void;
  badge(count: number): void;
  /** Where files go, from the page. */
  files(): string;
}

export interface Mounted { mount(host: HTMLElement, room: FeatureRoom): () => void }

export interface Feature {
  name: string;
  /** English, translated through the page's dictionary. */
  label: string;
  icon: string;
  /** A panel at the side, a view in place of the pictures, or a tool in the chat's composer. */
  place: "panel" | "stage" | "chat";
  load(): Promise<Mounted>;
  /** Whether it is offered; everybody by default. */
  offered?(rights: Rights): boolean;
  /** Called for each message of the feature while it is not open: "open" shows it, "badge" marks its button. */
  heard?(message: FeatureMessage, rights: Rights): "open" | "badge" | undefined;
}

export const features: Feature[] = [...TOGETHER];
