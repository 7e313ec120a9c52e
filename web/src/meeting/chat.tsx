/* Writing to everybody or to one, with what was written before one came. */
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { features } from "./features";
import { roomOf } from "./featurehost";
import type { Meeting } from "./meeting";
import type { ChatMessage, SharedFile } from "./protocol";
import { usePicked } from "./store";
import { t } from "./text";
import { IconButton } from "./ui";

export type Piece = { text: string } | { link: string };
const LINK = /https?:\/\/[^\s<>"'「」（）]+/gi;

/** Text and links of a message, in order. Only http and https become links; all else stays text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const link = match[0].replace(/[.,;:!?)\]、。]+$/, "");
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push({ link });
    at = match.index + link.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

function Said({ meeting, one, follows }: { meeting: Meeting; one: ChatMessage; follows: boolean }): JSX.Element {
  const own = one.from === meeting.value.me;
  const to = one.to ? (one.to === meeting.value.me ? t("to you alone") : t("to {name} alone", { name: meeting.value.people.get(one.to)?.name ?? "…" })) : "";
  const time = new Date(one.at).toLocaleTimeString(meeting.page.language, { hour: "2-digit", minute: "2-digit" });
  return (
    <li class={`said ${own ? "own-words" : ""} ${one.to ? "private" : ""} ${follows ? "follows" : ""}`}>
      {follows ? null : <p class="said-head"><span class="strong">{own ? t("You") : one.name}</span>{to ? <span class="tag-private">{to}</span> : null}<time>{time}</time></p>}
      {one.text ? <p class="said-text">{pieces(one.text).map((piece, at) => ("link" in piece ? <a key={at} href={piece.link} target="_blank" rel="noopener noreferrer nofollow">{piece.link}</a> : piece.text))}</p> : null}
      {one.file ? <SaidFile meeting={meeting} file={one.file} own={own} /> : null}
    </li>
  );
}

/** Its card is fetched when there is a file to show. */
function SaidFile({ meeting, file, own }: { meeting: Meeting; file: SharedFile; own: boolean }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const host = usePicked(meeting, (value) => value.rights.host);
  const feature = features.find((one) => one.name === "files");
  useEffect(() => {
    const room = feature && roomOf(meeting, feature);
    if (!room) return;
    let gone = file.gone ?? false;
    const draw = () => void import("./together/files").then(({ card }) => {
      const remove = () => void room.send("remove", { id: file.id }).catch((error: unknown) => { room.tell((error as Error).message); });
      if (box.current) card(box.current, { ...file, gone }, room, own || host ? remove : undefined);
    });
    draw();
    return room.on(({ act, data }) => {
      if (act !== "removed" || data.id !== file.id) return;
      gone = file.gone = true;
      draw();
    });
  }, [host]);
  return <div class="said-card" ref={box} />;
}

function sameBreath(one: ChatMessage, before: ChatMessage | undefined): boolean {
  return before !== undefined && before.from === one.from && before.to === one.to && one.at - before.at < 120_000;
}

/** The tools of features in the composer, such as sending a file. */
function ChatTools({ meeting }: { meeting: Meeting }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const ends: (() => void)[] = [];
    let gone = false;
    for (const feature of features.filter((one) => one.place === "chat" && (one.offered?.(meeting.value.rights) ?? true))) {
      void feature.load().then((loaded) => {
        if (gone || !box.current) return;
        const host = document.createElement("div");
        box.current.append(host);
        ends.push(loaded.mount(host, roomOf(meeting, feature)));
      });
    }
    return () => { gone = true; for (const end of ends) end(); };
  }, []);
  return <div class="chat-tools" ref={box} />;
}

/** Keeps the newest message in sight, also when its file or picture comes later; whoever has scrolled back to read stays there. */
function useFollowing(list: { current: HTMLElement | null }): void {
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    let atEnd = true;
    const follow = () => { if (atEnd) box.scrollTo({ top: box.scrollHeight }); };
    const note = () => { atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40; };
    const watcher = new MutationObserver(follow);
    watcher.observe(box, { childList: true, subtree: true });
    box.addEventListener("scroll", note);
    box.addEventListener("load", follow, true);
    follow();
    return () => { watcher.disconnect(); box.removeEventListener("scroll", note); box.removeEventListener("load", follow, true); };
  }, []);
}

const drafts = new WeakMap<Meeting, string>(); // what was typed survives closing the panel and a cut line

export function Chat({ meeting }: { meeting: Meeting }): JSX.Element {
  const chat = usePicked(meeting, (value) => value.chat);
  const people = usePicked(meeting, (value) => value.people);
  const to = usePicked(meeting, (value) => (value.people.has(value.chatTo) ? value.chatTo : ""));
  const rights = usePicked(meeting, (value) => value.rights);
  const cut = usePicked(meeting, (value) => value.cut);
  const list = useRef<HTMLOListElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useFollowing(list);
  useEffect(() => { if (chat.at(-1)?.from === meeting.value.me) list.current?.scrollTo({ top: list.current.scrollHeight }); }, [chat.length]);
  useEffect(() => { text.current?.focus(); }, [to]);
  const others = [...people.values()].filter((one) => one.id !== meeting.value.me && one.kind !== "phone");
  const hosts = others.filter((one) => one.role === "host" || one.role === "co-host");
  const open = rights.chat ? others : hosts;
  const target = rights.chat ? to : to || (hosts[0]?.id ?? "");
  const send = async () => {
    const typed = text.current?.value.trim() ?? "";
    if (!typed || !text.current || cut) return;
    if (await meeting.ask({ t: "chat", text: typed, to: target })) {
      text.current.value = "";
      drafts.delete(meeting);
    }
    text.current.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <div class="chat">
      <ol class="chat-list" ref={list} tabIndex={0} aria-label={t("Messages")}>
        {chat.length ? chat.map((one, at) => <Said key={one.id} meeting={meeting} one={one} follows={sameBreath(one, chat[at - 1])} />)
          : <li class="empty">{t("Nothing has been written yet. Messages stay with the meeting.")}</li>}
      </ol>
      <form class="composer" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <label for={`${id}to`}>{t("To")}</label>
        <select id={`${id}to`} value={target} onChange={(event) => { meeting.set({ chatTo: event.currentTarget.value }); }}>
          {rights.chat ? <option value="">{t("Everybody")}</option> : null}
          {open.map((one) => <option key={one.id} value={one.id}>{t("{name} alone", { name: one.name })}</option>)}
        </select>
        {rights.chat ? null : <p class="hint">{t("The host allows messages to hosts only.")}</p>}
        <label class="sr" for={id}>{t("Message")}</label>
        <textarea id={id} ref={text} rows={2} maxLength={4000} defaultValue={drafts.get(meeting) ?? ""} placeholder={cut ? t("Reconnecting…") : t("Write a message")} onKeyDown={keys}
          onInput={(event) => { drafts.set(meeting, event.currentTarget.value); }} disabled={!rights.chat && !hosts.length} />
        <div class="composer-row"><ChatTools meeting={meeting} /><IconButton icon="send" label={t("Send")} class="round send" disabled={cut} onPress={() => void send()} /></div>
      </form>
    </div>
  );
}
