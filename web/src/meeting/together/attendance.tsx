/* Who is there and was, for hosts: looked at now and then while it is open, and as a file. */
import { render } from "preact";

import type { FeatureRoom } from "../features";
import { style } from "./assets";
import { csv } from "./csv";
import { save } from "./transfer";

interface Row { id: string; name: string; role: string; kind: string; joined: number; left: number | null; talked: number }
interface Seen { list: Row[]; now: number }
const PAUSE = 10_000;
const ROLES: Record<string, string> = { host: "Host", "co-host": "Co-host", presenter: "Presenter", attendee: "Attendee" };

export function mount(host: HTMLElement, room: FeatureRoom): () => void {
  let seen: Seen = { list: [], now: 0 };
  let problem = "";
  const say = (text: string, values?: Record<string, string | number>) => room.text(text, values);
  const clock = (at: number) => new Intl.DateTimeFormat(room.language(), { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo" }).format(at);
  const minutes = (row: Row) => Math.max(0, Math.round(((row.left ?? seen.now) - row.joined) / 60_000));
  const look = async () => {
    try {
      seen = (await room.send("list")) as unknown as Seen;
      problem = "";
    } catch (error) {
      problem = (error as Error).message;
    }
    draw();
  };
  const keep = () => {
    const table = seen.list.map((row) => [row.name, say(ROLES[row.role] ?? row.role), clock(row.joined), row.left ? clock(row.left) : "", minutes(row), Math.round(row.talked / 6) / 10]);
    const head = [say("Name"), say("Role"), say("Came at"), say("Left at"), say("Minutes"), say("Minutes talked")];
    save(new Blob([csv([head, ...table])], { type: "text/csv" }), `${say("Attendance")}.csv`);
  };
  const draw = () => {
    const here = seen.list.filter((row) => !row.left).length;
    render(<div class="together-attendance">
      {problem ? <p class="message error" role="alert">{problem}</p> : null}
      <div class="together-acts"><p class="m-0">{say("{here} here, {all} in all", { here, all: seen.list.length })}</p>
        <button type="button" class="btn btn-sm" onClick={keep} disabled={!seen.list.length}>CSV</button></div>
      <div class="together-wide"><table><thead><tr><th>{say("Name")}</th><th>{say("Came at")}</th><th>{say("Left at")}</th><th>{say("Minutes")}</th></tr></thead>
        <tbody>{seen.list.map((row) => <tr key={row.id}><td>{row.name}<span class="soft small">{say(ROLES[row.role] ?? row.role)}{row.kind === "guest" ? ` · ${say("Guest")}` : ""}</span></td>
          <td>{clock(row.joined)}</td><td>{row.left ? clock(row.left) : <span class="together-live">{say("here")}</span>}</td><td>{minutes(row)}</td></tr>)}</tbody></table></div>
    </div>, host);
  };
  const timer = setInterval(() => void look(), PAUSE);
  const end = room.onChange((what) => { if (what === "people") setTimeout(() => void look(), 400); });
  void style("together.css");
  void look();
  return () => {
    clearInterval(timer);
    end();
    render(null, host);
  };
}
