/* A room in a frame of another page tells that page that it shows, when somebody joined, left, or it ended; nothing else. */
import type { Meeting } from "./meeting";

export function listen(meeting: Meeting): void {
  if (window.parent === window) return;
  const origin = document.referrer ? new URL(document.referrer).origin : "*";
  const tell = (event: "ready" | "joined" | "left" | "ended", more: object = {}) => { window.parent.postMessage({ musubu: event, ...more }, origin); };
  tell("ready");
  let phase = meeting.value.phase;
  meeting.watch(() => {
    const now = meeting.value.phase;
    if (now === phase) return;
    if (now === "in") tell("joined");
    if (now === "over") tell(meeting.value.over?.kind === "ended" ? "ended" : "left", { reason: meeting.value.over?.kind });
    phase = now;
  });
}
