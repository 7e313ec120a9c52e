import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Want } from "./protocol";
import { Wants } from "./wants";

const said: Want[][] = [];
let wants: Wants;
beforeEach(() => { vi.useFakeTimers(); said.length = 0; wants = new Wants((list) => said.push(list)); });
afterEach(() => { vi.useRealTimers(); });
const settle = () => { vi.advanceTimersByTime(200); return said.at(-1); };

test("only what a tile shows is wanted, at the size of the largest tile, and said once", () => {
  const small = wants.show("a", "camera", 100);
  wants.show("a", "camera", 400);
  expect(settle()).toEqual([{ feed: "a", source: "camera", height: 400 }]);
  small();
  settle();
  expect(said).toHaveLength(1);
});

test("a tile that goes takes its wish with it; out of sight nothing is wanted", () => {
  const gone = wants.show("a", "camera", 100);
  wants.show("b", "screen", 700);
  settle();
  gone();
  expect(settle()).toEqual([{ feed: "b", source: "screen", height: 700 }]);
  wants.pause(true);
  expect(settle()).toEqual([]);
  wants.pause(false);
  expect(settle()).toHaveLength(1);
});
