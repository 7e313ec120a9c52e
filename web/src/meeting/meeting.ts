/* The room as this browser knows it: hears the server, keeps the connections up, and changes what is shown. */
import type { Choices } from "./choices";
import { Hearing } from "./hearing";
import { grid, pageSize, promoted, reordered } from "./layout";
import { Local } from "./local";
import { look, Meter } from "./network";
import { features } from "./features";
import { terminal, type RoomPage } from "./page";
import type { Place } from "./place";
import type { FromServer, Person, Source, Welcome } from "./protocol";
import { Receiving } from "./receiving";
import { Screen } from "./screen";
import { Sending } from "./sending";
import { type Ear, Line, Refusal } from "./socket";
import { EMPTY, type Over, type RoomState, type Toast, changed, hands } from "./state";
import { Store } from "./store";
import { t } from "./text";
import { Wants } from "./wants";
import { overOf } from "./endings";

const SAMPLE = 5_000;
const HIDDEN_PATIENCE = 3_000;

export class Meeting extends Store<RoomState> implements Ear {
  readonly local: Local;
  readonly hearing = new Hearing((is) => { this.set({ soundBlocked: is }); });
  readonly wants = new Wants((wants) => { this.line?.say({ t: "view", wants }); });
  line: Line | null = null;
  sending: Sending | null = null;
  receiving: Receiving | null = null;
  readonly screen = new Screen(this);
  /** Who listens beside the page itself: features, sounds, the embedding page. */
  readonly ears = new Set<(message: FromServer) => void>();
  readonly binaryEars = new Set<(bytes: Uint8Array) => void>();
  said: (text: string) => void = () => undefined;
  #ice: RTCIceServer[] = [];
  #spoke = new Map<string, number>();
  #clicked = 0;
  #arrived = false;
  #returned = false; // the page was loaded anew
  #waited = false; // so that the server knows nothing yet of one's devices
  #soundCounts = false;
  #asked = false; // a host has asked to unmute: then one may, though others may not
  #entered = false;
  #next = 1;
  #meter = new Meter();
  #sampler: ReturnType<typeof setInterval> | undefined;
  #hider: ReturnType<typeof setTimeout> | undefined;
  #eased = 0;

  constructor(readonly page: RoomPage, choices: Choices) {
    super({ ...EMPTY, view: choices.view });
    this.local = new Local(choices);
    this.local.ears = {
      changed: (kind) => void this.#trackChanged(kind),
      lost: (kind, next) => { this.#deviceLost(kind, next); },
    };
  }

  // coming in

  /** `clicked`: when the person asked for it, in the page's own time. */
  join(ticket: string, clicked: number): void {
    this.#clicked = clicked;
    this.#dial(ticket).connect();
  }

  /** After the page was loaded anew. */
  comeBack(place: Place): void {
    this.#returned = true;
    this.#dial("").comeBack(place.resume);
  }

  #dial(ticket: string): Line {
    this.set({ phase: "connecting", refusal: "", over: null });
    const { protocol, host } = window.location;
    const address = `${protocol === "https:" ? "wss" : "ws"}://${host}${this.page.socket}`;
    const { phone, browser, version, system } = terminal();
    this.line = new Line(address, ticket, { browser: `${browser} ${version}`, system, phone, width: window.innerWidth }, this);
    return this.line;
  }

  hear(message: FromServer): void {
    this.#take(message);
    for (const ear of this.ears) ear(message);
  }

  hearBinary(bytes: Uint8Array): void {
    for (const ear of this.binaryEars) ear(bytes);
  }

  cut(): void {
    if (this.value.phase === "over") return;
    this.set({ cut: true });
    if (this.value.phase === "in") this.say(t("Reconnecting…"));
  }

  over(code: number): void {
    if (this.value.phase !== "over") this.finish(overOf({ code }));
  }

