import { expect, test } from "vitest";

import { pieces, size } from "./chat";

test("only http and https become links, without the full stop behind them", () => {
  expect(pieces("See https://a.example/x?y=1. And javascript:alert(1)")).toEqual([
    { text: "See " }, { link: "https://a.example/x?y=1" }, { text: ". And javascript:alert(1)" },
  ]);
  expect(pieces("資料はhttps://a.example/資料。")).toEqual([{ text: "資料は" }, { link: "https://a.example/資料" }, { text: "。" }]);
  expect(pieces("<b>no</b>")).toEqual([{ text: "<b>no</b>" }]);
});

test("sizes are short", () => {
  expect([size(10), size(250_000), size(2_500_000)]).toEqual(["1 kB", "250 kB", "2.5 MB"]);
});
