/* Who is here and who waits: found by name, hands first, and what a host can do about all of them. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

import type { Meeting } from "./meeting";
import { personItems } from "./personmenu";
import type { Person } from "./protocol";
import { hands } from "./state";
import { usePicked } from "./store";
import { t } from "./text";
import { Network } from "./tile";
import { Face, Icon, Menu } from "./ui";

const RANK: Record<string, number> = { host: 0, "co-host": 1, presenter: 2, attendee: 3 };

/** Hands in their order, then hosts, then the others by name. */
export function inOrder(people: ReadonlyMap<string, Person>): Person[] {
  const raised = hands(people);
  const rest = [...people.values()].filter((one) => one.hand === null);
  rest.sort((a, b) => (RANK[a.role] ?? 9) - (RANK[b.role] ?? 9) || a.name.localeCompare(b.name));
  return [...raised, ...rest];
}

function roleName(one: Person): string {
  const names: Record<string, string> = { host: t("Host"), "co-host": t("Co-host"), presenter: t("Presenter"), attendee: "" };
  const kinds: Record<string, string> = { guest: t("Guest"), phone: t("By telephone"), member: "" };
  return [names[one.role], kinds[one.kind]].filter(Boolean).join(" · ");
}

function Row({ meeting, one, place }: { meeting: Meeting; one: Person; place: number }): JSX.Element {
  const mine = one.id === meeting.value.me;
  return (
    <li class="person-row" data-person={one.id}>
      <Face name={one.name} id={one.id} phone={one.kind === "phone"} />
      <div class="person-words"><span class="strong">{mine ? t("{name} (you)", { name: one.name }) : one.name}</span><span class="soft small">{roleName(one)}</span></div>
      {one.hand ? <span class="hand-mark"><Icon name="hand" /><span class="sr">{t("Hand raised, number {number}", { number: place })}</span><span aria-hidden="true">{place}</span></span> : null}
      <Network meeting={meeting} id={one.id} />
      <span class={`state ${one.talking ? "talks" : ""}`} title={one.mic ? t("microphone on") : t("muted")}><Icon name={one.mic ? "mic" : "mic-off"} /><span class="sr">{one.mic ? t("microphone on") : t("muted")}</span></span>
      <span class="state" title={one.camera ? t("camera on") : t("camera off")}><Icon name={one.camera ? "camera" : "camera-off"} /><span class="sr">{one.camera ? t("camera on") : t("camera off")}</span></span>
      <Menu icon="more" label={t("About {name}", { name: one.name })} items={personItems(meeting, one.id)} />
    </li>
  );
}

function Waiting({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const lobby = usePicked(meeting, (value) => value.lobby);
  if (!lobby.length) return null;
  return (
    <section class="lobby" aria-label={t("Waiting to be let in")}>
      <h3>{t("Waiting to be let in")} ({lobby.length})</h3>
      <ul class="rows">{lobby.map((one) => (
        <li class="person-row" key={one.id}><Face name={one.name} id={one.id} />
          <div class="person-words"><span class="strong">{one.name}</span><span class="soft small">{one.kind === "guest" ? t("Guest") : ""}</span></div>
          <button type="button" class="rb small" onClick={() => void meeting.ask({ t: "turn-away", who: one.id })}>{t("Refuse")}<span class="sr"> {one.name}</span></button>
          <button type="button" class="rb small primary" onClick={() => void meeting.ask({ t: "admit", who: one.id })}>{t("Let in")}<span class="sr"> {one.name}</span></button></li>
      ))}</ul>
      {lobby.length > 1 ? <button type="button" class="rb" onClick={() => void meeting.ask({ t: "admit" })}>{t("Let everybody in")}</button> : null}
    </section>
  );
}

export function People({ meeting }: { meeting: Meeting }): JSX.Element {
  const people = usePicked(meeting, (value) => value.people);
  const host = usePicked(meeting, (value) => value.rights.host);
  const [wanted, setWanted] = useState("");
  const id = useId();
  const raised = hands(people);
  const all = inOrder(people);
  const found = all.filter((one) => one.name.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()));
  return (
    <div class="people">
      {host ? <Waiting meeting={meeting} /> : null}
      <div class="find"><label class="sr" for={id}>{t("Find somebody")}</label><Icon name="search" /><input id={id} type="search" value={wanted} placeholder={t("Find somebody")} onInput={(event) => { setWanted(event.currentTarget.value); }} /></div>
      <ul class="rows">{found.map((one) => <Row key={one.id} meeting={meeting} one={one} place={raised.indexOf(one) + 1} />)}</ul>
      {found.length ? null : <p class="empty">{t("Nobody of that name is here.")}</p>}
      {host ? (
        <div class="panel-foot">
          <button type="button" class="rb" onClick={() => { meeting.set({ dialog: "mute-all" }); }}><Icon name="mic-off" />{t("Mute everybody")}</button>
          {raised.length ? <button type="button" class="rb" onClick={() => void meeting.ask({ t: "lower-hand" })}>{t("Lower all hands")}</button> : null}
        </div>
      ) : null}
    </div>
  );
}
