import { beforeEach, expect, test, vi } from "vitest";

import type { Meeting } from "./meeting";
import { leave, take } from "./place";

const kept = new Map<string, string>();
const away = vi.fn();

function meeting(phase: string): Meeting {
  return {
    value: { phase }, page: { enter: "/m/a/enter/" }, line: { resume: "r1", away }, local: { value: { micOn: false, cameraOn: true } },
  } as unknown as Meeting;
}

beforeEach(() => {
  kept.clear();
  away.mockClear();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

test.each(["in", "lobby"])("a place in phase %s is taken back once, with the devices as they were", (phase) => {
  leave(meeting(phase), 1_000);
  expect(away).toHaveBeenCalledOnce();
  expect(take("/m/a/enter/", 3_000)).toMatchObject({ resume: "r1", mic: false, camera: true });
  expect(take("/m/a/enter/", 3_000)).toBeNull();
});

test("nothing is kept of whoever has left or was removed", () => {
  leave(meeting("over"), 1_000);
  expect([take("/m/a/enter/", 1_000), away.mock.calls.length]).toEqual([null, 0]);
});

test("another room and a late return ask at the door again", () => {
  leave(meeting("in"), 1_000);
  expect(take("/m/b/enter/", 1_500)).toBeNull();
  leave(meeting("in"), 1_000);
  expect(take("/m/a/enter/", 60_000)).toBeNull();
});

test("forbidden storage gives the place up", () => {
  vi.stubGlobal("sessionStorage", { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); } });
  leave(meeting("in"));
  expect(take("/m/a/enter/")).toBeNull();
});
