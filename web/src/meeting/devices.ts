/* Microphone and camera: opened with what suits speech, and every failure named so that it can be told and mended. */
export type Kind = "mic" | "camera";
export type Trouble = "none" | "refused" | "in-use" | "insecure" | "unsupported" | "gone" | "failed";

export class DeviceTrouble extends Error {
  constructor(readonly kind: Kind, readonly trouble: Trouble) { super(`${kind}: ${trouble}`); }
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError": case "PermissionDeniedError": case "SecurityError": return "refused";
    case "NotFoundError": case "DevicesNotFoundError": case "OverconstrainedError": return "none";
    case "NotReadableError": case "TrackStartError": case "AbortError": return "in-use";
    default: return "failed";
  }
}

/** What the browser lacks before it need be asked for anything. */
export function lacking(page: { isSecureContext: boolean; navigator: { mediaDevices?: unknown } }): Trouble | null {
  if (!page.isSecureContext) return "insecure";
  return page.navigator.mediaDevices ? null : "unsupported";
}

function constraints(kind: Kind, id: string): MediaStreamConstraints {
  const device = id ? { deviceId: { ideal: id } } : {};
  return kind === "mic"
    ? { audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
    : { video: { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } } };
}

/** The chosen device, or another one where that is gone. */
export async function open(kind: Kind, id: string): Promise<MediaStreamTrack> {
  const lack = lacking(window);
  if (lack) throw new DeviceTrouble(kind, lack);
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints(kind, id));
    const track = stream.getTracks()[0];
    if (!track) throw new DeviceTrouble(kind, "none");
    track.contentHint = kind === "mic" ? "speech" : "motion";
    return track;
  } catch (error) {
    throw error instanceof DeviceTrouble ? error : new DeviceTrouble(kind, troubleOf(error));
  }
}

/** Both at once, so that the browser asks once; if that fails, each for itself. */
export async function openBoth(mic: string, camera: string): Promise<[MediaStreamTrack | DeviceTrouble, MediaStreamTrack | DeviceTrouble]> {
  if (!lacking(window)) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ ...constraints("mic", mic), ...constraints("camera", camera) });
      const [sound, picture] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
      if (sound && picture) {
        sound.contentHint = "speech";
        return [sound, picture];
      }
    } catch { /* each for itself, below */ }
  }
  const one = (kind: Kind, id: string) => open(kind, id).catch((error: unknown) => error as DeviceTrouble);
  const sound = await one("mic", mic);
  return [sound, await one("camera", camera)];
}

export interface Device { id: string; label: string }
export interface Devices { mic: Device[]; camera: Device[]; speaker: Device[] }

/** Names are empty until the browser was allowed to use a device; "default" doubles are left out. */
export function sorted(all: Pick<MediaDeviceInfo, "deviceId" | "kind" | "label">[]): Devices {
  const of = (kind: MediaDeviceKind) => all
    .filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "communications")
    .map((one) => ({ id: one.deviceId, label: one.label }));
  return { mic: of("audioinput"), camera: of("videoinput"), speaker: of("audiooutput") };
}

export async function list(): Promise<Devices> {
  if (lacking(window)) return { mic: [], camera: [], speaker: [] };
  return sorted(await navigator.mediaDevices.enumerateDevices());
}

export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}
