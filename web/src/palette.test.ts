import { expect, test } from "vitest";

import { items } from "./palette";

test("a found name is shown as text, never as markup", () => {
  const [item] = items(document, [{ title: "<b>A</b>", note: "n", url: "/contracts/" }]);
  expect(item?.querySelector("b")).toBeNull();
  expect(item?.querySelector("a")?.getAttribute("href")).toBe("/contracts/");
});
