/* Search from anywhere by "/" or Ctrl+K: <dialog id="palette" data-url="/search/"> with an input and a list. */
interface Found { title: string; note: string; url: string }

export function items(page: Document, found: Found[]): HTMLLIElement[] {
  return found.map((one) => {
    const item = page.createElement("li");
    const link = page.createElement("a");
    link.href = one.url;
    link.textContent = one.title;
    const note = page.createElement("span");
    note.className = "soft small ml-2";
    note.textContent = one.note;
    link.append(note);
    item.append(link);
    return item;
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function move(list: HTMLElement, input: HTMLInputElement, step: number): void {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement) + step;
  (at < 0 ? input : links[Math.min(at, links.length - 1)])?.focus();
}

export function connect(page: Document): void {
  const dialog = page.querySelector<HTMLDialogElement>("dialog#palette");
  const input = dialog?.querySelector("input");
  const list = dialog?.querySelector("ul");
  if (!dialog || !input || !list) return;
  let latest = 0;
  const look = async () => {
    const turn = ++latest;
    const answer = await fetch(`${dialog.dataset.url ?? ""}?format=json&q=${encodeURIComponent(input.value)}`);
    const found = answer.ok ? ((await answer.json()) as Found[]) : [];
    if (turn === latest) list.replaceChildren(...items(page, found));
  };
  input.addEventListener("input", () => void look());
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    move(list, input, event.key === "ArrowDown" ? 1 : -1);
  });
  page.addEventListener("keydown", (event) => {
    const wanted = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing(event.target));
    if (!wanted || dialog.open) return;
    event.preventDefault();
    dialog.showModal();
    input.select();
  });
}
