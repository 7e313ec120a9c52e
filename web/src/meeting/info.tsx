/* How others find here, and how the own line is. */
import type { JSX } from "preact";

import type { Meeting } from "./meeting";
import { complaint } from "./network";
import { usePicked } from "./store";
import { t } from "./text";
import { Icon } from "./ui";

/** A number as people read it aloud, as on all pages: 123 456 7890. */
export function grouped(number: string): string {
  return `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
}

export function invitation(facts: { title: string; link: string; number: string; pass_code: string; organisation: string }): string {
  const lines = [facts.title, facts.organisation, "", facts.link];
  if (facts.number) lines.push(`${t("Number")}: ${grouped(facts.number)}`);
  if (facts.pass_code) lines.push(`${t("Pass code")}: ${facts.pass_code}`);
  return lines.join("\n");
}

/** In the person's own zone; with its day where that is not today. */
export function clockOf(at: number, language: string, now = new Date()): string {
  const moment = new Date(at);
  const day = moment.toDateString() === now.toDateString() ? {} : { month: "short", day: "numeric" } as const;
  return moment.toLocaleString(language, { ...day, hour: "2-digit", minute: "2-digit" });
}

export function Info({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const facts = usePicked(meeting, (value) => value.facts);
  const look = usePicked(meeting, (value) => value.look);
  const startedAt = usePicked(meeting, (value) => value.startedAt);
  if (!facts) return null;
  const paths: Record<string, string> = { udp: t("direct (UDP)"), tcp: t("direct (TCP)"), relay: t("through a relay (TURN)") };
  const copy = async (text: string, said: string) => {
    try { await navigator.clipboard.writeText(text); meeting.tell(said); } catch { meeting.tell(t("Copying is not allowed here. Select the text instead."), { warn: true }); }
  };
  return (
    <div class="info">
      <dl>
        <dt>{t("Meeting")}</dt><dd>{facts.title}</dd>
        <dt>{t("Organiser")}</dt><dd>{facts.organisation}</dd>
        <dt>{t("Began at")}</dt><dd>{clockOf(startedAt, meeting.page.language)}</dd>
        <dt>{t("Link")}</dt><dd><code>{facts.link}</code></dd>
        {facts.number ? <><dt>{t("Number")}</dt><dd><code>{grouped(facts.number)}</code></dd></> : null}
        {facts.pass_code ? <><dt>{t("Pass code")}</dt><dd><code>{facts.pass_code}</code></dd></> : null}
      </dl>
      <div class="panel-foot">
        <button type="button" class="rb primary" onClick={() => void copy(invitation(facts), t("The invitation was copied."))}><Icon name="copy" />{t("Copy invitation")}</button>
        <button type="button" class="rb" onClick={() => void copy(facts.link, t("The link was copied."))}>{t("Copy link")}</button>
      </div>
      <h3>{t("Your connection")}</h3>
      {look ? (
        <dl class="line-facts">
          <dt>{t("Loss")}</dt><dd>{t("{up} % up, {down} % down", { up: look.loss_up.toFixed(1), down: look.loss_down.toFixed(1) })}</dd>
          <dt>{t("There and back")}</dt><dd>{Math.round(look.rtt)} ms</dd>
          <dt>{t("Sent")}</dt><dd>{look.kbps_up} kbit/s</dd>
          <dt>{t("Way")}</dt><dd>{paths[look.path] ?? t("not known yet")}</dd>
        </dl>
      ) : <p class="empty">{t("Measured in a few seconds.")}</p>}
      {look && complaint(look) ? <p class="note warn"><Icon name="warn" /><span>{t(complaint(look))}</span></p> : null}
      <p class="soft small">{t("Sound and pictures are encrypted on their way between your browser and the server.")}</p>
      {meeting.page.check ? <p><a href={meeting.page.check} target="_blank" rel="noreferrer">{t("Check this terminal and its network")}</a></p> : null}
    </div>
  );
}
