import { expect, test } from "vitest";

import { lacking, sorted, troubleOf } from "./devices";

test.each([
  ["NotAllowedError", "refused"], ["NotFoundError", "none"], ["OverconstrainedError", "none"], ["NotReadableError", "in-use"],
  ["TypeError", "failed"],
])("%s is told as %s", (name, trouble) => {
  expect(troubleOf(Object.assign(new Error(), { name }))).toBe(trouble);
});

test("an insecure address is named before the browser is blamed", () => {
  expect(lacking({ isSecureContext: false, navigator: {} })).toBe("insecure");
  expect(lacking({ isSecureContext: true, navigator: {} })).toBe("unsupported");
  expect(lacking({ isSecureContext: true, navigator: { mediaDevices: {} } })).toBeNull();
});

test("devices are sorted by what they are for", () => {
  const found = sorted([
    { deviceId: "a", kind: "audioinput", label: "Desk" }, { deviceId: "communications", kind: "audioinput", label: "twice" },
    { deviceId: "b", kind: "videoinput", label: "Lid" }, { deviceId: "", kind: "audiooutput", label: "" },
  ]);
  expect(found).toEqual({ mic: [{ id: "a", label: "Desk" }], camera: [{ id: "b", label: "Lid" }], speaker: [] });
});
