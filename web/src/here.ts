/* A moment in the person's own time zone where that is not Japan's: <time datetime="2026-04-10T02:00:00+00:00" data-here>
   holds it in Japan's time, so that the page is right without scripts. */
export const JAPAN = "Asia/Tokyo";

export function told(moment: Date, zone: string, language: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const named = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: "short" }).formatToParts(moment);
  const where = named.find((one) => one.type === "timeZoneName")?.value ?? zone;
  const day = language.startsWith("en") ? `${of("year")}-${of("month")}-${of("day")}` : `${of("year")}年${String(Number(of("month")))}月${String(Number(of("day")))}日`;
  return `${day} ${of("hour")}:${of("minute")} (${where})`;
}

export function show(part: ParentNode, language: string, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): void {
  if (!zone || zone === JAPAN) return;
  for (const one of part.querySelectorAll<HTMLTimeElement>("time[data-here]")) {
    one.title = one.textContent;
    one.textContent = told(new Date(one.dateTime), zone, language);
  }
}

export function connect(page: Document): void {
  show(page, page.documentElement.lang || "ja");
}
