/* The check page: runs the trials one after the other, shows each result with advice, and sends the report if asked. */
import { browser, device, network, relay, type Result, socket, type Verified, voice } from "./checking";
import { canChooseSpeaker, list } from "./devices";
import { chime } from "./level";
import { t, useDictionary } from "./text";

interface Page {
  terminals: Verified[]; ice: RTCIceServer[]; socket: string; report: string; texts: Record<string, string>; email: string; language: string;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, look = "", text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.textContent = text;
  return element;
}

const WORDS = { good: () => t("Good"), fair: () => t("Fair"), bad: () => t("Not working") };

/** One trial's card: its name, its state, and room for what belongs to it. */
class Trial {
  readonly card = make("section", "trial");
  readonly room = make("div", "trial-room");
  readonly #state = make("span", "trial-state", t("waiting"));
  readonly #found = make("p", "trial-found");
  readonly #advice = make("p", "trial-advice");
  result: Result | null = null;

  constructor(title: string) {
    const head = make("div", "trial-head");
    head.append(make("h2", "", title), this.#state);
    this.#state.setAttribute("role", "status");
    this.card.append(head, this.#found, this.#advice, this.room);
  }

  begin(): void {
    this.#state.textContent = t("trying…");
    this.card.dataset.mark = "running";
  }

  show(result: Result): void {
    this.result = result;
    this.card.dataset.mark = result.mark;
    this.#state.textContent = WORDS[result.mark]();
    this.#found.textContent = result.found;
    this.#advice.textContent = result.advice ?? "";
  }
}

async function speaker(trial: Trial): Promise<void> {
  trial.begin();
  const speakers = canChooseSpeaker() ? (await list()).speaker : [];
  const row = make("div", "row-start");
  const choose = make("select");
  choose.setAttribute("aria-label", t("Speaker"));
  choose.append(new Option(t("The system's own"), ""), ...speakers.filter((one) => one.id !== "default").map((one) => new Option(one.label || one.id, one.id)));
  const play = make("button", "btn btn-outline", t("Test sound"));
  const yes = make("button", "btn btn-primary", t("I hear it"));
  const no = make("button", "btn btn-outline", t("I hear nothing"));
  for (const button of [play, yes, no]) button.type = "button";
  yes.hidden = no.hidden = true;
  play.onclick = () => { void chime(choose.value); yes.hidden = no.hidden = false; };
  yes.onclick = () => { trial.show({ mark: "good", found: t("You hear the speaker."), plain: "speaker: heard" }); };
  no.onclick = () => { trial.show({ mark: "bad", found: t("Nothing is heard."), advice: t("Is the volume up, and is the right speaker chosen in the system's settings?"), plain: "speaker: not heard" }); };
  if (speakers.length > 1) row.append(choose);
  row.append(play, yes, no);
  trial.room.append(row);
  trial.show({ mark: "fair", found: t("Play the sound and say whether you hear it."), plain: "speaker: not answered" });
}

let shownCamera: MediaStreamTrack | null = null; // its picture stays until the check is made again

async function camera(trial: Trial): Promise<void> {
  trial.begin();
  shownCamera?.stop();
  const found = await device("camera", (track) => {
    shownCamera = track;
    const video = make("video", "trial-video mirror");
    video.muted = video.playsInline = video.autoplay = true;
    video.setAttribute("aria-label", t("Your picture"));
    video.srcObject = new MediaStream([track]);
    trial.room.replaceChildren(video);
  });
  trial.show(found);
}

async function microphone(trial: Trial): Promise<void> {
  trial.begin();
  const bar = make("span", "level");
  const fill = make("span");
  bar.append(fill);
  bar.setAttribute("aria-hidden", "true");
  trial.room.replaceChildren(bar);
  const found = await device("mic", () => undefined);
  trial.show(found.track ? { ...found, advice: t("Say a few words…") } : found);
  if (!found.track) { bar.remove(); return; }
  const heard = await voice(found.track, (level) => { fill.style.transform = `scaleX(${level.toFixed(2)})`; });
  found.track.stop();
  trial.show({ ...heard, found: `${found.found} · ${heard.found}`, plain: `${found.plain}; ${heard.plain}` });
}

async function line(trial: Trial, page: Page): Promise<void> {
  trial.begin();
  const { protocol, host } = window.location;
  trial.show(await socket(`${protocol === "https:" ? "wss" : "ws"}://${host}${page.socket}`));
}

async function media(trial: Trial, page: Page): Promise<void> {
  trial.begin();
  if (!("RTCPeerConnection" in window)) return;
  const [udp, tcp] = await Promise.all([relay(page.ice, "udp"), relay(page.ice, "tcp")]);
  trial.show(network(udp, tcp, page.ice.length > 0));
}

function reporting(page: Page, trials: Trial[]): HTMLElement {
  const form = make("form", "trial");
  const note = make("textarea");
  note.rows = 3;
  note.id = "note";
  const email = make("input");
  email.type = "email";
  email.id = "email";
  email.required = true;
  email.value = page.email;
  const [noteLabel, emailLabel] = [make("label", "", t("What goes wrong? (if you wish)")), make("label", "", t("Your e-mail address"))];
  noteLabel.htmlFor = "note";
  emailLabel.htmlFor = "email";
  const send = make("button", "btn btn-primary mt-3", t("Send the report to support"));
  const said = make("p", "trial-found");
  said.setAttribute("role", "status");
  const lines = () => [new Date().toISOString(), navigator.userAgent, `${String(window.screen.width)}×${String(window.screen.height)}`, ...trials.map((one) => one.result?.plain ?? "")].filter(Boolean);
  const details = make("details", "why");
  const text = make("pre", "pre small");
  details.append(make("summary", "", t("What the report says")), text);
  details.ontoggle = () => { text.textContent = lines().join("\n"); };
  form.onsubmit = (event) => {
    event.preventDefault();
    const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    void fetch(page.report, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ email: email.value, note: note.value, lines: lines() }) })
      .then(async (answer) => { said.textContent = ((await answer.json()) as { text: string }).text; if (answer.ok) send.disabled = true; })
      .catch(() => { said.textContent = t("The server cannot be reached. Check your connection and try again."); });
  };
  form.append(make("h2", "", t("Something does not work?")), noteLabel, note, emailLabel, email, details, send, said);
  return form;
}

async function run(page: Page, box: HTMLElement): Promise<void> {
  const [seen, cam, mic, out, talk, net] = [t("Browser"), t("Camera"), t("Microphone"), t("Speaker"), t("Meeting server"), t("Network")].map((title) => new Trial(title)) as [Trial, Trial, Trial, Trial, Trial, Trial];
  const trials = [seen, cam, mic, out, talk, net];
  box.replaceChildren(...trials.map((one) => one.card));
  box.focus();
  delete box.dataset.done;
  seen.begin();
  seen.show(browser(page.terminals));
  const lines = Promise.all([line(talk, page), media(net, page)]);
  await camera(cam);
  await Promise.all([microphone(mic), speaker(out), lines]);
  const again = make("button", "btn btn-outline", t("Check again"));
  again.type = "button";
  again.onclick = () => { void run(page, box); };
  box.append(again, reporting(page, trials));
  box.dataset.done = "";
}

const page = JSON.parse(document.getElementById("check")?.textContent ?? "{}") as Page;
useDictionary(page.texts);
const box = document.getElementById("checking");
if (box) {
  box.tabIndex = -1; // the focus goes here when the button that began it is gone
  const begin = make("button", "btn btn-primary", t("Begin the check"));
  begin.type = "button";
  begin.onclick = () => { void run(page, box); };
  box.append(begin);
}
