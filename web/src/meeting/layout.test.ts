import { expect, test } from "vitest";

import { fitting, grid, pages, pageSize, promoted, reordered } from "./layout";

test("one picture fills what its shape allows", () => {
  expect(grid(1, 1600, 900)).toMatchObject({ columns: 1, rows: 1, width: 1600, height: 900 });
});

test.each([[2, 2], [4, 2], [9, 3], [25, 5]])("%i pictures on a wide screen stand in %i columns", (count, columns) => {
  expect(grid(count, 1600, 900).columns).toBe(columns);
});

test("tiles never reach beyond the room they have", () => {
  for (let count = 1; count <= 25; count++) {
    for (const [wide, high] of [[390, 640], [844, 300], [1280, 640]] as const) {
      const { columns, rows, width, height } = grid(count, wide, high);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * width + 8 * (columns - 1)).toBeLessThanOrEqual(wide);
      expect(rows * height + 8 * (rows - 1)).toBeLessThanOrEqual(high);
    }
  }
});

test("a phone shows two side by side or above each other, a desktop up to 25", () => {
  expect(pageSize(390, 640)).toBeGreaterThanOrEqual(4);
  expect(pageSize(390, 640)).toBeLessThanOrEqual(10);
  expect(pageSize(1280, 720)).toBe(25);
  expect(pages(26, 25)).toBe(2);
});

test("who talks takes the place of the longest silent, pinned ones stay", () => {
  const spoke = new Map([["a", 5], ["b", 1]]);
  expect(promoted(["a", "b", "c"], "c", 2, spoke, new Set())).toEqual(["a", "c", "b"]);
  expect(promoted(["a", "b", "c"], "c", 2, spoke, new Set(["b"]))).toEqual(["c", "b", "a"]);
  expect(promoted(["a", "b", "c"], "a", 2, spoke, new Set())).toEqual(["a", "b", "c"]);
});

test("newcomers go to the end", () => {
  expect(reordered(["b", "a", "gone"], ["a", "b", "c"])).toEqual(["b", "a", "c"]);
});

test("what turns the pages stands below the pictures, and takes no room where there is one page", () => {
  expect(fitting(4, 1280, 700)).toEqual({ most: 25, high: 700 });
  const { most, high } = fitting(26, 1280, 700);
  expect(high).toBeLessThanOrEqual(650);
  expect(grid(most, 1280, high).height * 5 + 32).toBeLessThanOrEqual(high);
});
