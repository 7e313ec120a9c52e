import { expect, test } from "vitest";

import { connect } from "./tabs";

test("the open tab is brought into the middle", () => {
  document.body.innerHTML = `<nav class="service-tabs"><a>One</a><a aria-current="page">Two</a></nav>`;
  const row = document.querySelector("nav") as HTMLElement;
  const tab = document.querySelector("[aria-current]") as HTMLElement;
  row.getBoundingClientRect = () => ({ left: 10, width: 100 }) as DOMRect;
  tab.getBoundingClientRect = () => ({ left: 300, width: 40 }) as DOMRect;
  connect(document);
  expect(row.scrollLeft).toBe(260);
});
