import { expect, test } from "vitest";

import { Shared } from "./shared";

const ID = "0193a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b";

/* Two browsers on one wire: what one sends reaches the other, as it does through the server. */
function pair(): [Shared, Shared] {
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const wire = (own: number) => ({
    sendBinary: (bytes: Uint8Array) => { listeners[1 - own]?.(bytes); },
    onBinary: (listener: (bytes: Uint8Array) => void) => { listeners[own] = listener; return () => undefined; },
    onChange: () => () => undefined,
  });
  return [new Shared(wire(0), 1, ID, () => undefined), new Shared(wire(1), 1, ID, () => undefined)];
}

test("two copies come together, whoever began", () => {
  const [a, b] = pair();
  a.doc.getMap("elements").set("x", { id: "x" });
  b.doc.getMap("elements").set("y", { id: "y" });
  expect(a.doc.getMap("elements").toJSON()).toEqual({ x: { id: "x" }, y: { id: "y" } });
  expect(b.doc.getMap("elements").toJSON()).toEqual(a.doc.getMap("elements").toJSON());
});

test("frames of another document and broken ones change nothing", () => {
  let hear: (bytes: Uint8Array) => void = () => undefined;
  const shared = new Shared(
    { sendBinary: () => undefined, onBinary: (listener) => { hear = listener; return () => undefined; }, onChange: () => () => undefined },
    1, ID, () => undefined,
  );
  hear(new Uint8Array([1, 2, 3]));
  hear(new Uint8Array([...shared.head, 0, 2, 200, 1, 2]));
  hear(new Uint8Array([2, ...shared.head.slice(1), 0, 2, 2, 0, 0]));
  expect(shared.doc.getMap("elements").size).toBe(0);
});
