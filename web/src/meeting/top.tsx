/* The line at the head: which meeting, since when, what runs; below it what must be known now. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { panel } from "./keys";
import type { Meeting } from "./meeting";
import { complaint } from "./network";
import { usePicked } from "./store";
import { t } from "./text";
import { Icon, IconButton } from "./ui";

export function clock(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours ? `${String(hours)}:${two(minutes)}:${two(rest)}` : `${String(minutes)}:${two(rest)}`;
}

/** What is left of the timer; its end is told to everybody, also to those who look elsewhere. */
function Left({ meeting, ends, ahead }: { meeting: Meeting; ends: number; ahead: number }): JSX.Element {
  const [now, setNow] = useState(Date.now());
  useEffect(() => { const timer = setInterval(() => { setNow(Date.now()); }, 500); return () => { clearInterval(timer); }; }, []);
  const left = Math.max(0, Math.ceil((ends - now - ahead) / 1000));
  const ran = useRef(0);
  useEffect(() => {
    if (left) ran.current = ends;
    else if (ran.current === ends) meeting.tell(t("Time is up"));
  }, [left > 0, ends]);
  return <span class={`chip ${left ? "" : "warn"}`} role="timer" aria-label={t("Timer")}><Icon name="timer" />{left ? clock(left) : t("Time is up")}</span>;
}

export function Top({ meeting }: { meeting: Meeting }): JSX.Element {
  const facts = usePicked(meeting, (value) => value.facts);
  const ahead = usePicked(meeting, (value) => value.ahead);
  const lobby = usePicked(meeting, (value) => value.lobby.length);
  const stage = usePicked(meeting, (value) => value.stage);
  return (
    <header class="top">
      <h1>{facts?.title}</h1>
      {facts?.locked ? <span class="chip" title={t("Nobody else comes in.")}><Icon name="lock" />{t("Locked")}</span> : null}
      {facts?.record ? <span class="chip rec" title={t("{name} records this meeting", { name: facts.record.by })}><i aria-hidden="true" />{t("Recording")}</span> : null}
      {facts?.timer ? <Left meeting={meeting} ends={facts.timer.ends_at} ahead={ahead} /> : null}
      <span class="bar-gap" />
      {lobby ? <button type="button" class="rb small primary" onClick={() => { meeting.set({ panel: "people" }); }}>{t("{count} waiting", { count: lobby })}</button> : null}
      {stage ? <button type="button" class="rb small" onClick={() => { meeting.set({ stage: "" }); }}>{t("Back to the pictures")}</button> : null}
      <IconButton icon="info" label={t("About this meeting")} shortcut="I" onPress={() => { panel(meeting, "info"); }} />
    </header>
  );
}

/** What stands across the room as long as it is so. */
export function Banners({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const cut = usePicked(meeting, (value) => value.cut);
  const gone = usePicked(meeting, (value) => value.engineGone);
  const blocked = usePicked(meeting, (value) => value.soundBlocked);
  const soundOnly = usePicked(meeting, (value) => value.soundOnly);
  const bad = usePicked(meeting, (value) => (value.look && (value.look.loss_down >= 8 || value.look.rtt >= 700) ? complaint(value.look) : ""));
  return (
    <div class="banners">
      {cut ? <p class="banner warn" role="status"><span class="spin" aria-hidden="true" /><span>{t("Reconnecting… Your line was cut. What you type is kept.")}</span></p> : null}
      {gone && !cut ? <p class="banner warn" role="status"><span class="spin" aria-hidden="true" /><span>{t("Sound and pictures come back in a moment.")}</span></p> : null}
      {blocked ? <p class="banner" role="alert"><span>{t("The browser waits for a click before it plays sound.")}</span> <button type="button" class="rb small primary" onClick={() => void meeting.hearing.again()}>{t("Hear the others")}</button></p> : null}
      {soundOnly ? <p class="banner" role="status"><span>{t("Only sound is received now.")}</span> <button type="button" class="rb small" onClick={() => { meeting.soundOnly(false); }}>{t("Receive pictures again")}</button></p>
        : bad ? <p class="banner warn" role="status"><span>{t(bad)}</span> <button type="button" class="rb small" onClick={() => { meeting.soundOnly(true); }}>{t("Sound only")}</button></p> : null}
    </div>
  );
}

export function Toasts({ meeting }: { meeting: Meeting }): JSX.Element {
  const toasts = usePicked(meeting, (value) => value.toasts);
  return (
    <section class="toasts" aria-label={t("Notices")}>
      {toasts.map((one) => (
        <div key={one.key} class={`toast ${one.warn ? "warn" : ""}`}>
          <p>{one.text}</p>
          {one.label ? <button type="button" class="rb small primary" onClick={() => { meeting.untell(one.key); one.act?.(); }}>{one.label}</button> : null}
          <IconButton icon="close" label={t("Close")} onPress={() => { meeting.untell(one.key); }} />
        </div>
      ))}
    </section>
  );
}
