/* The one connection on which this browser receives: the server offers, we answer; the newest offer says whose m-line is whose. */
import type { Feed, Source } from "./protocol";
import type { Line } from "./socket";
import { tuneOpus } from "./sdp";

export type Received = ReadonlyMap<string, MediaStreamTrack>; // "feed source" -> track

export function key(feed: string, source: Source): string {
  return `${feed} ${source}`;
}

export class Receiving {
  readonly connection: RTCPeerConnection;
  tracks: Received = new Map();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    ice: RTCIceServer[], private readonly line: Line, private readonly changed: (tracks: Received) => void, lost: () => void,
  ) {
    this.connection = new RTCPeerConnection({ iceServers: ice, bundlePolicy: "max-bundle" });
    this.connection.addEventListener("connectionstatechange", () => {
      if (!this.#closed && this.connection.connectionState === "failed") lost();
    });
  }

  hear(offer: { round: number; sdp: string; streams: Feed[] }): Promise<void> {
    this.#turn = this.#turn.then(() => this.#answer(offer)).catch(() => undefined);
    return this.#turn;
  }

  close(): void {
    this.#closed = true;
    this.connection.close();
    this.tracks = new Map();
  }

  async #answer(offer: { round: number; sdp: string; streams: Feed[] }): Promise<void> {
    if (this.#closed) return;
    await this.connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    const stereo = new Set(offer.streams.filter((one) => one.source === "screen-sound").map((one) => one.mid));
    this.line.say({ t: "answer", round: offer.round, sdp: tuneOpus(this.connection.localDescription?.sdp ?? "", stereo) });
    this.tracks = this.#map(offer.streams);
    this.changed(this.tracks);
  }

  #map(streams: Feed[]): Received {
    const places = new Map(this.connection.getTransceivers().map((one) => [one.mid ?? "", one.receiver.track]));
    const found = new Map<string, MediaStreamTrack>();
    for (const { mid, feed, source } of streams) {
      const track = places.get(mid);
      if (track) found.set(key(feed, source), track);
    }
    return found;
  }
}
