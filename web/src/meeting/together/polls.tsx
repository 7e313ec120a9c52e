/* Polls: hosts write, open and close them; everybody votes; results move as votes come in. */
import { render } from "preact";
import { useState } from "preact/hooks";

import { ask } from "../../confirm";
import type { FeatureRoom } from "../features";
import { style } from "./assets";
import { csv } from "./csv";
import { save } from "./transfer";

export interface Poll {
  id: string; question: string; options: string[]; multiple: boolean; anonymous: boolean; shown: boolean; state: "prepared" | "open" | "closed";
  own: number[] | null; votes: number; counts?: number[]; named?: [string, number[]][];
}
type Say = (text: string, values?: Record<string, string | number>) => string;
type Act = (act: string, data?: Record<string, unknown>) => Promise<boolean>;

export function mount(host: HTMLElement, room: FeatureRoom): () => void {
  let list: Poll[] = Array.isArray(room.state()) ? (room.state() as Poll[]) : [];
  let writing: Poll | "new" | null = null;
  let problem = "";
  const say: Say = (text, values) => room.text(text, values);
  const act: Act = async (verb, data = {}) => {
    try {
      await room.send(verb, data);
      problem = "";
    } catch (error) {
      problem = (error as Error).message;
    }
    draw();
    return !problem;
  };
  const write = (poll: typeof writing) => {
    writing = poll;
    problem = "";
    draw();
  };
  const draw = () => {
    const hosts = room.rights().host;
    render(<div class="together-polls">
      {problem ? <p class="message error" role="alert">{problem}</p> : null}
      {hosts && !writing ? <button type="button" class="btn btn-primary btn-sm" onClick={() => { write("new"); }}>{say("New poll")}</button> : null}
      {writing ? <Write poll={writing === "new" ? null : writing} say={say} act={act} done={() => { write(null); }} /> : null}
      {!list.length && !writing ? <p class="together-empty">{hosts ? say("Ask everybody something: write a question and its answers.") : say("There is no poll now.")}</p> : null}
      {[...list].reverse().map((poll) => <Card key={poll.id} poll={poll} host={hosts} say={say} act={act} edit={() => { write(poll); }} />)}
    </div>, host);
  };
  const ends = [
    room.on(({ act: verb, data }) => {
      if (verb !== "list") return;
      list = data.list as Poll[];
      if (data.why === "open") room.announce(say("A poll was opened"));
      draw();
    }),
    room.onChange((what) => {
      if (what !== "people") void room.send("list").catch(() => undefined);
      draw();
    }),
  ];
  void style("together.css");
  draw();
  void room.send("list").catch(() => undefined);
  return () => {
    for (const end of ends) end();
    render(null, host);
  };
}

function Write({ poll, say, act, done }: { poll: Poll | null; say: Say; act: Act; done: () => void }) {
  const [options, setOptions] = useState<string[]>(poll?.options ?? ["", ""]);
  const submit = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    const data = {
      question: told.get("question"), options, multiple: told.has("multiple"), anonymous: told.has("anonymous"), shown: told.has("shown"),
      ...(poll ? { id: poll.id } : {}),
    };
    const verb = poll ? "edit" : (event.submitter as HTMLButtonElement | null)?.value === "open" ? "open" : "add";
    if (await act(verb, data)) done();
  };
  return <form class="together-card" onSubmit={(event) => void submit(event)}>
    <label>{say("Question")}<textarea name="question" rows={2} maxLength={300} required defaultValue={poll?.question ?? ""} /></label>
    <fieldset><legend>{say("Answers")}</legend>
      {options.map((option, index) => <input key={index} value={option} maxLength={200} required={index < 2} aria-label={say("Answer {number}", { number: index + 1 })}
        onInput={(event) => { setOptions(options.map((one, at) => (at === index ? event.currentTarget.value : one))); }} />)}
      {options.length < 12 ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => { setOptions([...options, ""]); }}>+ {say("Another answer")}</button> : null}
    </fieldset>
    <label class="check"><input type="checkbox" name="multiple" defaultChecked={poll?.multiple ?? false} />{say("Several answers may be chosen")}</label>
    <label class="check"><input type="checkbox" name="anonymous" defaultChecked={poll?.anonymous ?? false} />{say("Anonymous: nobody sees who chose what")}</label>
    <label class="check"><input type="checkbox" name="shown" defaultChecked={poll?.shown ?? true} />{say("All see the result")}</label>
    <div class="together-acts">
      {poll ? <button class="btn btn-sm btn-primary">{say("Save")}</button> : <>
        <button class="btn btn-sm btn-primary" value="open">{say("Ask now")}</button>
        <button class="btn btn-sm" value="add">{say("Keep for later")}</button></>}
      <button type="button" class="btn btn-sm btn-ghost" onClick={done}>{say("Cancel")}</button>
    </div>
  </form>;
}

