"""Browsers that can be told apart: each one's camera shows a colour of its own, its microphone hears a tone of its own."""

from __future__ import annotations

import contextlib
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, Playwright

from tests.house import MEDIA_FLAGS

RATE = 48_000


@contextlib.contextmanager
def face(playwright: Playwright, folder: Path, colour: str, hertz: int) -> Iterator[Browser]:
    flags = [
        *MEDIA_FLAGS,
        f"--use-file-for-fake-video-capture={_picture(folder / f'{colour}.y4m', colour)}",
        f"--use-file-for-fake-audio-capture={_tone(folder / f'{hertz}.wav', hertz)}",
    ]
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
    yield chromium
    chromium.close()


def _picture(path: Path, colour: str) -> Path:
    source = f"color=c={colour}:s=1280x720:r=12:d=1"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


def _tone(path: Path, hertz: int) -> Path:
    """In short pieces, as speech comes: what sounds without end is taken for noise and suppressed."""
    at = np.arange(RATE * 3) / RATE
    samples = 9000 * np.sin(2 * np.pi * hertz * at) * (at % 0.75 < 0.5)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return path


# the loudest tone of a received sound in a second, in Hz; 0 where it is silent
LOUDEST = """async (name) => {
  const track = window.meeting.receiving?.tracks.get(name);
  if (!track) return 0;
  window.ears ??= new AudioContext();
  const [source, look] = [ears.createMediaStreamSource(new MediaStream([track])), ears.createAnalyser()];
  look.fftSize = 8192;
  look.smoothingTimeConstant = 0;
  source.connect(look);
  const bins = new Float32Array(look.frequencyBinCount);
  let [best, hertz] = [-55, 0];
  for (let n = 0; n < 10; n += 1) {
    await new Promise((done) => setTimeout(done, 100));
    look.getFloatFrequencyData(bins);
    bins.forEach((level, at) => { if (level > best) { best = level; hertz = (at * ears.sampleRate) / look.fftSize; } });
  }
  source.disconnect();
  return hertz;
}"""
ENERGY = """async (name) => {
  const track = window.meeting.receiving?.tracks.get(name);
  const told = track ? await window.meeting.receiving.connection.getStats(track) : new Map();
  return [...told.values()].find((one) => one.type === "inbound-rtp")?.totalAudioEnergy ?? 0;
}"""


def hears(page: Page, feed: str, hertz: int) -> bool:
    """Whether a page hears this tone from that feed now."""
    loudest: Any = page.evaluate(LOUDEST, f"{feed} mic")
    return abs(loudest - hertz) < 25


def loudness(page: Page, feed: str) -> float:
    """The energy that has come from a feed within a second."""
    before = page.evaluate(ENERGY, f"{feed} mic")
    page.wait_for_timeout(1000)
    return float(page.evaluate(ENERGY, f"{feed} mic") - before)
