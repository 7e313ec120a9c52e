/* What is wrong with a device, why, and how to mend it in this browser. */
import type { JSX } from "preact";

import type { Kind, Trouble } from "./devices";
import { terminal } from "./page";
import { t } from "./text";
import { Icon } from "./ui";

export function headline(kind: Kind, trouble: Trouble): string {
  const mic = kind === "mic";
  switch (trouble) {
    case "none": return mic ? t("No microphone was found.") : t("No camera was found.");
    case "refused": return mic ? t("The microphone is not allowed for this page.") : t("The camera is not allowed for this page.");
    case "in-use": return mic ? t("Another program is using the microphone.") : t("Another program is using the camera.");
    case "gone": return mic ? t("The microphone was unplugged.") : t("The camera was unplugged.");
    case "insecure": return t("This address is not secure, so the browser gives no microphone or camera.");
    case "unsupported": return t("This browser gives pages no microphone or camera.");
    case "failed": return mic ? t("The microphone could not be started.") : t("The camera could not be started.");
  }
}

function allow(): string {
  const { browser, system } = terminal();
  if (system === "iOS") return t("Open Settings, Apps, your browser, and allow camera and microphone. Then load the page again.");
  if (browser === "Safari") return t("In the menu choose Safari, Settings for this website, and allow camera and microphone.");
  if (browser === "Firefox") return t("Click the crossed-out device left of the address and remove the block. Then try again.");
  return t("Click the symbol left of the address, allow camera and microphone there, then try again.");
}

export function remedy(trouble: Trouble): string {
  switch (trouble) {
    case "none": return t("Plug one in, or join without it.");
    case "refused": return allow();
    case "in-use": return t("Close the other program or tab that uses it, then try again.");
    case "gone": return t("Plug it in again, or choose another one.");
    case "insecure": return t("Open the invitation's own link, which begins with https.");
    case "unsupported": return t("Use a current Chrome, Edge, Safari or Firefox.");
    case "failed": return t("Try again; if it stays so, restart the browser.");
  }
}

export function TroubleNote({ kind, trouble, onRetry }: { kind: Kind; trouble: Trouble; onRetry: () => void }): JSX.Element {
  return (
    <div class="note warn" role="alert">
      <Icon name={kind === "mic" ? "mic-off" : "camera-off"} />
      <div><p class="strong">{headline(kind, trouble)}</p><p>{remedy(trouble)}</p></div>
      {trouble === "insecure" || trouble === "unsupported" ? null : <button type="button" class="rb small" onClick={onRetry}>{t("Try again")}</button>}
    </div>
  );
}
