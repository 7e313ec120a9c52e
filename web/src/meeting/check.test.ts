import { expect, test } from "vitest";

import { network, verified } from "./checking";

const LIST = [{ browser: "Google Chrome", version: "140", system: "Windows 11", kind: "pc" }, { browser: "Google Chrome", version: "140", system: "Debian 12", kind: "pc" }];

test("a terminal is on the list by browser, system and version", () => {
  expect(verified(LIST, { browser: "Google Chrome", version: "141", system: "Windows" })).toBe("good");
  expect(verified(LIST, { browser: "Google Chrome", version: "141", system: "Linux" })).toBe("good");
  expect(verified(LIST, { browser: "Google Chrome", version: "120", system: "Windows" })).toBe("fair");
  expect(verified(LIST, { browser: "Other", version: "1", system: "Windows" })).toBe("bad");
});

test("UDP is good, TCP alone is fair, neither is bad", () => {
  const [good, lossy, none] = [{ works: true, loss: 0, rtt: 20 }, { works: true, loss: 9, rtt: 20 }, { works: false, loss: 100, rtt: 0 }];
  expect(network(good, none, true).mark).toBe("good");
  expect(network(lossy, good, true).mark).toBe("fair");
  expect(network(none, good, true).advice).toContain("UDP");
  expect(network(none, none, true).mark).toBe("bad");
  expect(network(none, none, false).mark).toBe("fair");
});
