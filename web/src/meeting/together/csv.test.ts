import { expect, test } from "vitest";

import { csv } from "./csv";

test("cells are quoted where they must be, and no cell is run as a formula", () => {
  expect(csv([["名前", "a,b"], ['say "hi"', 3], ["=1+1", -2]])).toBe('\ufeff名前,"a,b"\r\n"say ""hi""",3\r\n\'=1+1,-2\r\n');
});