  /** Lets everything go and shows why. */
  finish(over: Over): void {
    clearInterval(this.#sampler);
    this.line?.close();
    this.sending?.close();
    this.receiving?.close();
    this.hearing.stop();
    this.local.end();
    for (const track of this.screen.stream?.getTracks() ?? []) track.stop();
    this.set({ phase: "over", over, dialog: "", panel: "", stage: "" });
    if (document.fullscreenElement) void document.exitFullscreen();
  }

  // what the server says

  #take(message: FromServer): void {
    switch (message.t) {
      case "welcome": this.#welcome(message); break;
      case "waiting": this.#waited = true; this.set({ phase: "lobby", waiting: message, cut: false }); break;
      case "question": this.set({ phase: "question", elsewhere: message, cut: false }); break;
      case "joined": this.#joined(message.person); break;
      case "left": this.#left(message.id, message.name); break;
      case "person": this.#person(message.id, message); break;
      case "rights": this.set({ rights: message.rights, ...(message.rights.host ? {} : { lobby: [] }) }); break;
      case "lobby": this.set({ lobby: message.people }); break;
      case "offer": void this.receiving?.hear(message); break;
      case "layers": this.set({ layers: new Map([...this.value.layers, ...message.chosen.map((one) => [`${one.feed} ${one.source}`, one.layer] as const)]) }); break;
      case "chat": this.#chat(message); break;
      case "reaction": this.#reaction(message.id, message.emoji); break;
      case "muted": void this.#muted(message.source, message.by); break;
      case "asked-unmute":
        this.#asked = true;
        this.tell(t("{name} asks you to unmute.", { name: message.by }), { label: t("Unmute"), act: () => void this.mic(true), stays: true });
        break;
      case "settings": this.#facts({ settings: message.settings, locked: message.locked }); break;
      case "spotlight": this.#facts({ spotlight: message.who }); break;
      case "record": this.#record(message.record?.by ?? "", message); break;
      case "timer": this.#facts({ timer: message.timer }); break;
      case "engine": void this.#engine(message.state); break;
      case "sending": case "receiving": this.#lost(message.t); break;
      case "ended": case "removed": case "taken-over": this.finish(overOf(message)); break;
      case "refused": this.#refused(message.why, message.text); break;
      case "feature": this.#feature(message); break;
    }
  }

  #welcome(welcome: Welcome): void {
    const people = new Map(welcome.people.map((one) => [one.id, one]));
    this.set({
      phase: "in", cut: false, waiting: null, elsewhere: null, me: welcome.me, people, facts: welcome.room, rights: welcome.rights,
      order: reordered(this.value.order, [welcome.me, ...[...people.keys()].filter((id) => id !== welcome.me)]), lobby: welcome.lobby,
      chat: welcome.chat, startedAt: new Date(welcome.started_at).getTime(), ahead: welcome.now - Date.now(), engineGone: false,
    });
    this.#ice = welcome.ice;
    if (welcome.media === "kept" && this.sending && this.receiving) this.#mend();
    else void this.#media();
    if (!this.#entered) this.#first(welcome);
    else this.say(t("You are connected again."));
    this.#devices();
    this.#sampler ??= setInterval(() => void this.#sample(), SAMPLE);
  }

