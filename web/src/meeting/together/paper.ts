/* The pages of a PDF on a canvas (pdf.js), and their words for those who do not see them. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, type RenderTask } from "pdfjs-dist";

import { base } from "./assets";

GlobalWorkerOptions.workerSrc = `${base}pdf/worker.js`;
const SHARPEST = 4_096; // pixels of a canvas' side

export class Paper {
  private task: RenderTask | null = null;
  private turn = 0;

  private constructor(private readonly file: PDFDocumentProxy) {}

  static async open(url: string, pass: string): Promise<Paper> {
    const file = await getDocument({
      url, httpHeaders: { "X-Room": pass }, cMapUrl: `${base}pdf/cmaps/`, cMapPacked: true, standardFontDataUrl: `${base}pdf/standard_fonts/`,
      wasmUrl: `${base}pdf/wasm/`, iccUrl: `${base}pdf/iccs/`, enableXfa: false, isEvalSupported: false, disableAutoFetch: true,
    }).promise;
    return new Paper(file);
  }

  get pages(): number { return this.file.numPages; }

  /** Width over height as it is looked at. */
  async shape(number: number): Promise<number> {
    const { width, height } = (await this.file.getPage(number)).getViewport({ scale: 1 });
    return width / height;
  }

  /** Draws a page as wide as asked (CSS pixels). False when another page was asked for meanwhile. */
  async draw(number: number, canvas: HTMLCanvasElement, width: number): Promise<boolean> {
    const turn = ++this.turn;
    this.task?.cancel();
    const page = await this.file.getPage(number);
    if (turn !== this.turn) return false;
    const plain = page.getViewport({ scale: 1 });
    const fine = Math.min((width * window.devicePixelRatio) / plain.width, SHARPEST / Math.max(plain.width, plain.height));
    const viewport = page.getViewport({ scale: fine });
    const fresh = document.createElement("canvas"); // so that the old page stays until the new one is there
    fresh.width = Math.floor(viewport.width);
    fresh.height = Math.floor(viewport.height);
    this.task = page.render({ canvas: fresh, viewport });
    try {
      await this.task.promise;
    } catch (error) {
      if ((error as Error).name === "RenderingCancelledException") return false;
      throw error;
    }
    if (turn !== this.turn) return false;
    canvas.width = fresh.width;
    canvas.height = fresh.height;
    canvas.getContext("2d")?.drawImage(fresh, 0, 0);
    return true;
  }

  async words(number: number): Promise<string> {
    const content = await (await this.file.getPage(number)).getTextContent();
    return content.items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
  }

  close(): void {
    this.turn += 1;
    this.task?.cancel();
    void this.file.loadingTask.destroy();
  }
}
