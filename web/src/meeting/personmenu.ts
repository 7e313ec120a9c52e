/* What can be done about one person, by those who may: the same list on the picture and in the list of people. */
import type { Meeting } from "./meeting";
import { t } from "./text";
import type { Item } from "./ui";

export function personItems(meeting: Meeting, id: string): Item[] {
  const { people, me, pin, rights, facts } = meeting.value;
  const person = people.get(id);
  if (!person) return [];
  const items: Item[] = [{ icon: "pin", label: pin === id ? t("Unpin") : t("Pin for me"), act: () => { meeting.set({ pin: pin === id ? "" : id, page: 0 }); } }];
  if (id !== me && person.kind !== "phone") items.push({ icon: "chat", label: t("Write to {name}", { name: person.name }), act: () => { meeting.set({ panel: "chat", chatTo: id, unread: 0 }); } });
  if (id === me) items.push({ icon: "camera", label: t("Hide my picture"), act: () => { hideSelf(meeting); } });
  return rights.host ? [...items, ...hostItems(meeting, id, facts?.spotlight ?? "")] : items;
}

function hideSelf(meeting: Meeting): void {
  meeting.local.choose({ showSelf: false });
  meeting.set({ order: [...meeting.value.order] });
  meeting.tell(t("Your picture is hidden for you only."), { label: t("Show"), act: () => { meeting.local.choose({ showSelf: true }); meeting.set({ order: [...meeting.value.order] }); } });
}

function hostItems(meeting: Meeting, id: string, spotlight: string): Item[] {
  const { people, me } = meeting.value;
  const person = people.get(id);
  const own = people.get(me);
  if (!person || !own) return [];
  const ask = (message: Parameters<Meeting["ask"]>[0]) => () => void meeting.ask(message);
  const byPhone = person.kind === "phone";
  const items: Item[] = byPhone ? [] : [{ icon: "star", label: spotlight === id ? t("End the spotlight") : t("Spotlight for everybody"), act: ask({ t: "spotlight", who: spotlight === id ? "" : id }) }];
  if (person.hand) items.push({ icon: "hand", label: t("Lower the hand"), act: ask({ t: "lower-hand", who: id }) });
  if (id === me) return items;
  if (person.mic) items.push({ icon: "mic-off", label: t("Mute"), act: ask({ t: "mute", who: id }) });
  else items.push({ icon: "mic", label: byPhone ? t("Unmute") : t("Ask to unmute"), act: ask({ t: "ask-unmute", who: id }) });
  if (person.camera) items.push({ icon: "camera-off", label: t("Switch the camera off"), act: ask({ t: "mute", who: id, source: "camera" }) });
  if (person.streams.some((one) => one.source === "screen")) items.push({ icon: "share", label: t("Stop their sharing"), act: ask({ t: "mute", who: id, source: "screen" }) });
  if (!byPhone) items.push(...roleItems(meeting, id));
  if (person.role !== "host") items.push({ icon: "leave", label: t("Remove…"), danger: true, act: () => { meeting.set({ dialog: `remove:${id}` }); } });
  return items;
}

function roleItems(meeting: Meeting, id: string): Item[] {
  const { people, me } = meeting.value;
  const [person, own] = [people.get(id), people.get(me)];
  if (!person || !own) return [];
  const give = (role: "co-host" | "presenter" | "attendee", label: string): Item => ({ icon: "people", label, act: () => void meeting.ask({ t: "role", who: id, role }) });
  const items: Item[] = [];
  if (own.role === "host") {
    if (person.role !== "co-host") items.push(give("co-host", t("Make co-host")));
    items.push({ icon: "star", label: t("Hand the host role over…"), act: () => { meeting.set({ dialog: `host:${id}` }); } });
  }
  if (person.role === "host" || (person.role === "co-host" && own.role !== "host")) return items;
  if (person.role !== "presenter") items.push(give("presenter", t("Make presenter")));
  if (person.role !== "attendee") items.push(give("attendee", t("Make attendee")));
  return items;
}