function Card({ poll, host, say, act, edit }: { poll: Poll; host: boolean; say: Say; act: Act; edit: () => void }) {
  const [again, setAgain] = useState(false);
  const voting = poll.state === "open" && (poll.own === null || again);
  const state = { prepared: say("Not asked yet"), open: say("Being asked"), closed: say("Ended") }[poll.state];
  return <section class="together-card" aria-label={poll.question}>
    <h3>{poll.question}</h3>
    <p class="soft small">{state} · {poll.anonymous ? say("anonymous") : say("with names")} · {say("{count} have voted", { count: poll.votes })}</p>
    {voting ? <Ballot poll={poll} say={say} vote={async (choices) => { if (await act("vote", { id: poll.id, choices })) setAgain(false); }} /> : <Result poll={poll} say={say} />}
    {poll.state === "open" && poll.own !== null && !again ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => { setAgain(true); }}>{say("Change my answer")}</button> : null}
    {host ? <Acts poll={poll} say={say} act={act} edit={edit} /> : null}
  </section>;
}

function Ballot({ poll, say, vote }: { poll: Poll; say: Say; vote: (choices: number[]) => Promise<void> }) {
  return <form onSubmit={(event) => {
    event.preventDefault();
    void vote(new FormData(event.currentTarget).getAll("choice").map(Number));
  }}>
    <fieldset><legend class="sr-only">{poll.question}</legend>
      {poll.options.map((option, index) => <label class="check" key={index}>
        <input type={poll.multiple ? "checkbox" : "radio"} name="choice" value={index} required={!poll.multiple} defaultChecked={poll.own?.includes(index) ?? false} />{option}</label>)}
    </fieldset>
    <button class="btn btn-sm btn-primary">{say("Vote")}</button>
  </form>;
}

function Result({ poll, say }: { poll: Poll; say: Say }) {
  const most = Math.max(1, poll.votes);
  return <ul class="together-result">{poll.options.map((option, index) => {
    const count = poll.counts?.[index];
    return <li key={index} class={poll.own?.includes(index) ? "chosen" : ""}>
      <span>{option}{poll.own?.includes(index) ? <span class="soft small"> · {say("my answer")}</span> : null}</span>
      {count === undefined ? null : <>
        <span class="together-count">{count} ({Math.round((count / most) * 100)}%)</span>
        <span class="together-track" aria-hidden="true"><span style={{ width: `${String((count / most) * 100)}%` }} /></span></>}
    </li>;
  })}{poll.counts ? null : <li class="soft small">{say("Only the hosts see the result.")}</li>}</ul>;
}

function Acts({ poll, say, act, edit }: { poll: Poll; say: Say; act: Act; edit: () => void }) {
  const told = { id: poll.id };
  const remove = async () => {
    if (await ask(document, say("Delete this poll with its votes? This cannot be undone."), say("Delete"), say("Keep"))) await act("remove", told);
  };
  return <div class="together-acts">
    {poll.state === "prepared" ? <>
      <button type="button" class="btn btn-sm btn-primary" onClick={() => void act("open", told)}>{say("Ask now")}</button>
      <button type="button" class="btn btn-sm btn-ghost" onClick={edit}>{say("Change")}</button></> : null}
    {poll.state === "open" ? <button type="button" class="btn btn-sm btn-primary" onClick={() => void act("close", told)}>{say("End the poll")}</button> : null}
    {poll.state === "closed" ? <button type="button" class="btn btn-sm btn-ghost" onClick={() => void act("open", told)}>{say("Open again")}</button> : null}
    {poll.state !== "prepared" ? <>
      <button type="button" class="btn btn-sm btn-ghost" onClick={() => void act("show", { ...told, shown: !poll.shown })}>{poll.shown ? say("Show the result to hosts only") : say("Show the result to all")}</button>
      <button type="button" class="btn btn-sm btn-ghost" onClick={() => { save(new Blob([csv(rows(poll, say))], { type: "text/csv" }), `${poll.question.slice(0, 40)}.csv`); }}>CSV</button></> : null}
    <button type="button" class="btn btn-sm btn-ghost" onClick={() => void remove()}>{say("Delete")}</button>
  </div>;
}

export function rows(poll: Poll, say: Say): (string | number)[][] {
  if (!poll.named) return [[say("Answer"), say("Votes")], ...poll.options.map((option, index) => [option, poll.counts?.[index] ?? 0])];
  return [[say("Name"), ...poll.options], ...poll.named.map(([name, choices]) => [name, ...poll.options.map((_, index) => (choices.includes(index) ? 1 : ""))])];
}
