import { expect, test } from "vitest";

import { choose } from "./theme";

test("a choice is put on the page and remembered; none follows the machine", () => {
  const root = document.documentElement;
  choose(root, "musubu-dark");
  expect(root.dataset.theme).toBe("musubu-dark");
  expect(document.cookie).toContain("musubu_theme=musubu-dark");
  choose(root, "");
  expect(root.dataset.theme).toBeUndefined();
});
