/* How a meeting can be over (or never begin), each with a heading, a plain reason, and whether coming back may work. */
import type { FromServer } from "./protocol";
import type { Over } from "./state";
import { t } from "./text";

type Ending = Extract<FromServer, { t: "ended" | "removed" | "taken-over" | "refused" }> | { code: number };

const REFUSED: Record<string, () => string> = {
  full: () => t("The room is full"), locked: () => t("The room is locked"), "turned-away": () => t("You were not let in"),
  removed: () => t("You were removed"),
  barred: () => t("This meeting is closed to you"), ticket: () => t("This page is too old"), flood: () => t("You were disconnected"),
  malformed: () => t("You were disconnected"), rate: () => t("You were disconnected"), suspended: () => t("Meetings are paused"), empty: () => t("This meeting is over"),
  contract: () => t("Meetings are not open"), cancelled: () => t("This meeting was cancelled"), "sign-in": () => t("Please sign in"),
  licence: () => t("A licence is needed"), "not-yet": () => t("It has not begun yet"), ended: () => t("This meeting is over"),
};
const FINAL_WHY = new Set(["barred", "cancelled", "suspended", "contract", "ended", "empty", "licence", "sign-in"]);

function over(kind: string, title: string, text: string, more: Partial<Over> = {}): Over {
  return { kind, title, text, why: [], clause: "", again: true, ...more };
}

export function overOf(ending: Ending): Over {
  if ("code" in ending) {
    if (ending.code === 4409) return over("taken-over", t("You joined on another terminal"), t("A licence is used on one terminal at a time, so this one was left."));
    return over("closed", t("The connection was closed"), t("Load the page again to come back."));
  }
  switch (ending.t) {
    case "ended":
      return over("ended", ending.reason === "service" ? t("The service is being stopped") : t("The meeting has ended"), ending.text, {
        why: ending.why ?? [], clause: ending.clause ?? "", again: ending.reason === "service",
      });
    case "removed":
      return over("removed", t("You were removed"), ending.text ?? t("The host has removed you from the meeting."), { again: !ending.barred });
    case "taken-over": {
      const { browser, system } = ending.terminal;
      const where = [browser, system].filter(Boolean).join(", ");
      return over("taken-over", t("You joined on another terminal"), ending.text ?? t("A licence is used on one terminal at a time, so this one was left."), { why: where ? [where] : [] });
    }
    case "refused":
      return over(ending.why, REFUSED[ending.why]?.() ?? t("You cannot join now"), ending.text, { again: !FINAL_WHY.has(ending.why) });
  }
}

export const left = (): Over => over("left", t("You have left"), t("The meeting goes on without you."));
export const unsupported = (): Over => over("unsupported", t("This browser cannot join"), t("It lacks what sound and pictures need. Use a current Chrome, Edge, Safari or Firefox."), { again: false });
