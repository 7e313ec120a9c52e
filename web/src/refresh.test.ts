import { afterEach, expect, test, vi } from "vitest";

import { renew } from "./refresh";

const answers = (html: string, ok = true) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(html, { status: ok ? 200 : 500 })));
const part = () => document.getElementById("running") as HTMLElement;

afterEach(() => { vi.unstubAllGlobals(); });

test("a part is read again, but not while somebody is at work in it", async () => {
  document.body.innerHTML = '<div id="running"><button>old</button></div>';
  answers('<html><body><div id="running">new</div></body></html>');
  document.querySelector("button")?.focus();
  await renew(part(), document);
  expect(part().textContent).toBe("old");
  document.querySelector("button")?.blur();
  await renew(part(), document);
  expect(part().textContent).toBe("new");
});

test("what cannot be read leaves the part as it is", async () => {
  document.body.innerHTML = '<div id="running">old</div>';
  answers('<div id="running">broken</div>', false);
  await renew(part(), document);
  expect(part().textContent).toBe("old");
});
