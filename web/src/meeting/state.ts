/* Everything that the room shows, in one value. */
import type { ChatMessage, Person, Rights, RoomFacts, Terminal, Waiting } from "./protocol";
import type { Look } from "./network";
import type { Received } from "./receiving";

export type Phase = "before" | "connecting" | "lobby" | "question" | "in" | "over";

/** Why it is over, in words that say what to do next; `again`: coming back may work. */
export interface Over { kind: string; title: string; text: string; why: string[]; clause: string; again: boolean }

export interface Toast { key: number; text: string; warn: boolean; label?: string; act?: () => void; stays?: boolean }
export interface Shown { key: number; id: string; emoji: string }

export interface RoomState {
  phase: Phase;
  cut: boolean; // the line to the server is being restored
  engineGone: boolean;
  over: Over | null;
  waiting: { title: string; text: string } | null;
  elsewhere: { terminal: Terminal; since: number | string } | null;
  refusal: string; // why joining did not work, shown on the page before joining
  me: string;
  people: ReadonlyMap<string, Person>;
  order: string[];
  facts: RoomFacts | null;
  rights: Rights;
  chat: ChatMessage[];
  unread: number;
  lobby: Waiting[];
  tracks: Received;
  layers: ReadonlyMap<string, number>;
  reactions: Shown[];
  toasts: Toast[];
  panel: string; // "" | chat | people | settings | info | a feature's name
  stage: string; // "" | a feature's name
  chatTo: string;
  view: "gallery" | "speaker";
  pin: string;
  page: number;
  speaker: string; // who spoke last
  soundOnly: boolean;
  soundBlocked: boolean;
  sharing: boolean;
  look: Look | null;
  badges: Record<string, number>;
  dialog: string; // "" | leave | keys | remove:<id> | …
  startedAt: number;
  ahead: number; // how far the server's clock is ahead of ours, in ms
}

export const NO_RIGHTS: Rights = { record: false, host: false, share: false, draw: false, chat: false };

export const EMPTY: RoomState = {
  phase: "before", cut: false, engineGone: false, over: null, waiting: null, elsewhere: null, refusal: "", me: "", people: new Map(),
  order: [], facts: null, rights: NO_RIGHTS, chat: [], unread: 0, lobby: [], tracks: new Map(), layers: new Map(), reactions: [],
  toasts: [], panel: "", stage: "", chatTo: "", view: "gallery", pin: "", page: 0, speaker: "", soundOnly: false,
  soundBlocked: false, sharing: false, look: null, badges: {}, dialog: "", startedAt: 0, ahead: 0,
};

/** Raised hands in their order: who is first gets 1. */
export function hands(people: ReadonlyMap<string, Person>): Person[] {
  return [...people.values()].filter((one) => one.hand !== null).sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
}

export function screens(people: ReadonlyMap<string, Person>): string[] {
  return [...people.values()].filter((one) => one.streams.some((stream) => stream.source === "screen")).map((one) => one.id);
}

export function changed(people: ReadonlyMap<string, Person>, id: string, change: Partial<Person>): ReadonlyMap<string, Person> {
  const had = people.get(id);
  if (!had) return people;
  const { name = had.name, role = had.role, mic = had.mic, camera = had.camera, hand = had.hand } = change;
  const { network = had.network, streams = had.streams, talking = had.talking } = change;
  return new Map(people).set(id, { ...had, name, role, mic, camera, hand, network, streams, talking });
}
