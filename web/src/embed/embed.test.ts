import { expect, test } from "vitest";

import { address, connect, pass } from "./embed";

const HOUSE = "https://meet.example";

test("a room stands in a frame with what it needs", () => {
  document.body.innerHTML = '<div data-musubu-meeting="abc" data-name="山田 A" data-height="300px"></div>';
  const show = connect(document, HOUSE);
  const element = document.querySelector<HTMLElement>("div");
  const frame = document.querySelector("iframe");
  expect(frame?.src).toBe(address(HOUSE, element?.dataset ?? {}));
  expect(frame?.src).toBe("https://meet.example/m/abc/?embed=1&name=%E5%B1%B1%E7%94%B0+A");
  expect(frame?.allow).toContain("display-capture");
  if (element) show(element);
  expect(document.querySelectorAll("iframe")).toHaveLength(1);
});

test("only the room's own messages of a known kind are passed on", () => {
  const element = document.createElement("div");
  const frame = document.createElement("iframe");
  const heard: string[] = [];
  element.addEventListener("musubu:joined", () => heard.push("joined"));
  const say = (data: unknown, origin = HOUSE, source = frame.contentWindow) => {
    pass({ data, origin, source } as MessageEvent, HOUSE, frame, element);
  };
  say({ musubu: "joined" }, "https://evil.example");
  say({ musubu: "joined" }, HOUSE, window);
  say({ musubu: "other" });
  say(null);
  expect(heard).toEqual([]);
  say({ musubu: "joined" });
  expect(heard).toEqual(["joined"]);
});
