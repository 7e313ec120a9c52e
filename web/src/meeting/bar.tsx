/* The bar at the foot: what everybody needs all the time, in the same place on every screen. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { features } from "./features";
import { panel } from "./keys";
import type { Meeting } from "./meeting";
import { hands } from "./state";
import { usePicked } from "./store";
import { t } from "./text";
import { IconButton, Menu, type Item } from "./ui";

const EMOJI: [string, string][] = [["👍", "Agreed"], ["👏", "Applause"], ["❤️", "Love it"], ["😂", "Funny"], ["😮", "Surprised"], ["🎉", "Hurray"]];

function DeviceMenu({ meeting, kind }: { meeting: Meeting; kind: "mic" | "camera" }): JSX.Element {
  const local = usePicked(meeting.local, (value) => value);
  const items: Item[] = local.devices[kind].map((one, at) => ({
    label: one.label || String(at + 1), checked: local[kind]?.getSettings().deviceId === one.id || meeting.local.choices[kind] === one.id,
    act: () => void meeting.local.use(kind, one.id), ...(at ? {} : { head: kind === "mic" ? t("Microphone") : t("Camera") }),
  }));
  if (kind === "mic") {
    items.push(...local.devices.speaker.map((one, at) => ({
      label: one.label || String(at + 1), checked: (meeting.local.choices.speaker || "default") === one.id, act: () => { meeting.speaker(one.id); }, ...(at ? {} : { head: t("Speaker") }),
    })));
  } else items.push({ label: t("Blur my background"), checked: local.blur === "on", act: () => void meeting.local.blur(local.blur !== "on") });
  items.push({ icon: "settings", label: t("All settings"), act: () => { panel(meeting, "settings"); } });
  return <Menu up icon="up" class="caret" label={kind === "mic" ? t("Choose microphone and speaker") : t("Choose camera")} items={items} />;
}

function Reactions({ meeting }: { meeting: Meeting }): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const close = () => { setOpen(false); box.current?.querySelector("button")?.focus(); };
  const send = (emoji: string) => { meeting.line?.say({ t: "reaction", emoji }); close(); };
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => { if (!box.current?.contains(event.target as Node)) setOpen(false); };
    document.addEventListener("pointerdown", outside);
    return () => { document.removeEventListener("pointerdown", outside); };
  }, [open]);
  return (
    <div class="menu-box up reactions" ref={box} onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); close(); } }}>
      <IconButton icon="smile" label={t("React")} expanded={open} class="bar-button" caption={t("React")} onPress={() => { setOpen(!open); }} />
      {open ? <div class="menu-list emoji-row" role="group" aria-label={t("React")}>{EMOJI.map(([emoji, label]) => <button type="button" key={emoji} aria-label={t(label)} title={t(label)} onClick={() => { send(emoji); }}>{emoji}</button>)}</div> : null}
    </div>
  );
}

async function pictureInPicture(meeting: Meeting): Promise<void> {
  const video = document.querySelector<HTMLVideoElement>(".screen video, .main-tile video, .tile[data-live]:not(.own) video");
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch { meeting.tell(t("This browser does not show a small picture over other windows."), { warn: true }); }
}

function moreItems(meeting: Meeting): Item[] {
  const { rights, facts, view, soundOnly, stage } = meeting.value;
  const full = () => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()); };
  const items: Item[] = [
    { icon: view === "gallery" ? "speaker" : "grid", label: view === "gallery" ? t("Speaker view") : t("Gallery view"), act: () => { const to = view === "gallery" ? "speaker" : "gallery"; meeting.local.choose({ view: to }); meeting.set({ view: to, pin: "", stage: "" }); } },
    ...features.filter((one) => one.place !== "chat" && (one.offered?.(rights) ?? true)).map((one): Item => ({
      icon: one.icon, label: t(one.label), act: () => { if (one.place === "stage") meeting.set({ stage: stage === one.name ? "" : one.name }); else panel(meeting, one.name); },
    })),
  ];
  if (rights.record || (rights.host && facts?.record)) items.push({ icon: "record", label: facts?.record ? t("Stop recording") : t("Record…"), act: () => { if (facts?.record) void meeting.ask({ t: "record", on: false }); else meeting.set({ dialog: "record" }); } });
  items.push({ icon: "sound", label: soundOnly ? t("Receive pictures again") : t("Sound only"), act: () => { meeting.soundOnly(!soundOnly); } });
  if (document.fullscreenEnabled) items.push({ icon: "full", label: document.fullscreenElement ? t("Leave full screen") : t("Full screen"), act: full });
  if (document.pictureInPictureEnabled) items.push({ icon: "pip", label: t("Small picture over other windows"), act: () => void pictureInPicture(meeting) });
  items.push(
    { icon: "people", label: t("Change my name"), act: () => { meeting.set({ dialog: "rename" }); } },
    { icon: "info", label: t("About this meeting"), act: () => { panel(meeting, "info"); } },
    { icon: "settings", label: t("Settings"), act: () => { panel(meeting, "settings"); } },
    { icon: "keys", label: t("Keyboard shortcuts"), act: () => { meeting.set({ dialog: "keys" }); } },
  );
  return items;
}

function MoreMenu({ meeting, narrow }: { meeting: Meeting; narrow: boolean }): JSX.Element {
  usePicked(meeting, (value) => value.view + value.stage + String(value.rights.record) + String(value.rights.host) + String(value.soundOnly) + String(Boolean(value.facts?.record)));
  const badges = usePicked(meeting, (value) => Object.values(value.badges).reduce((sum, one) => sum + one, 0));
  const sharing = usePicked(meeting, (value) => value.sharing);
  const people = usePicked(meeting, (value) => value.people.size);
  const items = moreItems(meeting);
  const emoji: Item[] = narrow ? [
    { icon: "people", label: `${t("People")} (${String(people)})`, act: () => { panel(meeting, "people"); } },
    { icon: "share", label: sharing ? t("Stop sharing") : t("Share screen"), act: () => void meeting.screen.toggle() },
  ] : [];
  return (
    <div class="more-wrap">
      <Menu up icon="more" label={t("More")} class="bar-button" caption={t("More")} items={[...emoji, ...items]}>
        {narrow ? <div class="emoji-row in-menu" role="presentation">{EMOJI.map(([one, label]) => <button type="button" role="menuitem" tabIndex={-1} key={one} aria-label={t(label)} onClick={() => { meeting.line?.say({ t: "reaction", emoji: one }); }}>{one}</button>)}</div> : null}
      </Menu>
      {badges ? <span class="dot-new" aria-hidden="true" /> : null}
    </div>
  );
}

export function Bar({ meeting, narrow }: { meeting: Meeting; narrow: boolean }): JSX.Element {
  const local = usePicked(meeting.local, (value) => value);
  const open = usePicked(meeting, (value) => value.panel);
  const unread = usePicked(meeting, (value) => value.unread);
  const sharing = usePicked(meeting, (value) => value.sharing);
  const mayShare = usePicked(meeting, (value) => value.rights.share);
  const people = usePicked(meeting, (value) => value.people.size);
  const lobby = usePicked(meeting, (value) => value.lobby.length);
  const place = usePicked(meeting, (value) => hands(value.people).findIndex((one) => one.id === value.me) + 1);
  const canShare = typeof MediaDevices !== "undefined" && "getDisplayMedia" in MediaDevices.prototype;
  const [micOn, cameraOn] = [local.micOn && local.mic !== null, local.cameraOn && local.camera !== null];
  return (
    <nav class="bar" aria-label={t("Meeting controls")}>
      <div class="bar-pair"><IconButton icon={micOn ? "mic" : "mic-off"} id="mic" label={t("Microphone")} shortcut="M" pressed={micOn} class={`bar-button ${micOn ? "" : "off"} ${local.micTrouble ? "trouble" : ""}`} caption={t("Microphone")} onPress={() => void meeting.mic(!micOn)} />
        {narrow ? null : <DeviceMenu meeting={meeting} kind="mic" />}</div>
      <div class="bar-pair"><IconButton icon={cameraOn ? "camera" : "camera-off"} id="camera" label={t("Camera")} shortcut="V" pressed={cameraOn} class={`bar-button ${cameraOn ? "" : "off"} ${local.cameraTrouble ? "trouble" : ""}`} caption={t("Camera")} onPress={() => void meeting.camera(!cameraOn)} />
        {narrow ? null : <DeviceMenu meeting={meeting} kind="camera" />}</div>
      {narrow || !canShare ? null : <IconButton icon="share" id="share" label={sharing ? t("Stop sharing") : t("Share screen")} shortcut="S" pressed={sharing} disabled={!mayShare && !sharing} class={`bar-button ${sharing ? "on" : ""}`} caption={sharing ? t("Stop") : t("Share")} onPress={() => void meeting.screen.toggle()} />}
      <IconButton icon="hand" id="hand" label={place ? `${t("Hand")} ${String(place)}` : t("Hand")} tip={place ? t("Lower my hand") : t("Raise my hand")} shortcut="H" pressed={place > 0} class={`bar-button ${place ? "on" : ""}`} caption={t("Hand")} onPress={() => void meeting.ask({ t: "hand", up: !place })} />
      {narrow ? null : <Reactions meeting={meeting} />}
      <span class="bar-gap" />
      {narrow ? null : <IconButton icon="people" id="people" label={t("People ({count})", { count: people })} shortcut="P" expanded={open === "people"} class={`bar-button ${open === "people" ? "on" : ""}`} caption={t("People")} badge={lobby} onPress={() => { panel(meeting, "people"); }} />}
      <IconButton icon="chat" id="chat" label={t("Chat")} shortcut="C" expanded={open === "chat"} class={`bar-button ${open === "chat" ? "on" : ""}`} caption={t("Chat")} badge={unread} onPress={() => { panel(meeting, "chat"); }} />
      <MoreMenu meeting={meeting} narrow={narrow} />
      <IconButton icon="leave" id="leave" label={t("Leave")} shortcut="L" class="bar-button leave" caption={t("Leave")} onPress={() => { meeting.set({ dialog: "leave" }); }} />
    </nav>
  );
}
