/* The trials of the check page: each gives good, fair or bad, what was found, and what to do about it. */
import { lacking, open as openDevice, type DeviceTrouble, type Kind } from "./devices";
import { measure } from "./level";
import { terminal } from "./page";
import { t } from "./text";
import { headline, remedy } from "./trouble";

export type Mark = "good" | "fair" | "bad";
export interface Result { mark: Mark; found: string; advice?: string; plain: string }
export interface Verified { browser: string; version: string; system: string; kind: string }

/** Whether a terminal is on the list: same browser and system, at least that version. */
export function verified(list: Verified[], mine: { browser: string; version: string; system: string }): Mark {
  const known = list.filter((one) => one.browser === mine.browser);
  const here = known.filter((one) => one.system.split(" ")[0]?.toLowerCase() === mine.system.toLowerCase() || (mine.system === "Linux" && one.system.startsWith("Debian")));
  if (here.some((one) => Number(mine.version) >= Number(one.version))) return "good";
  return known.length ? "fair" : "bad";
}

export function browser(list: Verified[]): Result {
  const mine = terminal();
  const name = [mine.browser, mine.version, mine.system].filter(Boolean).join(" ") || navigator.userAgent.slice(0, 80);
  const lack = lacking(window);
  if (lack) return { mark: "bad", found: headline("mic", lack), advice: remedy(lack), plain: `browser: ${name}, ${lack}` };
  if (!("RTCPeerConnection" in window)) return { mark: "bad", found: name, advice: remedy("unsupported"), plain: `browser: ${name}, no WebRTC` };
  const mark = verified(list, mine);
  const advice = mark === "good" ? undefined : mark === "fair" ? t("This version or system has not been verified. It may work; update the browser if something is wrong.") : t("This browser has not been verified. Use one of the list if something is wrong.");
  return { mark: mark === "bad" ? "fair" : mark, found: mark === "good" ? t("{terminal}: verified", { terminal: name }) : name, advice, plain: `browser: ${name}, ${mark === "good" ? "verified" : "not verified"}` };
}

export async function device(kind: Kind, show: (track: MediaStreamTrack) => void): Promise<Result & { track?: MediaStreamTrack }> {
  try {
    const track = await openDevice(kind, "");
    show(track);
    const { width, height, frameRate } = track.getSettings();
    const detail = kind === "camera" ? `${track.label} ${String(width ?? 0)}×${String(height ?? 0)} ${String(Math.round(frameRate ?? 0))}/s` : track.label;
    const coarse = kind === "camera" && (height ?? 0) < 480;
    return { track, mark: coarse ? "fair" : "good", found: detail, advice: coarse ? t("This camera gives a coarse picture.") : undefined, plain: `${kind}: ${detail}` };
  } catch (error) {
    const { trouble } = error as DeviceTrouble;
    return { mark: "bad", found: headline(kind, trouble), advice: remedy(trouble), plain: `${kind}: ${trouble}` };
  }
}

/** Listens a few seconds for a voice. */
export function voice(track: MediaStreamTrack, level: (now: number) => void, seconds = 5): Promise<Result> {
  return new Promise((resolve) => {
    let most = 0;
    const stop = measure(track, (now) => { most = Math.max(most, now); level(now); if (most > 0.4) finish(); });
    const timer = setTimeout(() => { finish(); }, seconds * 1000);
    const finish = () => {
      clearTimeout(timer);
      stop();
      const plain = `voice: ${most.toFixed(2)}`;
      resolve(most > 0.4 ? { mark: "good", found: t("Your voice is heard."), plain }
        : most > 0.1 ? { mark: "fair", found: t("You are heard, but faintly."), advice: t("Go nearer to the microphone, or raise its volume in the system's settings."), plain }
          : { mark: "bad", found: t("Nothing is heard."), advice: t("Is it muted at the device or in the system's settings? Choose another one, or speak louder."), plain });
    };
  });
}

/** The socket on which everything is agreed. */
export function socket(address: string): Promise<Result> {
  return new Promise((resolve) => {
    const began = performance.now();
    const line = new WebSocket(address);
    const done = (good: boolean) => {
      clearTimeout(timer);
      line.onclose = line.onerror = null;
      line.close();
      const ms = Math.round(performance.now() - began);
      resolve(good ? { mark: "good", found: t("Connected in {ms} ms", { ms }), plain: `websocket: ${String(ms)} ms` }
        : { mark: "bad", found: t("No connection to the meeting server."), advice: t("A firewall or proxy may block WebSockets. Ask your network's administrator to allow them to this address."), plain: "websocket: failed" });
    };
    const timer = setTimeout(() => { done(false); }, 8_000);
    line.onopen = () => { done(true); };
    line.onerror = line.onclose = () => { done(false); };
  });
}

