/* Keeps a part of the page fresh: <div id="running" data-refresh="5"> is read again every 5 seconds, unless the page is out
   of sight or somebody is at work in it. */
import { show } from "./here";

export async function renew(part: HTMLElement, page: Document): Promise<void> {
  if (page.hidden || page.querySelector("dialog[open]") || part.contains(page.activeElement)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh) show(fresh, page.documentElement.lang || "ja");
  if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
}

export function connect(page: Document): void {
  for (const part of page.querySelectorAll<HTMLElement>("[data-refresh]")) {
    setInterval(() => void renew(part, page), Number(part.dataset.refresh) * 1000);
  }
}
