import { expect, test } from "vitest";

import { likeness, loudness, MutedTalk } from "./level";

test("silence is 0, a full tone is 1", () => {
  expect(loudness(new Float32Array(100))).toBe(0);
  expect(loudness(new Float32Array(100).fill(0.9))).toBe(1);
});

test("speech while muted is told once, a click is not", () => {
  const talk = new MutedTalk();
  expect(talk.hear(0.9, 0)).toBe(false);
  const told = Array.from({ length: 40 }, (_, at) => talk.hear(0.8, at * 100)).filter(Boolean);
  expect(told).toHaveLength(1);
});

test("two in one room sound alike, even a moment later; different talk does not", () => {
  const talk = Array.from({ length: 60 }, (_, at) => (Math.sin(at * 1.7) + Math.sin(at * 0.6)) / 2);
  const late = [0, 0, ...talk.slice(0, -2)];
  expect(likeness(late, talk)).toBeGreaterThan(0.9);
  expect(likeness(Array.from({ length: 60 }, (_, at) => Math.cos(at * at)), talk)).toBeLessThan(0.6);
});
