/* Keeps what is typed as a draft: <form data-draft="/apply/…/draft/" data-draft-said="Saved"> with a <p data-draft-state>. */
const PAUSE = 900;

export function connect(page: Document): void {
  const form = page.querySelector<HTMLFormElement>("form[data-draft]");
  const url = form?.dataset.draft;
  if (!form || !url) return;
  const said = page.querySelector("[data-draft-state]");
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const keep = async () => {
    const answer = await fetch(url, { method: "POST", body: new FormData(form) });
    if (said && answer.ok) said.textContent = form.dataset.draftSaid ?? "";
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void keep(), PAUSE);
  });
}
