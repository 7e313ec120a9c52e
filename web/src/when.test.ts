import { expect, test } from "vitest";

import { connect } from "./when";

test("a part shows while its field has one of its values", () => {
  document.body.innerHTML = `<form><select name="repeat"><option value=""></option><option value="weekly"></option></select>
    <div data-when="repeat:weekly monthly"></div></form>`;
  connect(document);
  const part = document.querySelector("div");
  const field = document.querySelector("select");
  expect(part?.hidden).toBe(true);
  if (field) field.value = "weekly";
  field?.dispatchEvent(new Event("change"));
  expect(part?.hidden).toBe(false);
});
