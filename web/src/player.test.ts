import { expect, test, vi } from "vitest";
import { connect, pressed } from "./player";

function page(): HTMLVideoElement {
  document.body.innerHTML = '<div data-player><video></video><select data-speed hidden><option value="2">2</option></select></div><a href="#" data-seek="73.5">x</a>';
  const video = document.querySelector("video") as HTMLVideoElement;
  video.play = vi.fn(() => Promise.resolve());
  video.scrollIntoView = vi.fn();
  return video;
}

test("a chapter jumps to its moment and plays", () => {
  const video = page();
  const play = vi.spyOn(video, "play");
  connect(document);
  (document.querySelector("[data-seek]") as HTMLElement).click();
  expect(video.currentTime).toBe(73.5);
  expect(play).toHaveBeenCalled();
});

test("the speed is shown and set", () => {
  const video = page();
  connect(document);
  const speed = document.querySelector("select") as HTMLSelectElement;
  expect(speed.hidden).toBe(false);
  speed.dispatchEvent(new Event("change"));
  expect(video.playbackRate).toBe(2);
});

test("arrows move, other keys do not", () => {
  const video = page();
  video.currentTime = 3;
  expect(pressed(video, "ArrowLeft")).toBe(true);
  expect(video.currentTime).toBe(0);
  expect(pressed(video, "x")).toBe(false);
});
