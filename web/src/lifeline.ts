/* Says what a mark of the life line is, on pointing or focus: <svg class="lifeline"><g tabindex="0" data-tip="…">. */
export function connect(page: Document): void {
  for (const line of page.querySelectorAll<SVGElement>("svg.lifeline")) {
    const box = line.parentElement;
    if (!box) continue;
    const tip = page.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    box.style.position = "relative";
    box.append(tip);
    const tell = (event: Event) => {
      const mark = (event.target as Element).closest<SVGElement>("[data-tip]");
      tip.hidden = !mark;
      if (!mark) return;
      tip.textContent = mark.dataset.tip ?? "";
      const [here, frame] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
      tip.style.left = `${String(Math.max(0, Math.min(here.left - frame.left, frame.width - tip.offsetWidth)))}px`;
      tip.style.top = `${String(here.bottom - frame.top + 6)}px`;
    };
    for (const kind of ["pointerover", "focusin"]) line.addEventListener(kind, tell);
    for (const kind of ["pointerleave", "focusout"]) line.addEventListener(kind, () => { tip.hidden = true; });
  }
}
