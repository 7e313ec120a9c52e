/* One's own microphone and camera: opened, changed, lost and found again, the same before joining and in the room. */
import { type Choices, remember } from "./choices";
import { DeviceTrouble, type Devices, type Kind, list, open, openBoth, type Trouble } from "./devices";
import { measure } from "./level";
import { Store } from "./store";

export interface LocalState {
  devices: Devices;
  mic: MediaStreamTrack | null;
  camera: MediaStreamTrack | null; // as the others see it, blurred where wished
  micTrouble: Trouble | null;
  cameraTrouble: Trouble | null;
  micOn: boolean;
  cameraOn: boolean;
  blur: "off" | "starting" | "on" | "unsupported";
  asking: boolean; // the browser is asking for permission
}

export interface LocalEars {
  /** What is sent must be another track (or none). */
  changed(kind: Kind): void;
  /** A device went away by itself; `next` is the one that took its place, if any. */
  lost(kind: Kind, next: string): void;
}

export type Level = (level: number) => void;

interface Blurred { track: MediaStreamTrack; stop(): void }

export class Local extends Store<LocalState> {
  ears: LocalEars = { changed: () => undefined, lost: () => undefined };
  readonly levels = new Set<Level>(); // who wants to know how loud the microphone is
  #sent: MediaStreamTrack | null = null; // the microphone's double that is sent: the original stays audible to the meter
  #raw: MediaStreamTrack | null = null;
  #blurred: Blurred | null = null;
  #unmeter: (() => void) | null = null;

  constructor(public choices: Choices) {
    super({
      devices: { mic: [], camera: [], speaker: [] }, mic: null, camera: null, micTrouble: null, cameraTrouble: null,
      micOn: choices.micOn, cameraOn: choices.cameraOn, blur: "off", asking: false,
    });
  }

  choose(change: Partial<Choices>): void {
    this.choices = { ...this.choices, ...change };
    remember(this.choices);
  }

  /** The track that is sent. */
  get sentMic(): MediaStreamTrack | null { return this.#sent; }

  async begin(): Promise<void> {
    navigator.mediaDevices.addEventListener("devicechange", () => void this.refresh());
    this.set({ asking: true });
    const { mic, camera } = this.choices;
    if (this.value.cameraOn) {
      const [sound, picture] = await openBoth(mic, camera);
      this.#take("mic", sound);
      this.#take("camera", picture);
    } else this.#take("mic", await open("mic", mic).catch((error: unknown) => error as DeviceTrouble));
    this.set({ asking: false });
    await this.refresh();
    if (this.choices.blur) await this.blur(true);
  }

  async refresh(): Promise<void> {
    this.set({ devices: await list() });
  }

  async use(kind: Kind, id: string): Promise<boolean> {
    this.choose({ [kind]: id });
    this.#close(kind);
    const got = await open(kind, id).catch((error: unknown) => error as DeviceTrouble);
    this.#take(kind, got);
    await this.refresh();
    if (kind === "camera" && this.choices.blur) await this.blur(true);
    return got instanceof MediaStreamTrack;
  }

  /** Off keeps the microphone open, so that on is instant; the browser sends silence. */
  async switchMic(on: boolean): Promise<boolean> {
    if (on && !this.value.mic && !(await this.use("mic", this.choices.mic))) return false;
    if (this.#sent) this.#sent.enabled = on;
    this.set({ micOn: on });
    return true;
  }

  /** Off closes the camera, so that its light goes out. */
  async switchCamera(on: boolean): Promise<boolean> {
    this.set({ cameraOn: on });
    if (!on) {
      this.#close("camera");
      this.ears.changed("camera");
      return true;
    }
    if (!this.value.camera && !(await this.use("camera", this.choices.camera))) {
      this.set({ cameraOn: false });
      return false;
    }
    return true;
  }

  async blur(on: boolean): Promise<void> {
    this.choose({ blur: on });
    this.#blurred?.stop();
    this.#blurred = null;
    if (!on || !this.#raw) {
      this.set({ blur: "off", camera: this.#raw });
      this.ears.changed("camera");
      return;
    }
    this.set({ blur: "starting" });
    const raw = this.#raw;
    try {
      const made = await (await import("./blur")).blurred(raw);
      if (raw !== this.#raw) { made.stop(); return; }
      this.#blurred = made;
      this.set({ blur: "on", camera: made.track });
      this.ears.changed("camera");
    } catch {
      this.set({ blur: "unsupported", camera: raw });
    }
  }

  without(): void {
    this.#close("mic");
    this.#close("camera");
    this.set({ micOn: false, cameraOn: false, micTrouble: null, cameraTrouble: null });
  }

  end(): void {
    this.#close("mic");
    this.#close("camera");
  }

  #take(kind: Kind, got: MediaStreamTrack | DeviceTrouble): void {
    const field = kind === "mic" ? "micTrouble" : "cameraTrouble";
    if (!(got instanceof MediaStreamTrack)) {
      this.set({ [field]: got.trouble, ...(kind === "camera" ? { cameraOn: false } : { micOn: false }) });
      this.ears.changed(kind);
      return;
    }
    got.addEventListener("ended", () => void this.#lost(kind, got));
    if (kind === "mic") {
      this.#sent = got.clone();
      this.#sent.enabled = this.value.micOn;
      this.#sent.contentHint = "speech";
      this.#meter(got);
    } else this.#raw = got;
    this.set({ [kind]: got, [field]: null });
    this.ears.changed(kind);
  }

  #meter(track: MediaStreamTrack): void {
    this.#unmeter?.();
    try {
      this.#unmeter = measure(track, (level) => { for (const hear of this.levels) hear(level); });
    } catch { this.#unmeter = null; }
  }

  #close(kind: Kind): void {
    if (kind === "mic") {
      this.#unmeter?.();
      this.#unmeter = null;
      this.#sent?.stop();
      this.value.mic?.stop();
      this.#sent = null;
    } else {
      this.#blurred?.stop();
      this.#blurred = null;
      this.#raw?.stop();
      this.#raw = null;
      this.set({ blur: "off" });
    }
    this.set({ [kind]: null });
  }

  /** Unplugged, or the permission was taken away: the next device by itself. `ended` never comes from our own stop. */
  async #lost(kind: Kind, track: MediaStreamTrack): Promise<void> {
    if (track !== (kind === "mic" ? this.value.mic : this.#raw)) return;
    this.#close(kind);
    const next = await open(kind, "").catch((error: unknown) => error as DeviceTrouble);
    this.#take(kind, next instanceof DeviceTrouble && next.trouble === "none" ? new DeviceTrouble(kind, "gone") : next);
    await this.refresh();
    this.ears.lost(kind, next instanceof MediaStreamTrack ? next.label : "");
  }
}
