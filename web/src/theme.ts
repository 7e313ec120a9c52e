/* Light, dark or as the machine has it: <button data-theme-choice="dark">. The server reads the cookie, so no page flashes. */
const YEAR = 31_536_000;

export function choose(root: HTMLElement, choice: string): void {
  if (choice === "") delete root.dataset.theme;
  else root.dataset.theme = choice;
  document.cookie = `musubu_theme=${choice};path=/;max-age=${String(YEAR)};samesite=lax`;
}

export function connect(page: Document): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>("[data-theme-choice]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      choose(page.documentElement, button.dataset.themeChoice ?? "");
    });
  }
}
