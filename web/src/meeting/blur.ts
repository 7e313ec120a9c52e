/* The background out of focus: a small model finds the person in each picture, all within this browser. Loaded only when
   it is wanted; where it cannot run, the plain picture stays. */
interface Results { segmentationMask: CanvasImageSource; image: CanvasImageSource }
interface Segmenter {
  setOptions(options: { modelSelection: number; selfieMode: boolean }): void;
  onResults(hear: (results: Results) => void): void;
  initialize(): Promise<void>;
  send(given: { image: HTMLVideoElement }): Promise<void>;
  close(): Promise<void>;
}
declare global {
  interface Window { SelfieSegmentation?: new (how: { locateFile(name: string): string }) => Segmenter }
}

const FOLDER = new URL("blur/", import.meta.url);
const PAUSE = 1000 / 20; // a picture twenty times a second: more only warms the machine

async function load(): Promise<Segmenter> {
  if (!window.SelfieSegmentation) {
    await new Promise<void>((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("selfie_segmentation.js", FOLDER).href;
      script.onload = () => { resolve(); };
      script.onerror = () => { reject(new Error("the model could not be loaded")); };
      document.head.append(script);
    });
  }
  if (!window.SelfieSegmentation) throw new Error("the model is not there");
  const made = new window.SelfieSegmentation({ locateFile: (name) => new URL(name, FOLDER).href });
  made.setOptions({ modelSelection: 1, selfieMode: false });
  await made.initialize();
  return made;
}

async function playing(track: MediaStreamTrack): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  await video.play();
  return video;
}

function paint(pen: CanvasRenderingContext2D, { segmentationMask, image }: Results): void {
  const { width, height } = pen.canvas;
  pen.save();
  pen.clearRect(0, 0, width, height);
  pen.drawImage(segmentationMask, 0, 0, width, height);
  pen.globalCompositeOperation = "source-in";
  pen.drawImage(image, 0, 0, width, height);
  pen.globalCompositeOperation = "destination-over";
  pen.filter = "blur(12px)";
  pen.drawImage(image, 0, 0, width, height);
  pen.restore();
}

export async function blurred(track: MediaStreamTrack): Promise<{ track: MediaStreamTrack; stop(): void }> {
  const [segmenter, video] = await Promise.all([load(), playing(track)]);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth || 640, video.videoHeight || 360];
  const pen = canvas.getContext("2d");
  if (!pen || !("filter" in pen)) throw new Error("this browser cannot blur");
  let going = true;
  segmenter.onResults((results) => { if (going) paint(pen, results); });
  await segmenter.send({ image: video });
  const step = async () => {
    const began = performance.now();
    if (!going) return;
    await segmenter.send({ image: video }).catch(() => undefined);
    setTimeout(() => void step(), Math.max(0, PAUSE - (performance.now() - began)));
  };
  void step();
  const [made] = canvas.captureStream(20).getVideoTracks();
  if (!made) throw new Error("this browser cannot blur");
  const stop = () => {
    going = false;
    made.stop();
    video.srcObject = null;
    void segmenter.close();
  };
  return { track: made, stop };
}
