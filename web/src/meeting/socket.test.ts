import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { FromServer } from "./protocol";
import { Line, LONGEST_WAIT, Refusal, waitBefore } from "./socket";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly address: string) { FakeSocket.all.push(this); }
  send(text: string): void { this.sent.push(JSON.parse(text) as Record<string, unknown>); }
  close(): void { this.readyState = 3; }
  opens(): void { this.readyState = 1; this.onopen?.(); }
  says(message: unknown): void { this.onmessage?.({ data: JSON.stringify(message) }); }
  closes(code: number): void { this.readyState = 3; this.onclose?.({ code }); }
}

const heard: FromServer[] = [];
let cuts = 0;
let over = 0;
let line: Line;
const last = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  heard.length = cuts = over = 0;
  line = new Line("ws://here/", "ticket", {}, {
    hear: (message) => heard.push(message), hearBinary: () => undefined, cut: () => cuts++, over: (code) => { over = code; },
  });
  line.connect();
  last().opens();
});
afterEach(() => { line.close(); vi.useRealTimers(); vi.unstubAllGlobals(); });

test("the ticket is shown first, and several messages in one frame are all heard", () => {
  expect(last().sent[0]).toMatchObject({ t: "hello", ticket: "ticket" });
  last().says([{ t: "waiting", title: "", text: "" }, { t: "welcome", resume: "r1" }]);
  expect(heard.map((one) => one.t)).toEqual(["waiting", "welcome"]);
});

test("after a cut it comes back by itself with the newest resume token", () => {
  last().says({ t: "welcome", resume: "r1" });
  last().says({ t: "resume", token: "r2" });
  last().closes(1006);
  expect(cuts).toBe(1);
  vi.advanceTimersByTime(LONGEST_WAIT);
  expect(FakeSocket.all).toHaveLength(2);
  last().opens();
  expect(last().sent[0]).toMatchObject({ t: "hello", resume: "r2" });
  expect(last().sent[0]).not.toHaveProperty("ticket");
});

test.each([4400, 4403, 4409, 4429])("after close code %i it does not come back", (code) => {
  last().closes(code);
  vi.advanceTimersByTime(60_000);
  expect([FakeSocket.all.length, over]).toEqual([1, code]);
});

test("answers find their request; a cut refuses those that wait", async () => {
  last().says({ t: "welcome", resume: "r" });
  const [first, second] = [line.ask({ t: "hand", up: true }), line.ask({ t: "hand", up: false })];
  last().says({ t: "refused", n: 1, why: "not-now", text: "Later." });
  await expect(first).rejects.toMatchObject({ why: "not-now", message: "Later." });
  last().closes(1001);
  await expect(second).rejects.toBeInstanceOf(Refusal);
});

test("nothing is sent while the line is cut, and waiting grows to a limit", async () => {
  last().says({ t: "welcome", resume: "r" });
  const socket = last();
  socket.closes(1006);
  line.say({ t: "hand", up: true });
  await expect(line.ask({ t: "leave" })).rejects.toMatchObject({ why: "offline" });
  expect(socket.sent).toHaveLength(1);
  expect(waitBefore(0, 0.5)).toBe(200);
  expect(waitBefore(9, 0.5)).toBe(LONGEST_WAIT);
});

test("a connection that never opens is given up", () => {
  last().closes(1006);
  vi.advanceTimersByTime(LONGEST_WAIT);
  const silent = FakeSocket.all.length;
  vi.advanceTimersByTime(20_000);
  expect(FakeSocket.all.length).toBeGreaterThan(silent);
});

test("a page that was loaded anew says so until it is welcomed", () => {
  line.close();
  line = new Line("ws://here/", "", {}, { hear: () => undefined, hearBinary: () => undefined, cut: () => undefined, over: () => undefined });
  line.comeBack("kept");
  last().opens();
  expect(last().sent[0]).toMatchObject({ t: "hello", resume: "kept", fresh: true });
  last().says({ t: "welcome", resume: "r3" });
  line.away();
  last().closes(1006);
  vi.advanceTimersByTime(LONGEST_WAIT);
  last().opens();
  expect(last().sent[0]).toMatchObject({ resume: "r3" });
  expect(last().sent[0]).not.toHaveProperty("fresh");
});

test("from the lobby it comes back to the same place", () => {
  last().says({ t: "waiting", title: "", text: "", resume: "w1" });
  last().closes(1006);
  vi.advanceTimersByTime(LONGEST_WAIT);
  last().opens();
  expect(last().sent[0]).toMatchObject({ resume: "w1" });
});
