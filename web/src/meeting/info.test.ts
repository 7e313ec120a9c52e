import { expect, test } from "vitest";

import { grouped } from "./info";

test("a number stands in the room as on the pages and in the invitation", () => {
  expect(grouped("5638035405")).toBe("563 803 5405");
  expect(grouped("123456789")).toBe("123 456 789");
});
