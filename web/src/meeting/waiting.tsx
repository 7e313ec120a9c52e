/* Between the door and the room: the lobby, the question about the licence, and every way in which it can be over. */
import type { JSX } from "preact";

import { useEffect, useRef, useState } from "preact/hooks";

import type { Meeting } from "./meeting";
import { usePicked } from "./store";
import { t } from "./text";
import { Icon, IconButton } from "./ui";
import { left } from "./endings";

function Card({ title, children, live }: { title: string; children: preact.ComponentChildren; live?: boolean }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { heading.current?.focus(); }, []);
  return (
    <main class="alone" id="content"><div class="alone-card" role={live ? "status" : undefined}><h1 ref={heading} tabIndex={-1}>{title}</h1>{children}</div></main>
  );
}

export function Connecting({ meeting }: { meeting: Meeting }): JSX.Element {
  const [slow, setSlow] = useState(false);
  useEffect(() => { const timer = setTimeout(() => { setSlow(true); }, 6_000); return () => { clearTimeout(timer); }; }, []);
  return (
    <Card title={t("Joining…")} live>
      <p class="soft">{meeting.page.title}</p><div class="wait-dots" aria-hidden="true"><i /><i /><i /></div>
      {slow ? <p>{t("This takes longer than usual. The line is tried again by itself; you may also check your terminal and network.")} {meeting.page.check ? <a href={meeting.page.check}>{t("Check")}</a> : null}</p> : null}
    </Card>
  );
}

export function Lobby({ meeting }: { meeting: Meeting }): JSX.Element {
  const waiting = usePicked(meeting, (value) => value.waiting);
  const cut = usePicked(meeting, (value) => value.cut);
  const local = usePicked(meeting.local, (value) => value);
  const leave = () => { meeting.line?.close(); meeting.finish({ ...left(), text: t("You no longer wait to be let in.") }); };
  return (
    <Card title={waiting?.title ?? meeting.page.title} live>
      <div class="wait-dots" aria-hidden="true"><i /><i /><i /></div>
      <p class="strong">{cut ? t("Reconnecting…") : waiting?.text}</p>
      <p class="soft">{t("You come in by yourself as soon as you are let in. Keep this page open.")}</p>
      <div class="row-center">
        <IconButton icon={local.micOn && local.mic ? "mic" : "mic-off"} label={t("Microphone")} pressed={local.micOn && local.mic !== null} class={local.micOn && local.mic ? "round" : "round off"} onPress={() => void meeting.local.switchMic(!local.micOn)} />
        <IconButton icon={local.cameraOn && local.camera ? "camera" : "camera-off"} label={t("Camera")} pressed={local.cameraOn && local.camera !== null} class={local.cameraOn && local.camera ? "round" : "round off"} onPress={() => void meeting.local.switchCamera(!local.cameraOn)} />
        <button type="button" class="rb" onClick={leave}>{t("Do not wait")}</button>
      </div>
    </Card>
  );
}

export function Elsewhere({ meeting }: { meeting: Meeting }): JSX.Element {
  const elsewhere = usePicked(meeting, (value) => value.elsewhere);
  const { browser, system } = elsewhere?.terminal ?? {};
  const where = [browser, system].filter(Boolean).join(", ") || t("another terminal");
  const since = elsewhere ? new Date(typeof elsewhere.since === "number" && elsewhere.since < 1e12 ? elsewhere.since * 1000 : elsewhere.since) : new Date();
  const take = () => { meeting.set({ phase: "connecting" }); meeting.line?.hello(true); };
  return (
    <Card title={t("You are in a meeting elsewhere")}>
      <p>{t("Your licence has been in use on {where} since {time}. It admits one terminal at a time.", { where, time: since.toLocaleTimeString(meeting.page.language, { hour: "2-digit", minute: "2-digit" }) })}</p>
      <p class="soft">{t("If you go on here, you leave the meeting there.")}</p>
      <div class="row-center">
        <button type="button" class="rb primary large" onClick={take}>{t("Go on here")}</button>
        <button type="button" class="rb large" onClick={() => { meeting.finish({ ...left(), text: t("Your other terminal stays in its meeting.") }); }}>{t("Stay there")}</button>
      </div>
    </Card>
  );
}

export function Ended({ meeting }: { meeting: Meeting }): JSX.Element {
  const over = usePicked(meeting, (value) => value.over);
  if (!over) return <div />;
  const embedded = window.parent !== window;
  return (
    <Card title={over.title}>
      <div class="alone-icon"><Icon name={over.kind === "left" || over.kind === "ended" ? "leave" : "warn"} /></div>
      <p class="strong">{over.text}</p>
      {over.why.length ? <ul class="why">{over.why.map((one) => <li key={one}>{one}</li>)}</ul> : null}
      {over.clause ? <p class="soft">{t("Under clause {clause}", { clause: over.clause })}</p> : null}
      <div class="row-center">
        {over.again ? <button type="button" class="rb primary large" onClick={() => { window.location.reload(); }}>{over.kind === "left" ? t("Join again") : t("Try again")}</button> : null}
        {over.kind === "sign-in" && meeting.page.signIn ? <a class="rb primary large" href={meeting.page.signIn}>{t("Sign in")}</a> : null}
        {meeting.page.home && !embedded ? <a class="rb large" href={meeting.page.home}>{t("To the first page")}</a> : null}
      </div>
      {over.kind === "unsupported" && meeting.page.check ? <p class="hint"><a href={meeting.page.check}>{t("Check this terminal and its network")}</a></p> : null}
      {over.kind === "left" && meeting.page.check ? <p class="hint"><a href={meeting.page.check}>{t("Something was wrong with sound or picture? Check this terminal")}</a></p> : null}
    </Card>
  );
}
