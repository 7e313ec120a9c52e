/* The middle of the room: a gallery, one who speaks, shared screens, or something done together. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { fitting, grid, pages, RATIO } from "./layout";
import type { Meeting } from "./meeting";
import type { FromServer } from "./protocol";
import { key } from "./receiving";
import { screens } from "./state";
import { usePicked } from "./store";
import { t } from "./text";
import { Picture, Tile } from "./tile";
import { IconButton } from "./ui";
import { FeatureHost } from "./featurehost";

interface Size { width: number; height: number }

/** The size of a box, measured by the browser when it changes and never asked for while drawing. */
function useSize(box: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(([entry]) => { if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height }); });
    watcher.observe(element);
    return () => { watcher.disconnect(); };
  }, []);
  return size;
}

function shown(meeting: Meeting): string[] {
  const { order, me } = meeting.value;
  const others = order.filter((id) => id !== me);
  if (!meeting.local.choices.showSelf && others.length) return others;
  return order.includes(me) ? [...others.slice(0, 1), me, ...others.slice(1)] : others;
}

function Pager({ meeting, count }: { meeting: Meeting; count: number }): JSX.Element | null {
  const page = usePicked(meeting, (value) => Math.min(value.page, count - 1));
  if (count < 2) return null;
  const go = (to: number) => { meeting.set({ page: (to + count) % count }); };
  return (
    <nav class="pager" aria-label={t("Pages of pictures")}>
      <IconButton icon="back" label={t("Previous page")} class="on-picture" onPress={() => { go(page - 1); }} />
      <span aria-live="polite">{t("{page} of {pages}", { page: page + 1, pages: count })}</span>
      <IconButton icon="next" label={t("Next page")} class="on-picture" onPress={() => { go(page + 1); }} />
    </nav>
  );
}

function Gallery({ meeting, size }: { meeting: Meeting; size: Size }): JSX.Element {
  usePicked(meeting, (value) => value.order);
  const ids = shown(meeting);
  const { most, high } = fitting(ids.length, size.width, size.height);
  const count = pages(ids.length, most);
  const page = usePicked(meeting, (value) => Math.min(value.page, count - 1));
  const here = ids.slice(page * most, (page + 1) * most);
  const { columns, width, height } = grid(here.length, size.width, high);
  return (
    <>
      <div class="gallery" style={{ "--wide": `${String(width)}px`, "--high": `${String(height)}px`, maxWidth: `${String(columns * (width + 8))}px`, bottom: `${String(size.height - high)}px` }}>
        {here.map((id) => <Tile key={id} meeting={meeting} id={id} height={height} />)}
      </div>
      <Pager meeting={meeting} count={count} />
    </>
  );
}

function Strip({ meeting, ids, tall, size }: { meeting: Meeting; ids: string[]; tall: boolean; size: Size }): JSX.Element {
  const height = tall ? 88 : 112;
  const most = Math.max(1, Math.min(12, Math.floor(tall ? size.width / (height * RATIO + 8) + 0.4 : size.height / (height + 8))));
  return <div class="strip">{ids.slice(0, most).map((id) => <Tile key={id} meeting={meeting} id={id} height={height} strip />)}{ids.length > most ? <p class="strip-more">{t("and {count} more", { count: ids.length - most })}</p> : null}</div>;
}

function Speaker({ meeting, size }: { meeting: Meeting; size: Size }): JSX.Element {
  const order = usePicked(meeting, (value) => value.order);
  const main = usePicked(meeting, (value) => value.pin || value.facts?.spotlight || value.speaker || value.order.find((id) => id !== value.me) || value.me);
  const rest = shown(meeting).filter((id) => id !== main);
  const tall = size.height > size.width;
  const high = rest.length && tall ? size.height - 100 : size.height;
  return (
    <div class={`speaker-view ${tall ? "tall" : ""}`} data-count={order.length}>
      <div class="main-tile"><Tile key={main} meeting={meeting} id={main} height={high} /></div>
      {rest.length ? <Strip meeting={meeting} ids={rest} tall={tall} size={size} /> : null}
    </div>
  );
}

interface Dot { id: string; x: number; y: number }

