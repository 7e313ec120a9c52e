/* Where something done together is shown: its code is fetched, mounted into a plain element and taken away again. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { type Feature, type FeatureRoom, features } from "./features";
import type { Meeting } from "./meeting";
import type { FromServer } from "./protocol";
import { t } from "./text";

const given = new WeakMap<Meeting, Record<string, unknown>>();

/** Keeps what the server told about each feature on entering. */
export function keepStates(meeting: Meeting): void {
  meeting.ears.add((message) => { if (message.t === "welcome") given.set(meeting, message.features); });
}

export function roomOf(meeting: Meeting, feature: Feature): FeatureRoom {
  const hear = (listener: (message: FromServer) => void) => {
    meeting.ears.add(listener);
    return () => { meeting.ears.delete(listener); };
  };
  return {
    name: feature.name,
    me: () => meeting.value.me,
    people: () => [...meeting.value.people.values()],
    rights: () => meeting.value.rights,
    state: () => given.get(meeting)?.[feature.name],
    pass: () => meeting.line?.resume ?? "",
    send: (act, data = {}) => meeting.line?.ask({ t: "feature", name: feature.name, act, data }) ?? Promise.reject(new Error("offline")),
    sendBinary: (bytes) => meeting.line?.binary(bytes),
    on: (listener) => hear((message) => { if (message.t === "feature" && message.name === feature.name) listener(message); }),
    onBinary: (listener) => {
      meeting.binaryEars.add(listener);
      return () => { meeting.binaryEars.delete(listener); };
    },
    onChange: (listener) => hear((message) => {
      if (message.t === "welcome") listener("back");
      else if (message.t === "rights") listener("rights");
      else if (["joined", "left", "person"].includes(message.t)) listener("people");
    }),
    text: t,
    language: () => meeting.page.language,
    announce: (text) => { meeting.say(text); },
    tell: (text) => { meeting.tell(text); },
    pointer: (on, x, y) => { meeting.line?.say({ t: "pointer", on, x, y }); },
    onPointer: (listener) => hear((message) => { if (message.t === "pointer") listener(message.id, message.on, message.x, message.y); }),
    open: () => { meeting.set(feature.place === "stage" ? { stage: feature.name } : { panel: feature.name }); },
    close: () => { meeting.set(feature.place === "stage" ? { stage: "" } : { panel: "" }); },
    badge: (count) => { meeting.badge(feature.name, count); },
    files: () => meeting.page.files ?? "/meetings/files/",
  };
}

export function FeatureHost({ meeting, name }: { meeting: Meeting; name: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "there" | "failed">("loading");
  const [turn, setTurn] = useState(0);
  const feature = features.find((one) => one.name === name);
  useEffect(() => {
    let leave: (() => void) | null = null;
    let gone = false;
    meeting.badge(name, 0);
    setState("loading");
    feature?.load().then((loaded) => {
      if (gone || !box.current) return;
      leave = loaded.mount(box.current, roomOf(meeting, feature));
      setState("there");
    }).catch(() => { setState("failed"); });
    return () => { gone = true; leave?.(); };
  }, [name, turn]);
  return (
    <div class="feature" data-feature={name}>
      {state === "loading" ? <div class="wait-dots" role="status"><span class="sr">{t("One moment…")}</span><i /><i /><i /></div> : null}
      {state === "failed" ? <div class="note warn" role="alert"><p>{t("This part could not be loaded. Check your connection.")}</p><button type="button" class="rb small" onClick={() => { setTurn(turn + 1); }}>{t("Try again")}</button></div> : null}
      <div class="feature-box" ref={box} />
    </div>
  );
}
