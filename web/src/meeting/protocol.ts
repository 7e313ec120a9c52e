/* What browser and live server say to each other; the server's side is `musubu/meetings/live/protocol.py`. */
export type Source = "mic" | "camera" | "screen" | "screen-sound";
export type Role = "host" | "co-host" | "presenter" | "attendee";
export interface Stream { mid: string; source: Source }
export interface Feed extends Stream { feed: string }
export interface Want { feed: string; source: Source; height: number }

export interface Person {
  id: string;
  name: string;
  role: Role;
  kind: "member" | "guest" | "phone";
  mic: boolean;
  camera: boolean;
  hand: number | null;
  network: number;
  streams: Stream[];
  talking: boolean;
}

export interface SharedFile { id: string; name: string; size: number; type: string; url: string; preview?: boolean; gone?: boolean }
export interface ChatMessage { id: string; from: string; name: string; to: string; text: string; file: SharedFile | null; at: number }
export interface Waiting { id: string; name: string; kind: string; since: number }
export interface Terminal { browser?: string; system?: string; phone?: boolean; [more: string]: unknown }

export type WhoMay = "hosts" | "presenters" | "everybody";
export interface RoomSettings {
  lobby: "nobody" | "guests" | "everybody";
  mute_on_entry: boolean;
  unmute_self: boolean;
  share: WhoMay;
  draw: WhoMay;
  chat: "hosts" | "everybody";
  capacity: number;
  video_kbps: number;
  screen_kbps: number;
}

export interface Rights { record: boolean; host: boolean; share: boolean; draw: boolean; chat: boolean }
export interface Recording { by: string; since: number | string }
export interface Countdown { ends_at: number }

export interface RoomFacts {
  title: string;
  number: string;
  pass_code: string;
  link: string;
  organisation: string;
  settings: RoomSettings;
  locked: boolean;
  spotlight: string;
  record: Recording | null;
  timer: Countdown | null;
}

export interface Welcome {
  t: "welcome";
  me: string;
  resume: string;
  sitting: string;
  started_at: number | string;
  now: number;
  room: RoomFacts;
  people: Person[];
  chat: ChatMessage[];
  lobby: Waiting[];
  ice: RTCIceServer[];
  rights: Rights;
  features: Record<string, unknown>;
  /** After a return: whether the engine still holds this person's connections. */
  media?: "kept" | "new";
}

export interface Layer { feed: string; source: Source; layer: number }
export interface FeatureMessage { t: "feature"; name: string; act: string; data: Record<string, unknown>; from: string }

export type FromServer =
  | Welcome
  | { t: "waiting"; title: string; text: string; resume?: string }
  | { t: "lobby"; people: Waiting[] }
  | { t: "question"; about: string; terminal: Terminal; since: number | string }
  | { t: "taken-over"; terminal: Terminal; text?: string }
  | { t: "joined"; person: Person }
  | { t: "left"; id: string; name: string; reason: string }
  | ({ t: "person"; id: string; rights?: Rights } & Partial<Person>)
  | { t: "rights"; rights: Rights }
  | { t: "offer"; round: number; sdp: string; streams: Feed[] }
  | { t: "layers"; chosen: Layer[] }
  | ({ t: "chat" } & ChatMessage)
  | { t: "reaction"; id: string; emoji: string }
  | { t: "pointer"; id: string; on: string; x: number | null; y: number | null }
  | { t: "muted"; source: Source; by: string }
  | { t: "asked-unmute"; by: string }
  | { t: "resume"; token: string }
  | { t: "settings"; settings: RoomSettings; locked: boolean }
  | { t: "spotlight"; who: string }
  | { t: "record"; record: Recording | null }
  | { t: "timer"; timer: Countdown | null }
  | { t: "engine"; state: "gone" | "back" }
  | { t: "sending" | "receiving"; state: "lost" }
  | { t: "ended"; reason: string; text: string; why?: string[]; clause?: string }
  | { t: "removed"; barred: boolean; text?: string }
  | { t: "refused"; why: string; text: string; n?: number }
  | { t: "done"; n: number; [more: string]: unknown }
  | FeatureMessage;

/* What is sent; `n` is added by the socket where an answer is wanted. */
export type ToServer =
  | { t: "hello"; ticket?: string; resume?: string; fresh?: boolean; take_over?: boolean; terminal: Terminal }
  | { t: "publish"; sdp: string; streams: Stream[] }
  | { t: "answer"; sdp: string; round: number }
  | { t: "again"; sending?: boolean; receiving?: boolean }
  | { t: "view"; wants: Want[] }
  | ({ t: "network" } & NetworkSample)
  | { t: "arrived"; ms: number }
  | { t: "devices"; mic?: boolean; camera?: boolean }
  | { t: "hand"; up: boolean }
  | { t: "reaction"; emoji: string }
  | { t: "chat"; text?: string; to?: string; file?: string }
  | { t: "rename"; name: string }
  | { t: "pointer"; on: string; x: number | null; y: number | null }
  | { t: "admit"; who?: string }
  | { t: "turn-away"; who: string }
  | ({ t: "settings" } & Partial<RoomSettings> & { locked?: boolean })
  | { t: "role"; who: string; role: Role }
  | { t: "mute"; who?: string; source?: Source }
  | { t: "ask-unmute"; who: string }
  | { t: "lower-hand"; who?: string }
  | { t: "remove"; who: string; bar?: boolean }
  | { t: "spotlight"; who?: string }
  | { t: "record"; on: boolean }
  | { t: "end" }
  | { t: "leave" }
  | { t: "away" }
  | { t: "timer"; seconds: number }
  | { t: "feature"; name: string; act: string; data: Record<string, unknown> };

export interface NetworkSample {
  loss_up: number;
  loss_down: number;
  rtt: number;
  kbps_down: number;
  kbps_up: number;
  jitter: number;
  freezes: number;
  freeze_seconds: number;
  limited: string;
  path: string;
}

export interface Done { t: "done"; n: number; [more: string]: unknown }

/* Close codes after which the browser must not come back by itself. */
export const FINAL = new Set([4400, 4403, 4409, 4429]);
