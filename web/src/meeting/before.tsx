/* Before joining: who one is, how one looks and sounds, and whether the line will do. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { mark } from "./choices";
import { DeviceFields, listener } from "./devicefields";
import type { Meeting } from "./meeting";
import { enter } from "./page";
import { usePicked } from "./store";
import { t } from "./text";
import { Face, Icon, IconButton, LevelBar } from "./ui";

function OwnPicture({ meeting, name }: { meeting: Meeting; name: string }): JSX.Element {
  const local = usePicked(meeting.local, (value) => value);
  const video = useRef<HTMLVideoElement>(null);
  const [hear] = useState(() => listener(meeting));
  useEffect(() => {
    if (video.current) video.current.srcObject = local.camera ? new MediaStream([local.camera]) : null;
  }, [local.camera]);
  const said = local.asking ? t("Allow your microphone and camera at the browser's question.") : local.cameraOn && local.camera ? "" : t("Your camera is off.");
  return (
    <div class="own">
      <video ref={video} class={meeting.local.choices.mirror ? "mirror" : ""} muted playsInline autoPlay hidden={!local.cameraOn || !local.camera} aria-label={t("Your picture")} />
      {!local.cameraOn || !local.camera ? <div class="own-empty"><Face name={name || "?"} id={name} /><p>{said}</p></div> : null}
      <div class="own-bar">
        <IconButton icon={local.micOn && local.mic ? "mic" : "mic-off"} label={t("Microphone")} pressed={local.micOn && local.mic !== null} shortcut="M" class={local.micOn && local.mic ? "round" : "round off"} onPress={() => void meeting.local.switchMic(!local.micOn).then(() => { meeting.local.choose({ micOn: meeting.local.value.micOn }); })} />
        <IconButton icon={local.cameraOn && local.camera ? "camera" : "camera-off"} label={t("Camera")} pressed={local.cameraOn && local.camera !== null} shortcut="V" class={local.cameraOn && local.camera ? "round" : "round off"} onPress={() => void meeting.local.switchCamera(!local.cameraOn).then(() => { meeting.local.choose({ cameraOn: meeting.local.value.cameraOn }); })} />
      </div>
      {local.micOn && local.mic ? <div class="own-level"><LevelBar listen={hear} /></div> : null}
    </div>
  );
}

const ADMITTED_ELSEWHERE = new Set(["sign-in"]);

export function Before({ meeting }: { meeting: Meeting }): JSX.Element {
  const { page } = meeting;
  const local = usePicked(meeting.local, (value) => value);
  const phase = usePicked(meeting, (value) => value.phase);
  const [name, setName] = useState(page.me?.name ?? (page.name || meeting.local.choices.name));
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<{ why: string; text: string } | null>(page.refused);
  const [busy, setBusy] = useState(false);
  const [more, setMore] = useState(false);
  const shut = page.refused && !["name", "wrong-code"].includes(page.refused.why);
  const join = async (event: Event, without = false) => {
    event.preventDefault();
    if (busy || phase === "connecting") return;
    const clicked = performance.now();
    if (without) meeting.local.without();
    if (page.ticket) { meeting.join(page.ticket, clicked); return; }
    meeting.local.choose({ name });
    setBusy(true);
    const answer = await enter(page, { name, pass_code: code, mark: mark() });
    setBusy(false);
    if ("ticket" in answer) meeting.join(answer.ticket, clicked);
    else setRefusal({ why: answer.why, text: answer.text || t("The server cannot be reached. Check your connection and try again.") });
  };
  const waiting = busy || phase === "connecting";
  return (
    <main class="before" id="content">
      <div class="before-head">
        {page.brand.logo ? <img src={page.brand.logo} alt={page.organisation} /> : null}
        <p class="soft">{page.organisation}</p>
        <h1>{page.title}</h1>
      </div>
      <OwnPicture meeting={meeting} name={name} />
      <form class="before-form" onSubmit={(event) => void join(event)}>
        {page.needs.name ? (
          <div class="field"><label for="name">{t("Your name")}</label>
            <input id="name" value={name} maxLength={60} required autoComplete="name" onInput={(event) => { setName(event.currentTarget.value); }}
              aria-invalid={refusal?.why === "name"} aria-describedby={refusal ? "refusal" : undefined} /></div>
        ) : <p class="soft">{t("You join as {name}.", { name })}</p>}
        {page.needs.pass_code ? (
          <div class="field"><label for="code">{t("Pass code")}</label>
            <input id="code" value={code} inputMode="numeric" autoComplete="off" maxLength={12} required onInput={(event) => { setCode(event.currentTarget.value); }}
              aria-invalid={refusal?.why === "wrong-code"} aria-describedby={refusal ? "refusal" : undefined} /></div>
        ) : null}
        {refusal ? (
          <div class="note warn" role="alert" id="refusal"><Icon name="warn" /><div><p class="strong">{refusal.text}</p>
            {ADMITTED_ELSEWHERE.has(refusal.why) && page.signIn ? <p><a href={page.signIn}>{t("Sign in")}</a></p> : null}</div></div>
        ) : null}
        {shut ? null : (
          <div class="before-go">
            <button type="submit" class="rb primary large" aria-disabled={waiting}>{waiting ? t("Joining…") : t("Join now")}</button>
            {local.micTrouble || local.cameraTrouble || local.asking
              ? <button type="button" class="rb large" onClick={(event) => void join(event, true)}>{t("Join without devices")}</button> : null}
          </div>
        )}
        <details class="before-more" open={more || local.micTrouble !== null || local.cameraTrouble !== null} onToggle={(event) => { setMore(event.currentTarget.open); }}>
          <summary>{t("Microphone, camera, speaker")}</summary>
          <DeviceFields meeting={meeting} />
        </details>
        {page.check ? <p class="hint"><a href={page.check} target="_blank" rel="noreferrer">{t("Check this terminal and its network")}</a></p> : null}
      </form>
    </main>
  );
}
