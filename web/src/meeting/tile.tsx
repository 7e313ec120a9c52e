/* One person's picture (or letters), and what is to be known and done about them. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { personItems } from "./personmenu";
import type { Meeting } from "./meeting";
import type { Source } from "./protocol";
import { key } from "./receiving";
import { hands } from "./state";
import { usePicked } from "./store";
import { t } from "./text";
import { Face, Icon, Menu } from "./ui";
import { complaint } from "./network";

/** Plays a track; calls `seen` at the first decoded picture. */
export function Picture({ track, mirror, whole, seen, label }: { track: MediaStreamTrack | null; mirror?: boolean; whole?: boolean; seen?: () => void; label: string }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (!track || !seen) return;
    if (!("requestVideoFrameCallback" in element)) {
      (element as HTMLVideoElement).onplaying = seen;
      return;
    }
    const handle = element.requestVideoFrameCallback(() => { seen(); });
    return () => { element.cancelVideoFrameCallback(handle); };
  }, [track]);
  return <video ref={video} class={`${mirror ? "mirror" : ""} ${whole ? "whole" : ""}`} muted playsInline autoPlay disablePictureInPicture={false} aria-label={label} />;
}

/** Whether pictures flow on a track: while none come, the letters are shown. */
function useFlowing(track: MediaStreamTrack | null): boolean {
  const [flows, setFlows] = useState(track ? !track.muted : false);
  useEffect(() => {
    setFlows(track ? !track.muted : false);
    if (!track) return;
    const look = () => { setFlows(!track.muted); };
    track.addEventListener("mute", look);
    track.addEventListener("unmute", look);
    return () => { track.removeEventListener("mute", look); track.removeEventListener("unmute", look); };
  }, [track]);
  return flows;
}

export function Network({ meeting, id }: { meeting: Meeting; id: string }): JSX.Element | null {
  const person = usePicked(meeting, (value) => value.people.get(id));
  const look = usePicked(meeting, (value) => (id === value.me ? value.look : null));
  const layer = usePicked(meeting, (value) => value.layers.get(key(id, "camera")));
  const [open, setOpen] = useState(false);
  if (!person || (person.network >= 3 && layer !== -1 && !open)) return null;
  const words = [t("no connection"), t("very bad"), t("weak"), t("fair"), t("good")];
  const text = t("Connection of {name}: {state}", { name: person.name, state: words[person.network] ?? "" });
  return (
    <div class="net">
      <button type="button" class={`net-mark n${String(person.network)}`} aria-expanded={open} aria-label={text} title={text} onClick={() => { setOpen(!open); }} onBlur={() => { setOpen(false); }}><Icon name="bars" /></button>
      {open ? (
        <div class="net-pop" role="status"><p class="strong">{text}</p>
          {look ? <p>{t("Loss {up} % up, {down} % down, {rtt} ms there and back", { up: look.loss_up.toFixed(1), down: look.loss_down.toFixed(1), rtt: Math.round(look.rtt) })}</p> : null}
          {look && complaint(look) ? <p>{t(complaint(look))}</p> : null}
          {layer === -1 ? <p>{t("Your own line has no room for this picture now; sound comes first.")}</p> : null}
          {!look && person.network < 3 ? <p>{t("Their line loses data or answers slowly. Their sound is served first.")}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

export function Tile({ meeting, id, height, source = "camera", strip }: { meeting: Meeting; id: string; height: number; source?: Source; strip?: boolean }): JSX.Element | null {
  const person = usePicked(meeting, (value) => value.people.get(id));
  const mine = usePicked(meeting, (value) => value.me === id);
  const remote = usePicked(meeting, (value) => value.tracks.get(key(id, source)) ?? null);
  const own = usePicked(meeting.local, (value) => (value.cameraOn ? value.camera : null));
  const layer = usePicked(meeting, (value) => value.layers.get(key(id, source)));
  const spotlit = usePicked(meeting, (value) => value.facts?.spotlight === id);
  const pinned = usePicked(meeting, (value) => value.pin === id);
  const soundOnly = usePicked(meeting, (value) => value.soundOnly);
  const place = usePicked(meeting, (value) => (value.people.get(id)?.hand ? hands(value.people).findIndex((one) => one.id === id) + 1 : 0));
  const emoji = usePicked(meeting, (value) => value.reactions.filter((one) => one.id === id).at(-1));
  const camera = person?.camera ?? false;
  useEffect(() => (mine || !camera || source !== "camera" ? undefined : meeting.wants.show(id, source, height * window.devicePixelRatio)), [mine, camera, id, source, Math.round(height / 20)]);
  const track = mine ? own : camera && !soundOnly ? remote : null;
  const flows = useFlowing(track);
  const [drawn, setDrawn] = useState<MediaStreamTrack | null>(null); // of this the first picture was shown
  const live = track !== null && drawn === track && (mine || flows);
  if (!person) return null;
  const name = mine ? t("{name} (you)", { name: person.name }) : person.name;
  const mic = person.mic;
  return (
    <article class={`tile ${person.talking ? "talks" : ""} ${strip ? "in-strip" : ""} ${person.network === 0 && !mine ? "away" : ""}`} data-person={id} data-live={live ? "" : undefined} aria-label={t("{name}, {mic}", { name, mic: mic ? t("microphone on") : t("muted") })}>
      {track ? <Picture track={track} mirror={mine && meeting.local.choices.mirror} seen={() => { setDrawn(track); if (!mine) meeting.arrived(); }} label={t("Picture of {name}", { name: person.name })} /> : null}
      {live ? null : <div class="tile-face"><Face name={person.name} id={id} phone={person.kind === "phone"} /></div>}
      {layer === -1 && !mine && camera ? <p class="tile-note">{t("Picture paused: your line is too narrow")}</p> : null}
      {person.network === 0 && !mine ? <p class="tile-note">{t("Reconnecting…")}</p> : null}
      <div class="tile-top">
        {place ? <span class="hand-mark"><Icon name="hand" /><span class="sr">{t("Hand raised, number {number}", { number: place })}</span><span aria-hidden="true">{place}</span></span> : null}
        {spotlit ? <span class="mark" title={t("Spotlight for everybody")}><Icon name="star" /></span> : null}
        {pinned ? <span class="mark" title={t("Pinned for you")}><Icon name="pin" /></span> : null}
      </div>
      {emoji ? <span class="floating" key={emoji.key} aria-hidden="true">{emoji.emoji}</span> : null}
      <div class="tile-foot">
        {mic ? null : <span class="muted-mark" title={t("muted")}><Icon name="mic-off" /></span>}
        <span class="tile-name">{name}</span>
        {person.role === "host" || person.role === "co-host" ? <span class="role-mark">{person.role === "host" ? t("Host") : t("Co-host")}</span> : null}
        <Network meeting={meeting} id={id} />
      </div>
      <div class="tile-menu"><Menu icon="more" label={t("About {name}", { name: person.name })} class="on-picture" items={personItems(meeting, id)} /></div>
    </article>
  );
}
