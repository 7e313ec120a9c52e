/* One's place in the room or the lobby, kept while the page is loaded anew. It is written when the page goes and taken
   once, so that a tab that was doubled never takes the chair of the first. Storage may be forbidden (embedding). */
import type { Meeting } from "./meeting";

export interface Place { resume: string; mic: boolean; camera: boolean }

const KEY = "musubu-meeting-place";
const LIVES = 30_000; // ms; whoever comes back later is asked at the door again

export function leave(meeting: Meeting, now = Date.now()): void {
  const { phase } = meeting.value;
  const resume = meeting.line?.resume;
  if (!resume || (phase !== "in" && phase !== "lobby")) return;
  meeting.line?.away();
  const { micOn, cameraOn } = meeting.local.value;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ room: meeting.page.enter, resume, mic: micOn, camera: cameraOn, at: now }));
  } catch { /* the chair is given up then */ }
}

export function take(room: string, now = Date.now()): Place | null {
  try {
    const text = sessionStorage.getItem(KEY) ?? "null";
    sessionStorage.removeItem(KEY);
    const found = JSON.parse(text) as (Place & { room: string; at: number }) | null;
    return found && found.room === room && Math.abs(now - found.at) < LIVES ? found : null;
  } catch {
    return null;
  }
}
