import { expect, test } from "vitest";

import { inOrder } from "./people";
import type { Person } from "./protocol";
import { changed } from "./state";
import { letters } from "./ui";

const person = (id: string, role: Person["role"], hand: number | null = null): Person => ({ id, name: id, role, kind: "member", mic: true, camera: true, hand, network: 4, streams: [], talking: false });

test("hands come first in the order in which they were raised, then hosts, then names", () => {
  const people = new Map([person("d", "attendee"), person("c", "attendee", 20), person("b", "host"), person("a", "attendee", 10)].map((one) => [one.id, one]));
  expect(inOrder(people).map((one) => one.id)).toEqual(["a", "c", "b", "d"]);
});

test("a change touches only what it names, and a lowered hand is gone", () => {
  const people = new Map([["a", person("a", "attendee", 10)]]);
  expect(changed(people, "a", { hand: null }).get("a")).toMatchObject({ hand: null, mic: true, name: "a" });
  expect(changed(people, "x", { mic: false })).toBe(people);
});

test.each([["山田 太郎", "山田"], ["Anna Berg", "AB"], ["mona", "M"], ["", "?"]])("%s is shown as %s", (name, shown) => {
  expect(letters(name)).toBe(shown);
});
