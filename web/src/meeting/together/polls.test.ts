import { expect, test } from "vitest";

import { type Poll, rows } from "./polls";

const poll: Poll = {
  id: "p", question: "Q", options: ["A", "B"], multiple: true, anonymous: false, shown: true, state: "closed", own: null, votes: 2,
  counts: [2, 1], named: [["佐藤", [0]], ["鈴木", [0, 1]]],
};
const say = (text: string) => text;

test("a file of a named poll says who chose what; of an anonymous one only how many", () => {
  expect(rows(poll, say)).toEqual([["Name", "A", "B"], ["佐藤", 1, ""], ["鈴木", 1, 1]]);
  const anonymous: Poll = { ...poll };
  delete anonymous.named;
  expect(rows(anonymous, say)).toEqual([["Answer", "Votes"], ["A", 2], ["B", 1]]);
});
