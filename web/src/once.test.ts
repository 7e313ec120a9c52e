import { expect, test } from "vitest";

import { connect } from "./once";

test("a form is sent once, and again after coming back", () => {
  document.body.innerHTML = '<form method="post"></form>';
  connect(document);
  const form = document.querySelector("form");
  const send = () => form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  expect([send(), send()]).toEqual([true, false]);
  window.dispatchEvent(new Event("pageshow"));
  expect(send()).toBe(true);
});
