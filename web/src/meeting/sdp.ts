/* Small changes to session descriptions that the browser's interface has no word for. */
const OPUS = /^a=rtpmap:(\d+) opus\/48000/im;

/** Says of the Opus m-lines named: stereo (a screen's sound), or speech that is repaired and silent in pauses. */
export function tuneOpus(sdp: string, stereo: Set<string>): string {
  return sdp.split(/(?=^m=)/m).map((part) => {
    const type = OPUS.exec(part)?.[1];
    const mid = /^a=mid:(\S+)/m.exec(part)?.[1] ?? "";
    if (!part.startsWith("m=audio") || !type) return part;
    const wish = stereo.has(mid)
      ? "stereo=1;sprop-stereo=1;maxaveragebitrate=128000;useinbandfec=1"
      : "useinbandfec=1;usedtx=1";
    const line = new RegExp(`^a=fmtp:${type} (.*?)(\\r?)$`, "m");
    if (!line.test(part)) return part.replace(OPUS, (all) => `${all}/2\r\na=fmtp:${type} ${wish}`.replace("/48000/2/2", "/48000/2"));
    return part.replace(line, (_all, had: string, end: string) => `a=fmtp:${type} ${merged(had, wish)}${end}`);
  }).join("");
}

function merged(had: string, wish: string): string {
  const pairs = new Map([...had.split(";"), ...wish.split(";")].map((one) => {
    const [key, value] = one.trim().split("=");
    return [key ?? "", value ?? ""] as const;
  }));
  return [...pairs].map(([key, value]) => (value ? `${key}=${value}` : key)).join(";");
}
