import { afterEach, expect, test, vi } from "vitest";

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

afterEach(() => { vi.useRealTimers(); });

test.each([[true, 0], [false, 1]])("a room that shows (%s) is not offered elsewhere, one that does not is", (shows, links) => {
  vi.useFakeTimers();
  document.body.innerHTML = '<div data-musubu-meeting="abc" data-language="ja"></div>';
  connect(document, HOUSE);
  const [element, frame] = [document.querySelector<HTMLElement>("div"), document.querySelector("iframe")];
  if (shows && element && frame) pass({ data: { musubu: "ready" }, origin: HOUSE, source: frame.contentWindow } as MessageEvent, HOUSE, frame, element);
  vi.advanceTimersByTime(9_000);
  const found = document.querySelectorAll<HTMLAnchorElement>("a");
  expect(found).toHaveLength(links);
  if (links) expect([found[0]?.href, found[0]?.textContent]).toEqual(["https://meet.example/m/abc/", "会議室を新しいタブで開く"]);
});

test("what is shown once is told once", () => {
  document.body.innerHTML = '<div data-musubu-meeting="abc"></div>';
  const show = connect(document, location.origin);
  const [element, frame] = [document.querySelector<HTMLElement>("div"), document.querySelector("iframe")];
  const heard: string[] = [];
  element?.addEventListener("musubu:left", () => heard.push("left"));
  if (element) show(element);
  window.dispatchEvent(new MessageEvent("message", { data: { musubu: "left" }, origin: location.origin, source: frame?.contentWindow ?? null }));
  expect(heard).toEqual(["left"]);
});