/** A shared screen, sharp and whole; whoever may draw points on it. */
function Screen({ meeting, id, height }: { meeting: Meeting; id: string; height: number }): JSX.Element {
  const name = usePicked(meeting, (value) => value.people.get(id)?.name ?? "");
  const mine = usePicked(meeting, (value) => value.me === id);
  const track = usePicked(meeting, (value) => value.tracks.get(key(id, "screen")) ?? null);
  const layer = usePicked(meeting, (value) => value.layers.get(key(id, "screen")));
  const [points, setPoints] = useState(false);
  const [dots, setDots] = useState<Dot[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const last = useRef(0);
  useEffect(() => (mine ? undefined : meeting.wants.show(id, "screen", height * window.devicePixelRatio)), [mine, id, Math.round(height / 40)]);
  useEffect(() => {
    const hear = (told: FromServer) => {
      if (told.t !== "pointer" || told.on !== id) return;
      setDots((had) => [...had.filter((one) => one.id !== told.id), ...(told.x === null || told.y === null ? [] : [{ id: told.id, x: told.x, y: told.y }])]);
    };
    meeting.ears.add(hear);
    return () => { meeting.ears.delete(hear); };
  }, [id]);
  const point = (event: PointerEvent) => {
    const video = box.current?.querySelector("video");
    if (!points || !video || event.timeStamp - last.current < 60) return;
    last.current = event.timeStamp;
    const place = within(video, event.clientX, event.clientY);
    meeting.line?.say({ t: "pointer", on: id, x: place?.x ?? null, y: place?.y ?? null });
    setDots((had) => [...had.filter((one) => one.id !== meeting.value.me), ...(place ? [{ id: meeting.value.me, ...place }] : [])]);
  };
  const stop = () => {
    if (points) meeting.line?.say({ t: "pointer", on: id, x: null, y: null });
    setDots((had) => had.filter((one) => one.id !== meeting.value.me));
  };
  const own = mine ? (meeting.screen.stream?.getVideoTracks()[0] ?? null) : track;
  return (
    <figure class={`screen ${points ? "pointing" : ""}`} ref={box} onPointerMove={point} onPointerLeave={stop}>
      <Picture track={own} whole seen={() => { meeting.arrived(); }} label={t("Screen of {name}", { name })} />
      {dots.map((dot) => <Pointed key={dot.id} dot={dot} box={box} name={meeting.value.people.get(dot.id)?.name ?? ""} />)}
      {layer === -1 ? <p class="tile-note">{t("Picture paused: your line is too narrow")}</p> : null}
      <figcaption>{mine ? t("You are sharing your screen.") : t("{name} shares a screen", { name })}
        {mine ? <button type="button" class="rb small danger" onClick={() => void meeting.screen.stop()}>{t("Stop sharing")}</button> : null}
        <Pointing meeting={meeting} on={points} turn={(on) => { setPoints(on); if (!on) stop(); }} />
        <IconButton icon="full" label={t("Full screen")} class="on-picture" onPress={() => { void (document.fullscreenElement ? document.exitFullscreen() : box.current?.requestFullscreen()); }} />
      </figcaption>
    </figure>
  );
}

function Pointing({ meeting, on, turn }: { meeting: Meeting; on: boolean; turn: (on: boolean) => void }): JSX.Element | null {
  const may = usePicked(meeting, (value) => value.rights.draw);
  return may ? <IconButton icon="point" label={t("Point at something")} pressed={on} class="on-picture" onPress={() => { turn(!on); }} /> : null;
}

/** Where a picture really is in its box: it keeps its shape, so bars may stand beside it. */
export function inside(box: { left: number; top: number; width: number; height: number }, wide: number, high: number): { left: number; top: number; width: number; height: number } {
  const scale = Math.min(box.width / (wide || 16), box.height / (high || 9));
  const [width, height] = [(wide || 16) * scale, (high || 9) * scale];
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

function within(video: HTMLVideoElement, x: number, y: number): { x: number; y: number } | null {
  const real = inside(video.getBoundingClientRect(), video.videoWidth, video.videoHeight);
  const [across, down] = [(x - real.left) / real.width, (y - real.top) / real.height];
  return across < 0 || across > 1 || down < 0 || down > 1 ? null : { x: across, y: down };
}

function Pointed({ dot, box, name }: { dot: Dot; box: { current: HTMLElement | null }; name: string }): JSX.Element | null {
  const video = box.current?.querySelector("video");
  if (!video) return null;
  const real = inside({ left: video.offsetLeft, top: video.offsetTop, width: video.offsetWidth, height: video.offsetHeight }, video.videoWidth, video.videoHeight);
  return <span class="dot" style={{ transform: `translate(${(real.left + dot.x * real.width).toFixed(1)}px, ${(real.top + dot.y * real.height).toFixed(1)}px)` }}><i /><span>{name}</span></span>;
}

function Shared({ meeting, ids, size }: { meeting: Meeting; ids: string[]; size: Size }): JSX.Element {
  usePicked(meeting, (value) => value.order);
  usePicked(meeting, (value) => value.speaker);
  const tall = size.height > size.width;
  const rest = shown(meeting).sort((a, b) => Number(b === meeting.value.speaker) - Number(a === meeting.value.speaker));
  return (
    <div class={`speaker-view ${tall ? "tall" : ""}`}>
      <div class={`screens s${String(Math.min(2, ids.length))}`}>{ids.slice(0, 2).map((id) => <Screen key={id} meeting={meeting} id={id} height={size.height} />)}</div>
      <Strip meeting={meeting} ids={rest} tall={tall} size={size} />
    </div>
  );
}

/** `covered`: a panel lies over it (on a phone), so nothing in it can be reached meanwhile. */
export function Stage({ meeting, covered }: { meeting: Meeting; covered: boolean }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const view = usePicked(meeting, (value) => (value.pin || value.facts?.spotlight ? "speaker" : value.view));
  const feature = usePicked(meeting, (value) => value.stage);
  const sharing = usePicked(meeting, (value) => screens(value.people).join(" "));
  const ids = sharing ? sharing.split(" ") : [];
  const ready = size.width > 0;
  return (
    <div class="stage" ref={box} inert={covered}>
      {!ready ? null : feature ? <FeatureHost key={feature} meeting={meeting} name={feature} />
        : ids.length ? <Shared meeting={meeting} ids={ids} size={size} />
          : view === "speaker" ? <Speaker meeting={meeting} size={size} /> : <Gallery meeting={meeting} size={size} />}
    </div>
  );
}
