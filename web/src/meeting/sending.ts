/* The one connection on which this browser sends: microphone and camera always have their place in it, so that switching
   on is a matter of a track and not of a negotiation; a shared screen is added when it comes. */
import type { Line } from "./socket";
import type { Source, Stream } from "./protocol";
import { tuneOpus } from "./sdp";

export interface Caps { video_kbps: number; screen_kbps: number }

export function cameraLayers(kbps: number): RTCRtpEncodingParameters[] {
  const [low, middle] = [Math.min(120, kbps * 0.1), Math.min(350, kbps * 0.25)];
  return [
    { rid: "h", maxBitrate: Math.round((kbps - low - middle) * 1000), maxFramerate: 30 },
    { rid: "m", maxBitrate: Math.round(middle * 1000), scaleResolutionDownBy: 2, maxFramerate: 24 },
    { rid: "l", maxBitrate: Math.round(low * 1000), scaleResolutionDownBy: 4, maxFramerate: 15 },
  ];
}

/** Text must stay sharp: full resolution in both layers, fewer pictures a second in the coarse one. */
export function screenLayers(kbps: number): RTCRtpEncodingParameters[] {
  return [
    { rid: "h", maxBitrate: Math.round(kbps * 800), maxFramerate: 15 },
    { rid: "l", maxBitrate: Math.round(kbps * 200), maxFramerate: 5, scaleResolutionDownBy: 2 },
  ];
}

export class Sending {
  readonly connection: RTCPeerConnection;
  readonly #places = new Map<Source, RTCRtpTransceiver>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(ice: RTCIceServer[], private readonly line: Line, private readonly caps: Caps, lost: () => void) {
    this.connection = new RTCPeerConnection({ iceServers: ice, bundlePolicy: "max-bundle" });
    this.connection.addEventListener("connectionstatechange", () => {
      if (!this.#closed && this.connection.connectionState === "failed") lost();
    });
  }

  async start(mic: MediaStreamTrack | null, camera: MediaStreamTrack | null): Promise<void> {
    this.#place("mic", "audio", mic, [{ maxBitrate: 40_000 }]);
    this.#place("camera", "video", camera, cameraLayers(this.caps.video_kbps));
    await this.#publish();
  }

  async replace(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#places.get(source)?.sender.replaceTrack(track);
  }

  async share(stream: MediaStream): Promise<void> {
    const [picture, tone] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
    if (!picture) return;
    picture.contentHint = "detail";
    this.#place("screen", "video", picture, screenLayers(this.caps.screen_kbps));
    if (tone) {
      tone.contentHint = "music";
      this.#place("screen-sound", "audio", tone, [{ maxBitrate: 128_000 }]);
    }
    await this.#publish();
    await this.#keepSharp();
  }

  async unshare(): Promise<void> {
    for (const source of ["screen", "screen-sound"] as const) {
      const place = this.#places.get(source);
      if (!place) continue;
      await place.sender.replaceTrack(null);
      place.direction = "inactive";
    }
    await this.#publish();
  }

  /** The processor does not keep up: the largest layer goes first; it comes back on the next change of camera. */
  async ease(): Promise<boolean> {
    const sender = this.#places.get("camera")?.sender;
    const parameters = sender?.getParameters();
    const top = parameters?.encodings[0];
    if (!sender || !parameters || !top?.active || (top.maxFramerate ?? 30) <= 12) return false;
    if ((top.maxFramerate ?? 30) > 15) top.maxFramerate = 15; else top.active = false;
    await sender.setParameters(parameters);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.connection.close();
  }

  /** Which m-lines carry something now. */
  streams(): Stream[] {
    return [...this.#places].filter(([, place]) => place.mid !== null && place.direction === "sendonly")
      .map(([source, place]) => ({ mid: place.mid ?? "", source }));
  }

  #place(source: Source, kind: "audio" | "video", track: MediaStreamTrack | null, sendEncodings: RTCRtpEncodingParameters[]): void {
    const had = this.#places.get(source);
    if (had) {
      had.direction = "sendonly";
      void had.sender.replaceTrack(track);
      return;
    }
    this.#places.set(source, this.connection.addTransceiver(track ?? kind, { direction: "sendonly", sendEncodings }));
  }

  async #keepSharp(): Promise<void> {
    const sender = this.#places.get("screen")?.sender;
    if (!sender) return;
    const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
    parameters.degradationPreference = "maintain-resolution";
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** One after the other: an offer must be answered before the next. */
  #publish(): Promise<void> {
    const next = this.#turn.then(() => this.#offer());
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #offer(): Promise<void> {
    if (this.#closed) return;
    await this.connection.setLocalDescription(await this.connection.createOffer());
    const screen = this.#places.get("screen-sound")?.mid;
    const sdp = tuneOpus(this.connection.localDescription?.sdp ?? "", new Set(screen ? [screen] : []));
    try {
      const done = await this.line.ask({ t: "publish", sdp, streams: this.streams() });
      if (!this.#gone()) await this.connection.setRemoteDescription({ type: "answer", sdp: tuneOpus(done.sdp as string, new Set(screen ? [screen] : [])) });
    } catch (error) {
      if (this.connection.signalingState === "have-local-offer") await this.connection.setLocalDescription({ type: "rollback" });
      throw error;
    }
  }

  #gone(): boolean { return this.#closed; }
}
