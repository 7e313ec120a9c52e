/* A film with chapters: <div data-player><video></video><select data-speed hidden></select></div>, and anywhere on the page
   <a href="film#t=73" data-seek="73">. Without script the links open the film itself at that moment. */
const STEP = 5;

export function seek(video: HTMLMediaElement, to: number): void {
  video.currentTime = Math.max(0, to);
  void video.play();
}

export function pressed(video: HTMLMediaElement, key: string): boolean {
  if (key === "ArrowLeft") video.currentTime = Math.max(0, video.currentTime - STEP);
  else if (key === "ArrowRight") video.currentTime += STEP;
  else if (key === "k" && video.paused) void video.play();
  else if (key === "k") video.pause();
  else return false;
  return true;
}

export function connect(page: Document): void {
  const box = page.querySelector<HTMLElement>("[data-player]");
  const video = box?.querySelector("video");
  if (!box || !video) return;
  const speed = box.querySelector<HTMLSelectElement>("[data-speed]");
  if (speed) {
    speed.hidden = false;
    speed.addEventListener("change", () => { video.playbackRate = Number(speed.value); });
  }
  page.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-seek]") : null;
    if (!link) return;
    event.preventDefault();
    seek(video, Number(link.dataset.seek));
    video.scrollIntoView({ block: "nearest" });
  });
  video.addEventListener("keydown", (event) => { if (pressed(video, event.key)) event.preventDefault(); });
}
