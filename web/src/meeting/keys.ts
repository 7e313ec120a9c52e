/* The room by keyboard: single letters while nothing is typed in, and the space bar to speak while it is held. */
import type { Meeting } from "./meeting";

/** Key and what it does, in the order in which the dialog lists them; English, translated there. */
export const SHORTCUTS: [string, string][] = [
  ["M", "Microphone on or off"], [" ", "Speak while it is held"], ["V", "Camera on or off"], ["H", "Raise or lower my hand"], ["S", "Share a screen, or stop"],
  ["C", "Chat"], ["P", "People"], ["G", "Gallery or speaker view"], ["F", "Full screen"], ["I", "About this meeting"], ["L", "Leave"], ["?", "This list"],
];

export function busyTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function panel(meeting: Meeting, name: string): void {
  const open = meeting.value.panel === name ? "" : name;
  meeting.set({ panel: open, ...(open === "chat" ? { unread: 0 } : {}) });
}

function actions(meeting: Meeting): Record<string, () => void> {
  const { local } = meeting;
  return {
    m: () => void meeting.mic(!local.value.micOn),
    v: () => void meeting.camera(!local.value.cameraOn),
    h: () => void meeting.ask({ t: "hand", up: !meeting.handUp }),
    s: () => void meeting.screen.toggle(),
    c: () => { panel(meeting, "chat"); },
    p: () => { panel(meeting, "people"); },
    i: () => { panel(meeting, "info"); },
    g: () => { meeting.set({ view: meeting.value.view === "gallery" ? "speaker" : "gallery", pin: "" }); },
    f: () => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()); },
    l: () => { meeting.set({ dialog: "leave" }); },
    "?": () => { meeting.set({ dialog: "keys" }); },
    escape: () => { meeting.set({ panel: "" }); },
  };
}

export function listen(meeting: Meeting): void {
  const does = actions(meeting);
  let held = false;
  const free = (event: KeyboardEvent) => meeting.value.phase === "in" && !document.querySelector("dialog[open]") && !busyTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
  document.addEventListener("keydown", (event) => {
    if (!free(event) || event.defaultPrevented) return;
    const onButton = event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
    if (event.key === " " && !onButton) {
      event.preventDefault();
      if (event.repeat || held || meeting.local.value.micOn) return;
      held = true;
      void meeting.mic(true);
      return;
    }
    const act = does[event.key.toLowerCase()];
    if (!act || event.repeat || event.target instanceof Element && event.target.closest("[role=menu], .feature")) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== " " || !held) return;
    held = false;
    void meeting.mic(false);
  });
  window.addEventListener("blur", () => {
    if (!held) return;
    held = false;
    void meeting.mic(false);
  });
}
