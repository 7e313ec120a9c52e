/* Copies a text that is shown once: <button data-copy="#key" data-copied="Copied">. */
export function connect(page: Document): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", () => {
      const text = page.querySelector(button.dataset.copy ?? "")?.textContent ?? "";
      void navigator.clipboard.writeText(text).then(() => {
        button.textContent = button.dataset.copied ?? "✓";
      });
    });
  }
}
