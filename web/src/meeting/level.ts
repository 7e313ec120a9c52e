/* How loud a microphone is, several times a second, without touching what is sent. */
let context: AudioContext | null = null;

/** One for the whole page; it may only run after somebody touched the page. */
export function sound(): AudioContext {
  context ??= new AudioContext({ latencyHint: "interactive" });
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  return context;
}

/** 0 to 1 of some samples (-1 to 1), from the root of their mean square in decibels: -60 dB is 0, -10 dB is 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}

export const SPEECH = 0.45;

/** Measures a track until the returned function is called. */
export function measure(track: MediaStreamTrack, hear: (level: number) => void, every = 100): () => void {
  const source = sound().createMediaStreamSource(new MediaStream([track]));
  const analyser = sound().createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    hear(loudness(samples));
  }, every);
  return () => { clearInterval(timer); source.disconnect(); };
}

/** Counts speech while muted: true once when it lasted, and not again before a while of silence or a minute. */
export class MutedTalk {
  #loud = 0;
  #told = -Infinity;

  hear(level: number, now: number): boolean {
    this.#loud = level > SPEECH ? this.#loud + 1 : Math.max(0, this.#loud - 0.5);
    if (this.#loud < 6 || now - this.#told < 60_000) return false;
    this.#told = now;
    this.#loud = 0;
    return true;
  }
}

/** Two in one room: what the speakers play is heard by the microphone as speech of the same shape. */
export function likeness(own: number[], others: number[], shifts = 5): number {
  const fit = (shift: number) => {
    const [a, b] = [own.slice(shift), others.slice(0, others.length - shift)];
    const mean = (all: number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
    const [ma, mb] = [mean(a), mean(b)];
    let [ab, aa, bb] = [0, 0, 0];
    a.forEach((one, at) => {
      const [x, y] = [one - ma, (b[at] ?? 0) - mb];
      ab += x * y; aa += x * x; bb += y * y;
    });
    return aa && bb ? ab / Math.sqrt(aa * bb) : 0;
  };
  if (own.length < shifts * 4) return 0;
  return Math.max(...Array.from({ length: shifts }, (_, shift) => fit(shift)));
}

/** A short friendly sound to try the speaker with, or to call a host to the lobby. */
export async function chime(speaker: string, notes = [523, 659, 784]): Promise<void> {
  const audio = sound();
  const out = audio.createMediaStreamDestination();
  notes.forEach((note, at) => {
    const [wave, volume] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + 0.05 + at * 0.22;
    wave.frequency.value = note;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.4);
    wave.connect(volume).connect(out);
    wave.start(start);
    wave.stop(start + 0.45);
  });
  const player = new Audio();
  player.srcObject = out.stream;
  if (speaker && "setSinkId" in player) await player.setSinkId(speaker).catch(() => undefined);
  await player.play().catch(() => undefined);
  setTimeout(() => { player.srcObject = null; }, 400 + notes.length * 300);
}