  #first(welcome: Welcome): void {
    this.#entered = true;
    const others = welcome.people.filter((one) => one.id !== welcome.me);
    this.#arrived = others.length === 0 || this.#returned; // nobody to arrive at, or no click: nothing is measured
    this.#soundCounts = !others.some((one) => one.camera);
    if (this.#returned && !this.#waited) this.#asBefore(welcome.people.find((one) => one.id === welcome.me));
    else if (welcome.room.settings.mute_on_entry && !welcome.rights.host && this.local.value.micOn) {
      void this.local.switchMic(false);
      this.tell(t("You are muted: this meeting mutes everybody who comes in."));
    }
    if (welcome.room.record) this.#record(welcome.room.record.by, { record: welcome.room.record });
    document.addEventListener("visibilitychange", () => { this.#visible(); });
    const again = () => { this.line?.again(); };
    window.addEventListener("online", again);
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", () => { this.#pathChanged(); });
    void this.#wake();
  }

  /** Whom a host muted meanwhile stays so. */
  #asBefore(me: Person | undefined): void {
    if (me && !me.mic && this.local.value.micOn) void this.local.switchMic(false);
    if (me && !me.camera && this.local.value.cameraOn) void this.local.switchCamera(false);
  }

  /** Both connections anew; receiving begins on the server's side as soon as it knows what is looked at. */
  async #media(): Promise<void> {
    this.sending?.close();
    this.receiving?.close();
    this.set({ tracks: new Map(), layers: new Map() });
    this.receiving = this.#newReceiving();
    if (this.#arrived) this.wants.repeat();
    else this.#guess();
    await this.#send();
  }

  #newReceiving(): Receiving {
    if (!this.line) throw new Error("not connected");
    return new Receiving(this.#ice, this.line, (tracks) => {
      this.set({ tracks });
      this.hearing.play(tracks);
      if (this.#soundCounts && tracks.size) this.arrived();
    }, () => { this.#lost("receiving"); });
  }

  async #send(): Promise<void> {
    const settings = this.value.facts?.settings;
    if (!this.line || !settings) return;
    const sending = new Sending(this.#ice, this.line, settings, () => { this.#lost("sending"); });
    this.sending = sending;
    try {
      await sending.start(this.local.sentMic, this.local.value.cameraOn ? this.local.value.camera : null);
      if (this.screen.stream?.active) await sending.share(this.screen.stream);
    } catch (error) {
      if (this.sending === sending && !(error instanceof Refusal && error.why === "offline")) setTimeout(() => { if (this.sending === sending) this.#lost("sending"); }, 1_000);
    }
  }

  #guess(): void {
    const others = [...this.value.people.values()].filter((one) => one.id !== this.value.me && one.camera);
    const size = grid(Math.max(1, this.value.people.size), window.innerWidth, window.innerHeight - 130);
    const height = Math.round(size.height * window.devicePixelRatio);
    const screens = [...this.value.people.values()].filter((one) => one.streams.some((two) => two.source === "screen"));
    this.wants.guess([
      ...screens.map((one) => ({ feed: one.id, source: "screen" as const, height: 720 })),
      ...others.slice(0, pageSize(window.innerWidth, window.innerHeight)).map((one) => ({ feed: one.id, source: "camera" as const, height })),
    ]);
  }

  /** After a cut with the engine's side kept: only what broke is begun anew. */
  #mend(): void {
    const broken = (connection: RTCPeerConnection | undefined) => !connection || ["failed", "closed", "disconnected"].includes(connection.connectionState);
    if (broken(this.sending?.connection)) this.#lost("sending");
    if (broken(this.receiving?.connection)) this.#lost("receiving");
    this.wants.repeat();
  }

  #lost(side: "sending" | "receiving"): void {
    if (!this.line?.open || this.value.engineGone) return;
    void this.line.ask({ t: "again", [side]: true }).catch(() => undefined);
    if (side === "sending") {
      this.sending?.close();
      void this.#send();
      return;
    }
    this.receiving?.close();
    this.receiving = this.#newReceiving();
    this.wants.repeat();
  }

  async #engine(state: "gone" | "back"): Promise<void> {
    this.set({ engineGone: state === "gone" });
    if (state === "back") {
      await this.#media();
      this.#devices();
    }
  }

