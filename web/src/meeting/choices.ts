/* What a person chose last time, kept by the browser: devices, name, layout. Storage may be forbidden (private mode, embedding). */
export interface Choices {
  name: string;
  mic: string;
  camera: string;
  speaker: string;
  micOn: boolean;
  cameraOn: boolean;
  blur: boolean;
  mirror: boolean;
  showSelf: boolean;
  view: "gallery" | "speaker";
  spoken: boolean; // screen readers hear who comes and goes
  direct: boolean; // join at once next time
}

const KEY = "musubu-meeting";
const MARK = "musubu-meeting-mark";
export const USUAL: Choices = {
  name: "", mic: "", camera: "", speaker: "", micOn: true, cameraOn: true, blur: false, mirror: true, showSelf: true,
  view: "gallery", spoken: true, direct: false,
};

function kept(key: string): string {
  try { return localStorage.getItem(key) ?? ""; } catch { return ""; }
}

function keep(key: string, value: string): void {
  try { localStorage.setItem(key, value); } catch { /* nothing is remembered then */ }
}

export function read(text = kept(KEY)): Choices {
  try {
    const found: unknown = JSON.parse(text || "{}");
    const same = Object.entries(found as object).filter(([key, value]) => typeof value === typeof USUAL[key as keyof Choices]);
    return { ...USUAL, ...Object.fromEntries(same) };
  } catch {
    return USUAL;
  }
}

export function remember(choices: Choices): void {
  keep(KEY, JSON.stringify(choices));
}

/** Tells a guest's browser from another's, so that one who was kept out stays out. */
export function mark(): string {
  const found = kept(MARK);
  if (found) return found;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  keep(MARK, made);
  return made;
}
