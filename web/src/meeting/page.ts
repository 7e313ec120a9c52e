/* What the room's page carries for the browser: <script type="application/json" id="room">. */
export interface RoomPage {
  enter: string;
  ticket: string | null;
  socket: string;
  title: string;
  organisation: string;
  brand: { logo?: string; colour?: string };
  me: { name: string; signedIn: boolean; role: string } | null;
  needs: { name: boolean; pass_code: boolean };
  numbered?: boolean;
  name?: string;
  language: string;
  languages?: { code: string; name: string }[];
  refused: { why: string; text: string } | null;
  texts?: Record<string, string>;
  files?: string;
  check?: string;
  home?: string;
  signIn?: string;
  build?: string;
}

export function read(page: Document): RoomPage {
  return JSON.parse(page.getElementById("room")?.textContent ?? "{}") as RoomPage;
}

/** Asks the door for a ticket; a plain text where there is none. */
export async function enter(page: RoomPage, given: { name: string; pass_code: string; mark: string }): Promise<{ ticket: string } | { why: string; text: string }> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(page.enter, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ ...given, numbered: page.numbered ?? false }),
    });
    return (await answer.json()) as { ticket: string } | { why: string; text: string };
  } catch {
    return { why: "offline", text: "" };
  }
}

/** Browser and system as people call them. */
export function terminal(agent = navigator.userAgent): { browser: string; version: string; system: string; phone: boolean } {
  const has = (pattern: RegExp) => pattern.exec(agent)?.[1] ?? "";
  const rows: [string, string][] = [
    ["Microsoft Edge", has(/Edg(?:A|iOS)?\/(\d+)/)], ["Opera", has(/OPR\/(\d+)/)], ["Samsung Internet", has(/SamsungBrowser\/(\d+)/)],
    ["Firefox", has(/(?:Firefox|FxiOS)\/(\d+)/)], ["Google Chrome", has(/(?:Chrome|CriOS)\/(\d+)/)], ["Safari", has(/Version\/(\d+)[\d.]* .*Safari/)],
  ];
  const [browser, version] = rows.find(([, found]) => found) ?? ["", ""];
  const systems: [RegExp, string][] = [
    [/iPhone|iPad|iPod/, "iOS"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"],
  ];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  return { browser, version, system, phone: /Mobi|Android|iPhone|iPad/.test(agent) };
}
