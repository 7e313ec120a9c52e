/* Follows long work: <div data-progress="/staff/clock/run/…/"> with a <progress> and a <p>; reloads when it has ended. */
interface State { percent: number; text: string; ended: boolean }

export function show(box: HTMLElement, state: State): void {
  const bar = box.querySelector("progress");
  if (bar) bar.value = state.percent;
  const text = box.querySelector("[data-progress-text]");
  if (text) text.textContent = state.text;
}

export function connect(page: Document): void {
  const box = page.querySelector<HTMLElement>("[data-progress]");
  if (!box) return;
  const look = async () => {
    const answer = await fetch(box.dataset.progress ?? "");
    if (!answer.ok) return;
    const state = (await answer.json()) as State;
    show(box, state);
    if (state.ended) location.reload();
    else setTimeout(() => void look(), 700);
  };
  void look();
}
