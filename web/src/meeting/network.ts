/* How the line is: both connections' statistics as one sample, by difference to the last look. */
import type { NetworkSample } from "./protocol";

interface Counters {
  at: number; received: number; lost: number; bytesIn: number; bytesOut: number; freezes: number; frozen: number;
}
export interface Look extends NetworkSample { cpu: boolean }

type Stat = Record<string, unknown> & { type: string; id: string };
const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const clip = (value: number, most: number) => Math.min(most, Math.max(0, value));

export function pathOf(stats: Stat[]): string {
  const pair = stats.find((one) => one.type === "candidate-pair" && (one.nominated === true || one.selected === true) && one.state === "succeeded");
  const local = stats.find((one) => one.id === pair?.localCandidateId);
  if (!local) return "";
  return local.candidateType === "relay" ? "relay" : (local.protocol as string | undefined) ?? "";
}

/** What stands in the reports of the sending and the receiving connection. */
export class Meter {
  #before: Counters | null = null;

  read(up: Stat[], down: Stat[], at: number): Look {
    const of = (stats: Stat[], type: string) => stats.filter((one) => one.type === type);
    const sum = (stats: Stat[], name: string) => stats.reduce((total, one) => total + number(one[name]), 0);
    const [incoming, outgoing, remote] = [of(down, "inbound-rtp"), of(up, "outbound-rtp"), of(up, "remote-inbound-rtp")];
    const pairs = [...of(up, "candidate-pair"), ...of(down, "candidate-pair")].filter((one) => one.nominated === true);
    const now: Counters = {
      at, received: sum(incoming, "packetsReceived"), lost: sum(incoming, "packetsLost"), bytesIn: sum(incoming, "bytesReceived"),
      bytesOut: sum(outgoing, "bytesSent"), freezes: sum(incoming, "freezeCount"), frozen: sum(incoming, "totalFreezesDuration"),
    };
    const before = this.#before ?? { ...now, at: at - 5_000 };
    this.#before = now;
    const since = (name: keyof Counters) => Math.max(0, now[name] - before[name]);
    const [got, lost, seconds] = [since("received"), since("lost"), Math.max(0.1, since("at") / 1000)];
    const lossDown = got + lost ? (100 * lost) / (got + lost) : 0;
    const limits = outgoing.map((one) => one.qualityLimitationReason).filter((one) => one && one !== "none");
    const kbpsIn = Math.round((since("bytesIn") * 8) / 1000 / seconds);
    return {
      loss_up: clip(100 * Math.max(0, ...remote.map((one) => number(one.fractionLost))), 100),
      loss_down: clip(lossDown, 100),
      rtt: clip(1000 * Math.max(0, ...pairs.map((one) => number(one.currentRoundTripTime))), 600_000),
      kbps_down: kbpsIn,
      kbps_up: Math.round((since("bytesOut") * 8) / 1000 / seconds),
      jitter: clip(1000 * Math.max(0, ...incoming.filter((one) => one.kind === "audio").map((one) => number(one.jitter))), 600_000),
      freezes: Math.round(since("freezes")),
      freeze_seconds: Math.round(since("frozen") * 100) / 100,
      limited: limits.includes("cpu") ? "cpu" : ((limits[0] as string | undefined) ?? "none"),
      path: pathOf(down) || pathOf(up),
      cpu: limits.includes("cpu"),
    };
  }
}

export async function look(meter: Meter, up: RTCPeerConnection | undefined, down: RTCPeerConnection | undefined): Promise<Look> {
  const of = async (connection: RTCPeerConnection | undefined): Promise<Stat[]> => {
    const found: Stat[] = [];
    (await connection?.getStats())?.forEach((one) => found.push(one as Stat));
    return found;
  };
  return meter.read(await of(up), await of(down), Date.now());
}

/** What a bad line is called, plainly; nothing while it is good. English, to be translated. */
export function complaint(look: NetworkSample | null): string {
  if (!look) return "";
  if (look.loss_down >= 5 || look.loss_up >= 5) return "Your connection loses data. Sound comes first; pictures may be coarse or stand still.";
  if (look.rtt >= 500) return "Your connection is slow to answer. Others hear you late.";
  if (look.freeze_seconds >= 2) return "Pictures stood still because too little data came through.";
  if (look.limited === "cpu") return "This device is busy. Your picture is sent smaller.";
  if (look.limited === "bandwidth") return "Your upload is narrow. Your picture is sent smaller.";
  return "";
}
