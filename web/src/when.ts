/* Shows a part of a form only while a field has one of some values: <div data-when="repeat:weekly monthly">. */
export function connect(page: Document): void {
  for (const part of page.querySelectorAll<HTMLElement>("[data-when]")) {
    const [name = "", values = ""] = (part.dataset.when ?? "").split(":");
    const field = part.closest("form")?.elements.namedItem(name);
    if (!(field instanceof HTMLSelectElement)) continue;
    const show = () => { part.hidden = !values.split(" ").includes(field.value); };
    field.addEventListener("change", show);
    show();
  }
}
