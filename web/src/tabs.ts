/* A row of tabs that is wider than the screen shows the one that is open. */
export function connect(root: ParentNode): void {
  for (const tab of root.querySelectorAll<HTMLElement>(".service-tabs [aria-current]")) {
    const row = tab.closest<HTMLElement>(".service-tabs");
    if (!row) continue;
    const [inner, outer] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
}
