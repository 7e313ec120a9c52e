/* What the room notices by itself and tells: speaking while muted, two in one room, somebody waiting at the door. */
import { chime, likeness, MutedTalk, SPEECH } from "./level";
import type { Meeting } from "./meeting";
import { t } from "./text";

const EVERY = 200; // ms between looks at how loud it is
const SPAN = 50; // looks that are compared: ten seconds

/** Two terminals in one room hear each other: what the others send has the shape of what this microphone hears. */
class Echo {
  #own: number[] = [];
  #others: number[] = [];
  #told = false;

  hear(own: number, others: number): boolean {
    this.#own = [...this.#own, own].slice(-SPAN);
    this.#others = [...this.#others, others].slice(-SPAN);
    const spoken = this.#others.filter((one) => one > SPEECH).length;
    if (this.#told || this.#own.length < SPAN || spoken < SPAN / 4 || spoken > (SPAN * 3) / 4) return false;
    this.#told = likeness(this.#own, this.#others) > 0.88;
    return this.#told;
  }
}

function loudestOther(meeting: Meeting): number {
  let most = 0;
  for (const receiver of meeting.receiving?.connection.getReceivers() ?? []) {
    if (receiver.track.kind !== "audio") continue;
    for (const source of receiver.getSynchronizationSources()) most = Math.max(most, source.audioLevel ?? 0);
  }
  return most ? Math.min(1, Math.max(0, (20 * Math.log10(most) + 60) / 50)) : 0;
}

export function listen(meeting: Meeting): void {
  const talk = new MutedTalk();
  const echo = new Echo();
  let level = 0;
  meeting.local.levels.add((now) => { level = Math.max(level * 0.5, now); });
  setInterval(() => {
    if (meeting.value.phase !== "in" || !meeting.local.value.mic) return;
    const on = meeting.local.value.micOn;
    if (!on && talk.hear(level, Date.now())) meeting.tell(t("You are muted. The others do not hear you."), { label: t("Unmute"), act: () => void meeting.mic(true) });
    if (on && echo.hear(level, loudestOther(meeting))) {
      meeting.tell(t("Somebody in this meeting seems to sit in your room. Use headphones, or let only one of you have microphone and speaker on."), { warn: true, label: t("Mute"), act: () => void meeting.mic(false) });
    }
  }, EVERY);
  let waiting = 0;
  meeting.watch(() => {
    const now = meeting.value.lobby.length;
    if (now > waiting && meeting.value.rights.host) {
      void chime(meeting.local.choices.speaker, [659, 523]);
      const last = meeting.value.lobby.at(-1);
      if (last) meeting.tell(t("{name} waits to be let in.", { name: last.name }), { label: t("Let in"), stays: true, act: () => void meeting.ask({ t: "admit", who: last.id }) });
    }
    if (now < waiting) meeting.set({ toasts: meeting.value.toasts.filter((one) => one.label !== t("Let in")) });
    waiting = now;
  });
}