  /** Another network: what the old one carried is dead although nobody has noticed yet. */
  #pathChanged(): void {
    setTimeout(() => {
      for (const [side, connection] of [["sending", this.sending?.connection], ["receiving", this.receiving?.connection]] as const) {
        if (connection && ["disconnected", "failed"].includes(connection.connectionState)) this.#lost(side);
      }
    }, 1_500);
  }

  #joined(person: Person): void {
    const people = new Map(this.value.people).set(person.id, person);
    this.set({ people, order: reordered(this.value.order, [...people.keys()]) });
    if (person.id !== this.value.me) this.say(t("{name} has joined.", { name: person.name }));
  }

  #left(id: string, name: string): void {
    const people = new Map(this.value.people);
    if (!people.delete(id)) return;
    const pin = this.value.pin === id ? "" : this.value.pin;
    this.set({ people, order: reordered(this.value.order, [...people.keys()]), pin, speaker: this.value.speaker === id ? "" : this.value.speaker });
    this.say(t("{name} has left.", { name }));
  }

  #person(id: string, change: Partial<Person>): void {
    const had = this.value.people.get(id);
    if (!had) return;
    this.set({ people: changed(this.value.people, id, change) });
    if (change.talking && id !== this.value.me) this.#talks(id);
    if (change.hand && id !== this.value.me) this.say(t("{name} raises a hand.", { name: had.name }));
    if (change.role && change.role !== had.role && id === this.value.me) this.#newRole(change.role);
  }

  #newRole(role: string): void {
    if (role === "host") this.tell(t("You are the host now."));
    else if (role === "co-host") this.tell(t("You are a co-host now."));
  }

  #talks(id: string): void {
    this.#spoke.set(id, Date.now());
    const { order, me, pin, facts } = this.value;
    const size = pageSize(window.innerWidth, window.innerHeight);
    this.set({ speaker: id, order: promoted(order, id, size, this.#spoke, new Set([me, pin, facts?.spotlight ?? ""])) });
  }

  #chat(message: Extract<FromServer, { t: "chat" }>): void {
    const own = message.from === this.value.me;
    const seen = own || this.value.panel === "chat";
    this.set({ chat: [...this.value.chat, message].slice(-500), unread: seen ? 0 : this.value.unread + 1 });
    if (own) return;
    this.say(t("{name} writes: {text}", { name: message.name, text: message.text || (message.file?.name ?? "") }));
  }

  #reaction(id: string, emoji: string): void {
    const key = this.#next++;
    this.set({ reactions: [...this.value.reactions, { key, id, emoji }].slice(-30) });
    setTimeout(() => { this.set({ reactions: this.value.reactions.filter((one) => one.key !== key) }); }, 4_000);
  }

  async #muted(source: Source, by: string): Promise<void> {
    if (source === "mic") {
      await this.local.switchMic(false);
      const may = this.value.facts?.settings.unmute_self || this.value.rights.host;
      this.tell(t("{name} has muted you.", { name: by }), may ? { label: t("Unmute"), act: () => void this.mic(true) } : {});
    } else if (source === "camera") {
      await this.local.switchCamera(false);
      this.tell(t("{name} has switched your camera off.", { name: by }));
    } else {
      this.screen.drop();
      await this.sending?.unshare();
      this.tell(t("{name} has stopped your sharing.", { name: by }));
    }
  }

  #record(by: string, message: { record: RoomState["facts"] extends infer F ? (F extends { record: infer R } ? R : never) : never }): void {
    this.#facts({ record: message.record });
    if (message.record) this.tell(t("{name} records this meeting: picture, sound and shared screens. By staying you agree; you may switch off or leave.", { name: by }), { stays: true, label: t("I understand") });
    else {
      this.set({ toasts: this.value.toasts.filter((one) => one.label !== t("I understand")) });
      this.tell(t("The recording has stopped."));
    }
  }

  #refused(why: string, text: string): void {
    if (this.value.phase === "in") this.tell(text, { warn: true });
    else this.finish(overOf({ t: "refused", why, text }));
  }

  #feature(message: Extract<FromServer, { t: "feature" }>): void {
    const feature = features.find((one) => one.name === message.name);
    if (!feature || this.value.panel === feature.name || this.value.stage === feature.name) return;
    const wish = feature.heard?.(message, this.value.rights);
    if (wish === "open") this.set(feature.place === "stage" ? { stage: feature.name } : { panel: feature.name });
    if (wish === "badge") this.badge(feature.name, (this.value.badges[feature.name] ?? 0) + 1);
  }

  #facts(change: Partial<NonNullable<RoomState["facts"]>>): void {
    if (this.value.facts) this.set({ facts: { ...this.value.facts, ...change } });
  }

  // one's own devices

  async mic(on: boolean): Promise<void> {
    const settings = this.value.facts?.settings;
    if (on && settings && !settings.unmute_self && !this.value.rights.host && !this.#asked) {
      this.tell(t("The host lets people speak one by one. Raise your hand."), { warn: true });
      return;
    }
    if (!(await this.local.switchMic(on))) { this.set({ dialog: "trouble" }); return; }
    this.#devices();
    this.#asked = false;
    if (on) this.set({ toasts: this.value.toasts.filter((one) => one.label !== t("Unmute")) });
    this.say(on ? t("Your microphone is on.") : t("Your microphone is off."));
  }

  async camera(on: boolean): Promise<void> {
    if (!(await this.local.switchCamera(on))) { this.set({ dialog: "trouble" }); return; }
    this.#devices();
    this.say(on ? t("Your camera is on.") : t("Your camera is off."));
  }

  #devices(): void {
    if (!this.line?.open) return;
    const { mic, micOn, camera, cameraOn } = this.local.value;
    this.line.ask({ t: "devices", mic: micOn && mic !== null, camera: cameraOn && camera !== null }).catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.why !== "not-allowed") return;
      void this.local.switchMic(false);
      this.tell(error.message, { warn: true });
    });
  }

  async #trackChanged(kind: "mic" | "camera"): Promise<void> {
    const { camera, cameraOn } = this.local.value;
    await this.sending?.replace(kind, kind === "mic" ? this.local.sentMic : cameraOn ? camera : null);
    if (this.value.phase === "in") this.#devices();
  }

  #deviceLost(kind: "mic" | "camera", next: string): void {
    const what = kind === "mic" ? t("Your microphone was disconnected.") : t("Your camera was disconnected.");
    if (next) this.tell(`${what} ${t("Now in use: {device}", { device: next })}`);
    else this.tell(what, { warn: true, label: t("What to do"), act: () => { this.set({ dialog: "trouble" }); } });
    this.#devices();
  }

  speaker(id: string): void {
    this.local.choose({ speaker: id });
    this.hearing.speaker(id);
  }

  // the page's own

  /** A request whose refusal is told on the screen; whether it was done. */
  async ask(message: Parameters<Line["ask"]>[0]): Promise<boolean> {
    try {
      await this.line?.ask(message);
      return true;
    } catch (error) {
      const offline = error instanceof Refusal && error.why === "offline";
      this.tell(offline ? t("Not connected at the moment. Try again when the line is back.") : (error as Error).message, { warn: true });
      return false;
    }
  }

  tell(text: string, more: Partial<Toast> = {}): void {
    const key = this.#next++;
    const kept = this.value.toasts.filter((one) => one.text !== text).slice(-3);
    this.set({ toasts: [...kept, { key, text, warn: false, ...more }] });
    this.say(text);
    if (!more.stays) setTimeout(() => { this.untell(key); }, more.label ? 12_000 : 6_000);
  }

  untell(key: number): void {
    this.set({ toasts: this.value.toasts.filter((one) => one.key !== key) });
  }

  say(text: string): void { this.said(text); }

  badge(name: string, count: number): void {
    this.set({ badges: { ...this.value.badges, [name]: count } });
  }

  get handUp(): boolean {
    return hands(this.value.people).some((one) => one.id === this.value.me);
  }

  /** The first of the others' pictures (or sound, where nobody shows one) is there. */
  arrived(): void {
    if (this.#arrived || this.value.phase !== "in") return;
    this.#arrived = true;
    const ms = Math.round(performance.now() - this.#clicked);
    document.documentElement.dataset.arrived = String(ms);
    this.line?.say({ t: "arrived", ms: Math.min(600_000, Math.max(0, ms)) });
  }

  async #sample(): Promise<void> {
    if (!this.line?.open || this.value.engineGone) return;
    const found = await look(this.#meter, this.sending?.connection, this.receiving?.connection);
    const { cpu, ...sample } = found;
    this.line.say({ t: "network", ...sample });
    this.set({ look: found });
    this.#eased = cpu ? this.#eased + 1 : 0;
    if (this.#eased >= 3) { this.#eased = 0; await this.sending?.ease(); }
  }

  /** Out of sight (another tab, a phone in the pocket): sound goes on, pictures are not asked for until the return. */
  #visible(): void {
    clearTimeout(this.#hider);
    if (document.hidden && !document.pictureInPictureElement) this.#hider = setTimeout(() => { this.wants.pause(true); }, HIDDEN_PATIENCE);
    else {
      this.wants.pause(this.value.soundOnly);
      void this.#wake();
      if (!this.line?.open && this.value.phase === "in") this.line?.again();
    }
  }

  soundOnly(on: boolean): void {
    this.set({ soundOnly: on });
    this.wants.pause(on);
    this.say(on ? t("Only sound is received now.") : t("Pictures are received again."));
  }

  async #wake(): Promise<void> {
    if (!("wakeLock" in navigator) || document.hidden) return;
    await navigator.wakeLock.request("screen").catch(() => undefined);
  }
}
