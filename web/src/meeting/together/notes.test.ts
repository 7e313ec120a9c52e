import { expect, test } from "vitest";
import * as Y from "yjs";

import { Notes, readNote, touches, worth } from "./notes";

const line = { page: 1, kind: "pen" as const, colour: "#b3261e", width: 0.004, points: [0.1, 0.1], text: "" };

test("a line grows and is undone as one act, and comes back", () => {
  const notes = new Notes(new Y.Doc());
  const first = notes.begin(line);
  notes.extend(first, [0.2, 0.2, 0.3, 0.3]);
  const second = notes.begin({ ...line, page: 2 });
  expect(notes.on(1).map((note) => note.points.length)).toEqual([6]);
  notes.undo.undo();
  expect([notes.get(first)?.id, notes.get(second)]).toEqual([first, undefined]);
  notes.undo.undo();
  expect(notes.get(first)).toBeUndefined();
  notes.undo.redo();
  expect(notes.get(first)?.points).toEqual([0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
});

test("others' lines are not undone", () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  const [mine, theirs] = [new Notes(a), new Notes(b)];
  const id = theirs.begin(line);
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
  mine.undo.undo();
  expect(mine.get(id)?.id).toBe(id);
});

test("what is no note is left out", () => {
  const good = { ...line, at: 1 };
  expect(readNote("x", good)?.kind).toBe("pen");
  for (const bad of [{ colour: "url(x)" }, { kind: "script" }, { width: 9 }, { points: [0.1] }, { points: [0, "a"] }, { page: "1" }, { points: [NaN, 1] }]) {
    expect(readNote("x", { ...good, ...bad })).toBeUndefined();
  }
});

test("the eraser reaches a line between its points and the words of a text", () => {
  const drawn = { ...line, id: "a", at: 1, points: [0.1, 0.1, 0.5, 0.1] };
  expect([touches(drawn, 0.3, 0.105), touches(drawn, 0.3, 0.2)]).toEqual([true, false]);
  const words = { ...drawn, kind: "text" as const, width: 0.03, text: "abc", points: [0.2, 0.2] };
  expect([touches(words, 0.25, 0.22), touches(words, 0.6, 0.22)]).toEqual([true, false]);
});

test("points that lie on each other are left out", () => {
  expect([worth([], 0, 0), worth([0.1, 0.1], 0.1001, 0.1), worth([0.1, 0.1], 0.2, 0.1)]).toEqual([true, false, true]);
});
