import { expect, test } from "vitest";

import { pieces } from "./chat";

test("only http and https become links, without the full stop behind them", () => {
  expect(pieces("See https://a.example/x?y=1. And javascript:alert(1)")).toEqual([
    { text: "See " }, { link: "https://a.example/x?y=1" }, { text: ". And javascript:alert(1)" },
  ]);
  expect(pieces("資料はhttps://a.example/資料。")).toEqual([{ text: "資料は" }, { link: "https://a.example/資料" }, { text: "。" }]);
  expect(pieces("<b>no</b>")).toEqual([{ text: "<b>no</b>" }]);
});
