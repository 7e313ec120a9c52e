/* Menus made of <details class="drop"> close on Escape, on a click elsewhere and when another one opens. */
export function connect(page: Document): void {
  const open = () => page.querySelectorAll<HTMLDetailsElement>("details.drop[open]");
  page.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
