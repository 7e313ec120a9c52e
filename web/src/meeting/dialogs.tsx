/* What asks first, and what explains. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { left } from "./endings";
import { SHORTCUTS } from "./keys";
import type { Meeting } from "./meeting";
import { usePicked } from "./store";
import { t } from "./text";
import { DeviceFields } from "./devicefields";
import { Dialog } from "./ui";

export async function leave(meeting: Meeting): Promise<void> {
  const going = meeting.line?.ask({ t: "leave" }).catch(() => undefined);
  meeting.finish(left());
  await going;
}

function Leaving({ meeting, close }: { meeting: Meeting; close: () => void }): JSX.Element {
  const own = usePicked(meeting, (value) => value.people.get(value.me));
  const others = usePicked(meeting, (value) => value.people.size - 1);
  const host = own?.role === "host" || own?.role === "co-host";
  return (
    <Dialog title={t("Leave the meeting?")} onClose={close}>
      <p>{host && others ? t("The others can go on without you; somebody else becomes the host.") : t("You can come back by the same link.")}</p>
      <div class="sheet-row">
        <button type="button" class="rb" onClick={close}>{t("Stay")}</button>
        {host ? <button type="button" class="rb danger" onClick={() => { close(); void meeting.ask({ t: "end" }); }}>{t("End for everybody")}</button> : null}
        <button type="button" class="rb primary" id="leave-now" onClick={() => void leave(meeting)}>{t("Leave")}</button>
      </div>
    </Dialog>
  );
}

function Removing({ meeting, who, close }: { meeting: Meeting; who: string; close: () => void }): JSX.Element | null {
  const name = usePicked(meeting, (value) => value.people.get(who)?.name);
  const [bar, setBar] = useState(false);
  if (!name) return null;
  return (
    <Dialog title={t("Remove {name}?", { name })} onClose={close}>
      <p>{t("They leave at once and are told that a host removed them.")}</p>
      <label class="tick"><input type="checkbox" checked={bar} onChange={(event) => { setBar(event.currentTarget.checked); }} /> {t("Keep them out of this meeting for good")}</label>
      <div class="sheet-row"><button type="button" class="rb" onClick={close}>{t("Cancel")}</button>
        <button type="button" class="rb danger" onClick={() => { close(); void meeting.ask({ t: "remove", who, bar }); }}>{t("Remove")}</button></div>
    </Dialog>
  );
}

function Asking({ title, text, yes, act, close }: { title: string; text: string; yes: string; act: () => void; close: () => void }): JSX.Element {
  return (
    <Dialog title={title} onClose={close}><p>{text}</p>
      <div class="sheet-row"><button type="button" class="rb" onClick={close}>{t("Cancel")}</button><button type="button" class="rb primary" onClick={() => { close(); act(); }}>{yes}</button></div>
    </Dialog>
  );
}

function Keys({ close }: { close: () => void }): JSX.Element {
  return (
    <Dialog title={t("Keyboard shortcuts")} onClose={close}>
      <dl class="keys">{SHORTCUTS.map(([key, label]) => <div key={key}><dt><kbd>{key === " " ? t("Space") : key}</kbd></dt><dd>{t(label)}</dd></div>)}</dl>
      <p class="hint">{t("They work while no field is being typed in.")}</p>
    </Dialog>
  );
}

function Renaming({ meeting, close }: { meeting: Meeting; close: () => void }): JSX.Element {
  const [name, setName] = useState(meeting.value.people.get(meeting.value.me)?.name ?? "");
  const keep = (event: Event) => {
    event.preventDefault();
    if (!name.trim()) return;
    close();
    void meeting.ask({ t: "rename", name: name.trim() });
  };
  return (
    <Dialog title={t("Change my name")} onClose={close}>
      <form onSubmit={keep}><div class="field"><label for="new-name">{t("Your name")}</label><input id="new-name" value={name} maxLength={60} required onInput={(event) => { setName(event.currentTarget.value); }} /></div>
        <div class="sheet-row"><button type="button" class="rb" onClick={close}>{t("Cancel")}</button><button type="submit" class="rb primary">{t("Change")}</button></div></form>
    </Dialog>
  );
}

export function Dialogs({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const dialog = usePicked(meeting, (value) => value.dialog);
  const close = () => { meeting.set({ dialog: "" }); };
  const [kind, who = ""] = dialog.split(":");
  const name = meeting.value.people.get(who)?.name ?? "";
  switch (kind) {
    case "leave": return <Leaving meeting={meeting} close={close} />;
    case "remove": return <Removing meeting={meeting} who={who} close={close} />;
    case "keys": return <Keys close={close} />;
    case "rename": return <Renaming meeting={meeting} close={close} />;
    case "trouble": return <Dialog title={t("Microphone, camera, speaker")} onClose={close}><DeviceFields meeting={meeting} /></Dialog>;
    case "host": return <Asking title={t("Hand the host role to {name}?", { name })} text={t("You become a co-host and can no longer hand it over yourself.")} yes={t("Hand over")} act={() => void meeting.ask({ t: "role", who, role: "host" })} close={close} />;
    case "mute-all": return <Asking title={t("Mute everybody?")} text={t("All but hosts are muted. They may unmute themselves if the room allows it.")} yes={t("Mute everybody")} act={() => void meeting.ask({ t: "mute" })} close={close} />;
    case "record": return <Asking title={t("Record this meeting?")} text={t("Everybody is told. Picture, sound and shared screens are kept.")} yes={t("Start recording")} act={() => void meeting.ask({ t: "record", on: true })} close={close} />;
    default: return null;
  }
}
