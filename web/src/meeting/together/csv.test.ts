import { expect, test } from "vitest";

import { csv } from "./csv";
import { size } from "./transfer";

test("cells are quoted where they must be, and no cell is run as a formula", () => {
  expect(csv([["名前", "a,b"], ['say "hi"', 3], ["=1+1", -2]])).toBe('\ufeff名前,"a,b"\r\n"say ""hi""",3\r\n\'=1+1,-2\r\n');
});

test("sizes are short", () => {
  expect([size(10), size(250_000), size(2_500_000)]).toEqual(["1 kB", "244 kB", "2.4 MB"]);
});
