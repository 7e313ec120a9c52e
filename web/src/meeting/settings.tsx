/* Settings while talking: devices, how the room looks, and for hosts what the others may do. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { DeviceFields } from "./devicefields";
import type { Meeting } from "./meeting";
import { usePicked } from "./store";
import { t } from "./text";
import { Choose, Switch } from "./ui";

function Look({ meeting }: { meeting: Meeting }): JSX.Element {
  const view = usePicked(meeting, (value) => value.view);
  const soundOnly = usePicked(meeting, (value) => value.soundOnly);
  const [choices, setChoices] = useState(meeting.local.choices);
  const choose = (change: Partial<typeof choices>) => {
    meeting.local.choose(change);
    setChoices(meeting.local.choices);
    meeting.set({ order: [...meeting.value.order] });
  };
  return (
    <div class="room-fields">
      <Choose label={t("Layout")} value={view} onChoose={(to) => { choose({ view: to as "gallery" | "speaker" }); meeting.set({ view: to as "gallery" | "speaker" }); }}
        options={[{ value: "gallery", label: t("Gallery: everybody alike") }, { value: "speaker", label: t("Who speaks is large") }]} />
      <Switch label={t("Show my own picture")} on={choices.showSelf} onTurn={(on) => { choose({ showSelf: on }); }} />
      <Switch label={t("Show me as in a mirror")} help={t("Only for you; others see you the right way round.")} on={choices.mirror} onTurn={(on) => { choose({ mirror: on }); }} />
      <Switch label={t("Sound only")} help={t("Receives no pictures: for a weak line or little data.")} on={soundOnly} onTurn={(on) => { meeting.soundOnly(on); }} />
      <Switch label={t("Tell screen readers who comes, goes and writes")} on={choices.spoken} onTurn={(on) => { choose({ spoken: on }); }} />
      <Switch label={t("Join at once next time")} help={t("Without the page before, with the same devices.")} on={choices.direct} onTurn={(on) => { choose({ direct: on }); }} />
    </div>
  );
}

function Rules({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const facts = usePicked(meeting, (value) => value.facts);
  if (!facts) return null;
  const { settings, locked } = facts;
  const change = (what: object) => void meeting.ask({ t: "settings", ...what });
  const who = [{ value: "everybody", label: t("Everybody") }, { value: "presenters", label: t("Presenters and hosts") }, { value: "hosts", label: t("Only hosts") }];
  return (
    <div class="room-fields">
      <Switch label={t("Lock the room")} help={t("Nobody else comes in.")} on={locked} onTurn={(on) => { change({ locked: on }); }} />
      <Choose label={t("Who waits to be let in")} value={settings.lobby} onChoose={(lobby) => { change({ lobby }); }}
        options={[{ value: "nobody", label: t("Nobody") }, { value: "guests", label: t("Guests") }, { value: "everybody", label: t("Everybody") }]} />
      <Switch label={t("Mute whoever comes in")} on={settings.mute_on_entry} onTurn={(on) => { change({ mute_on_entry: on }); }} />
      <Switch label={t("People may unmute themselves")} on={settings.unmute_self} onTurn={(on) => { change({ unmute_self: on }); }} />
      <Choose label={t("Who may share")} value={settings.share} options={who} onChoose={(share) => { change({ share }); }} />
      <Choose label={t("Who may draw and point")} value={settings.draw} options={who} onChoose={(draw) => { change({ draw }); }} />
      <Choose label={t("Who may write to everybody")} value={settings.chat} onChoose={(chat) => { change({ chat }); }} options={[{ value: "everybody", label: t("Everybody") }, { value: "hosts", label: t("Only hosts") }]} />
      <Countdown meeting={meeting} />
    </div>
  );
}

function Countdown({ meeting }: { meeting: Meeting }): JSX.Element {
  const timer = usePicked(meeting, (value) => value.facts?.timer);
  const [minutes, setMinutes] = useState("5");
  const amount = Number(minutes);
  const good = Number.isInteger(amount) && amount >= 1 && amount <= 1440;
  return (
    <form class="with-button" onSubmit={(event) => { event.preventDefault(); if (good) void meeting.ask({ t: "timer", seconds: amount * 60 }); }}>
      <div class="choose"><label for="minutes">{t("Timer for all, in minutes")}</label><input id="minutes" type="number" min={1} max={1440} value={minutes} onInput={(event) => { setMinutes(event.currentTarget.value); }} aria-invalid={!good} /></div>
      <button type="submit" class="rb small">{t("Start")}</button>
      {timer ? <button type="button" class="rb small" onClick={() => void meeting.ask({ t: "timer", seconds: 0 })}>{t("Stop")}</button> : null}
    </form>
  );
}

/** Another language: the page is loaded anew in it, straight back into the room. */
function Language({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const { languages, language } = meeting.page;
  const [wish, setWish] = useState(language);
  if (!languages) return null;
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const back = `${window.location.pathname}?direct=1${meeting.page.numbered ? "&number=1" : ""}`;
  return (
    <form method="post" action="/language/" class="with-button">
      <input type="hidden" name="csrfmiddlewaretoken" value={token} /><input type="hidden" name="next" value={back} /><input type="hidden" name="language" value={wish} />
      <Choose label={t("Language")} value={wish} onChoose={setWish} options={languages.map((one) => ({ value: one.code, label: one.name }))} />
      {wish === language ? null : <button type="submit" class="rb small">{t("Rejoin in this language")}</button>}
    </form>
  );
}

export function Settings({ meeting }: { meeting: Meeting }): JSX.Element {
  const host = usePicked(meeting, (value) => value.rights.host);
  return (
    <div class="settings">
      <h3>{t("Devices")}</h3><DeviceFields meeting={meeting} />
      <h3>{t("How the room looks")}</h3><Look meeting={meeting} /><Language meeting={meeting} />
      {host ? <><h3>{t("For everybody in this room")}</h3><Rules meeting={meeting} /></> : null}
    </div>
  );
}
