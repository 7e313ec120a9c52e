import { expect, test } from "vitest";

import { told } from "./here";

const MOMENT = new Date("2026-04-10T16:05:00Z");

test("a moment is told in the person's zone and language, with the zone's name", () => {
  expect(told(MOMENT, "Asia/Shanghai", "zh-hans")).toMatch(/^2026年4月11日 00:05 \(.+\)$/);
  expect(told(MOMENT, "UTC", "en")).toBe("2026-04-10 16:05 (UTC)");
  expect(told(MOMENT, "America/New_York", "ja")).toMatch(/^2026年4月10日 12:05 \(.+\)$/);
});