function only(ice: RTCIceServer[], way: "udp" | "tcp"): RTCIceServer[] {
  return ice.map((one) => ({ ...one, urls: [one.urls].flat().filter((url) => url.includes(`transport=${way}`)) })).filter((one) => one.urls.length);
}

async function meet(a: RTCPeerConnection, b: RTCPeerConnection): Promise<void> {
  a.onicecandidate = ({ candidate }) => { if (candidate) void b.addIceCandidate(candidate).catch(() => undefined); };
  b.onicecandidate = ({ candidate }) => { if (candidate) void a.addIceCandidate(candidate).catch(() => undefined); };
  await a.setLocalDescription(await a.createOffer());
  await b.setRemoteDescription(a.localDescription as RTCSessionDescriptionInit);
  await b.setLocalDescription(await b.createAnswer());
  await a.setRemoteDescription(b.localDescription as RTCSessionDescriptionInit);
}

const PACKETS = 100;

/** A real connection of this browser with itself through the provider's relay, by UDP or by TCP: loss and time there and back. */
export async function relay(ice: RTCIceServer[], way: "udp" | "tcp"): Promise<{ works: boolean; loss: number; rtt: number }> {
  const servers = only(ice, way);
  const nothing = { works: false, loss: 100, rtt: 0 };
  if (!servers.length) return nothing;
  const [a, b] = [new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: "relay" }), new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: "relay" })];
  try {
    const channel = a.createDataChannel("trial", { ordered: false, maxRetransmits: 0 });
    b.ondatachannel = (event) => { event.channel.onmessage = (said: MessageEvent<string>) => { event.channel.send(said.data); }; };
    await meet(a, b);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => { reject(new Error("no way through")); }, 10_000);
      channel.onopen = () => { clearTimeout(timer); resolve(); };
    });
    return await exchange(channel);
  } catch {
    return nothing;
  } finally {
    a.close();
    b.close();
  }
}

async function exchange(channel: RTCDataChannel): Promise<{ works: boolean; loss: number; rtt: number }> {
  const times: number[] = [];
  channel.onmessage = (said: MessageEvent<string>) => { times.push(performance.now() - Number(said.data)); };
  for (let sent = 0; sent < PACKETS; sent++) {
    channel.send(String(performance.now()));
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  await new Promise((resolve) => { setTimeout(resolve, 800); });
  const middle = [...times].sort((x, y) => x - y)[Math.floor(times.length / 2)] ?? 0;
  return { works: times.length > 0, loss: 100 * (1 - times.length / PACKETS), rtt: middle };
}

export function network(udp: { works: boolean; loss: number; rtt: number }, tcp: { works: boolean; loss: number; rtt: number }, offered: boolean): Result {
  const plain = `relay udp: ${udp.works ? `${udp.loss.toFixed(0)} % loss, ${String(Math.round(udp.rtt))} ms` : "no"}; tcp: ${tcp.works ? `${String(Math.round(tcp.rtt))} ms` : "no"}`;
  if (!offered) return { mark: "fair", found: t("This provider runs no relay, so the network can be tried only in a meeting."), plain: "relay: none offered" };
  if (udp.works && udp.loss < 3 && udp.rtt < 300) return { mark: "good", found: t("UDP works: {loss} % loss, {ms} ms there and back.", { loss: udp.loss.toFixed(0), ms: Math.round(udp.rtt) }), plain };
  if (udp.works) return { mark: "fair", found: t("UDP works, but badly: {loss} % loss, {ms} ms there and back.", { loss: udp.loss.toFixed(0), ms: Math.round(udp.rtt) }), advice: t("Use a cable instead of wireless, go nearer to the access point, or stop large downloads."), plain };
  if (tcp.works) return { mark: "fair", found: t("UDP is blocked; TCP works."), advice: t("Meetings work, with more delay. Ask your network's administrator to allow UDP to the meeting server."), plain };
  return { mark: "bad", found: t("Neither UDP nor TCP reaches the meeting server's relay."), advice: t("Ask your network's administrator to allow UDP, or at least TCP, to the meeting server."), plain };
}
