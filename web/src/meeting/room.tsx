/* The room's page: before joining, on the way in, in the room, and afterwards. */
import { render } from "preact";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Bar } from "./bar";
import { Before } from "./before";
import { Chat } from "./chat";
import { read as readChoices } from "./choices";
import { lacking } from "./devices";
import { Dialogs } from "./dialogs";
import * as embed from "./embed";
import { unsupported } from "./endings";
import { features } from "./features";
import { FeatureHost, keepStates } from "./featurehost";
import * as hints from "./hints";
import { Info } from "./info";
import * as keys from "./keys";
import { Meeting } from "./meeting";
import { read as readPage } from "./page";
import { leave as leavePlace, take as takePlace } from "./place";
import { People } from "./people";
import { Settings } from "./settings";
import { Stage } from "./stage";
import { usePicked } from "./store";
import { t, useDictionary } from "./text";
import { Banners, Toasts, Top } from "./top";
import { IconButton } from "./ui";
import { Connecting, Elsewhere, Ended, Lobby } from "./waiting";

function titleOf(name: string, meeting: Meeting): string {
  const own: Record<string, string> = { chat: t("Chat"), people: t("People ({count})", { count: meeting.value.people.size }), settings: t("Settings"), info: t("About this meeting") };
  return own[name] ?? t(features.find((one) => one.name === name)?.label ?? "");
}

function Panel({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const name = usePicked(meeting, (value) => value.panel);
  usePicked(meeting, (value) => value.people.size);
  const box = useRef<HTMLElement>(null);
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (!name) return;
    opener.current = document.activeElement;
    box.current?.querySelector<HTMLElement>("h2")?.focus();
    return () => { if (opener.current instanceof HTMLElement && (!document.activeElement || document.activeElement === document.body)) opener.current.focus(); };
  }, [name]);
  if (!name) return null;
  const views: Record<string, JSX.Element> = { chat: <Chat meeting={meeting} />, people: <People meeting={meeting} />, settings: <Settings meeting={meeting} />, info: <Info meeting={meeting} /> };
  return (
    <aside class="panel" ref={box} aria-label={titleOf(name, meeting)} onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) { event.stopPropagation(); meeting.set({ panel: "" }); (opener.current as HTMLElement | null)?.focus(); } }}>
      <div class="panel-head"><h2 tabIndex={-1}>{titleOf(name, meeting)}</h2><IconButton icon="close" label={t("Close")} onPress={() => { meeting.set({ panel: "" }); }} /></div>
      <div class="panel-body">{views[name] ?? <FeatureHost key={name} meeting={meeting} name={name} />}</div>
    </aside>
  );
}

const NARROW = "(max-width: 720px), (max-height: 480px)";
const PANEL_OVER_STAGE = "(max-width: 720px) and (orientation: portrait), (max-width: 720px) and (min-height: 481px)"; // as in room.css

function useMatch(media: string): boolean {
  const query = window.matchMedia(media);
  const [matches, setMatches] = useState(query.matches);
  useEffect(() => {
    const look = () => { setMatches(query.matches); };
    query.addEventListener("change", look);
    return () => { query.removeEventListener("change", look); };
  }, []);
  return matches;
}

function InRoom({ meeting }: { meeting: Meeting }): JSX.Element {
  const panel = usePicked(meeting, (value) => value.panel);
  const narrow = useMatch(NARROW);
  const over = useMatch(PANEL_OVER_STAGE);
  return (
    <div class={`room ${panel ? "with-panel" : ""}`}>
      <Top meeting={meeting} />
      <main id="content" aria-label={t("Pictures")}><Banners meeting={meeting} /><Stage meeting={meeting} covered={over && panel !== ""} /></main>
      <Panel meeting={meeting} />
      <Bar meeting={meeting} narrow={narrow} />
      <Toasts meeting={meeting} />
    </div>
  );
}

const own = document.documentElement.dataset.theme; // as the person has chosen it for all pages

/** Pictures are seen best on dark, so the room itself is always dark; before and after it is as chosen. */
function dress(phase: string): void {
  const page = document.documentElement;
  page.dataset.phase = phase;
  if (phase === "in") page.dataset.theme = "musubu-dark";
  else if (own) page.dataset.theme = own;
  else delete page.dataset.theme;
}

function Room({ meeting }: { meeting: Meeting }): JSX.Element {
  const phase = usePicked(meeting, (value) => value.phase);
  useEffect(() => { dress(phase); }, [phase]);
  const screens: Record<string, () => JSX.Element> = {
    before: () => <Before meeting={meeting} />, connecting: () => <Connecting meeting={meeting} />, lobby: () => <Lobby meeting={meeting} />,
    question: () => <Elsewhere meeting={meeting} />, in: () => <InRoom meeting={meeting} />, over: () => <Ended meeting={meeting} />,
  };
  return <>{screens[phase]?.()}<Dialogs meeting={meeting} /></>;
}

/** Said one after the other by screen readers, unless the person does not want it. */
function speaker(meeting: Meeting): (text: string) => void {
  const region = document.createElement("div");
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.className = "sr";
  region.id = "said";
  document.body.append(region);
  return (text) => {
    if (!meeting.local.choices.spoken) return;
    const line = document.createElement("p");
    line.textContent = text;
    region.append(line);
    setTimeout(() => { line.remove(); }, 8_000);
  };
}

function start(): void {
  const page = readPage(document);
  useDictionary(page.texts ?? {});
  const root = document.getElementById("meeting");
  if (!root) return;
  const meeting = new Meeting(page, readChoices());
  meeting.said = speaker(meeting);
  keepStates(meeting);
  embed.listen(meeting);
  keys.listen(meeting);
  const kept = takePlace(page.enter);
  const place = page.refused ? null : kept;
  const direct = page.ticket !== null && !page.refused && (new URLSearchParams(window.location.search).get("direct") === "1" || meeting.local.choices.direct);
  if (!("RTCPeerConnection" in window) || !("requestVideoFrameCallback" in HTMLVideoElement.prototype || "srcObject" in HTMLVideoElement.prototype)) meeting.finish(unsupported());
  else if (place) {
    meeting.local.set({ micOn: place.mic, cameraOn: place.camera });
    meeting.comeBack(place);
  } else if (direct && page.ticket) meeting.join(page.ticket, 0);
  render(<Room meeting={meeting} />, root);
  if (meeting.value.phase === "over") return;
  if (lacking(window)) meeting.local.set({ micTrouble: lacking(window), cameraTrouble: lacking(window), micOn: false, cameraOn: false });
  else void meeting.local.begin();
  hints.listen(meeting);
  window.addEventListener("pagehide", () => { leavePlace(meeting); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) takePlace(page.enter); });
  (window as { meeting?: Meeting }).meeting = meeting; // for measuring and support
}

start();
