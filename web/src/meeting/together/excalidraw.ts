/* Excalidraw bound to a shared document: elements by their ids in one map, pictures (uploaded to the meeting) in another.
   The rest of the room is Preact; this chunk brings React, which Excalidraw is made with. */
import { CaptureUpdateAction, Excalidraw, MainMenu, reconcileElements, restoreElements } from "@excalidraw/excalidraw";
import type { OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";
import type {
  BinaryFileData, BinaryFiles, Collaborator, ExcalidrawImperativeAPI, SocketId,
} from "@excalidraw/excalidraw/types";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import type { Map as YMap } from "yjs";

import type { Shared } from "./shared";

type Element = OrderedExcalidrawElement;
type Remote = Parameters<typeof reconcileElements>[1];
interface Picture { file: string; type: string }
export interface Pictures {
  put(picture: BinaryFileData): Promise<Picture>;
  get(picture: Picture): Promise<string>;
}
export interface Look { language: string; dark: boolean; name: string }

const LANGUAGES: Record<string, string> = { ja: "ja-JP", "zh-hans": "zh-CN", en: "en" };
const LEAST_PAUSE = 60; // ms between two sendings
const BYTES_A_MS = 100; // the server takes a little more in the long run
const CURSOR_PAUSE = 60;
const GONE_AFTER = 300_000; // a cursor that has not moved for so long is not shown

export class Drawing {
  private api: ExcalidrawImperativeAPI | null = null;
  private readonly root;
  private readonly elements: YMap<Element>;
  private readonly pictures: YMap<Picture>;
  private readonly known = new Map<string, number>(); // element -> version that the document has
  private readonly pending = new Map<string, Element>();
  private readonly asked = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shownAt = 0;

  constructor(host: HTMLElement, private readonly shared: Shared, private readonly store: Pictures, private readonly look: Look,
    private mayDraw: boolean) {
    this.elements = shared.doc.getMap("elements");
    this.pictures = shared.doc.getMap("files");
    this.root = createRoot(host);
    this.elements.observe((event, transaction) => { if (transaction.origin !== this) this.take([...(event.keysChanged as Set<string>)]); });
    this.pictures.observe(() => { this.fetchPictures(); });
    shared.awareness.on("change", this.people);
    this.render();
  }

  allow(mayDraw: boolean): void {
    this.mayDraw = mayDraw;
    this.render();
  }

  private render(): void {
    const items = MainMenu.DefaultItems;
    const menu = createElement(MainMenu, null,
      createElement(items.Export), createElement(items.SaveAsImage), createElement(items.SearchMenu),
      this.mayDraw ? createElement(items.ClearCanvas) : null, createElement(items.ToggleTheme), createElement(items.ChangeCanvasBackground));
    this.root.render(createElement(Excalidraw, {
      excalidrawAPI: (api) => { this.api = api; this.take([...this.elements.keys()]); this.people(); this.fit(); },
      onChange: (elements, _state, files) => { this.changed(elements, files); },
      onPointerUpdate: ({ pointer, button }) => { this.point(pointer, button); },
      viewModeEnabled: !this.mayDraw,
      langCode: LANGUAGES[this.look.language] ?? "en",
      theme: this.look.dark ? "dark" : "light",
      isCollaborating: true, handleKeyboardGlobally: false, detectScroll: false, aiEnabled: false, validateEmbeddable: false,
      UIOptions: { canvasActions: { loadScene: false, saveToActiveFile: false, export: { saveFileToDisk: true } }, tools: { image: true } },
    }, menu));
  }

  /* What was drawn before is in sight, also on a phone. */
  private fit(): void {
    if (this.elements.size) this.api?.scrollToContent(undefined, { fitToViewport: true, viewportZoomFactor: 0.8, maxZoom: 1 });
  }

  // from here to the others

  private changed(elements: readonly Element[], files: BinaryFiles): void {
    if (!this.mayDraw || !this.shared.synced) return;
    for (const one of elements) {
      if (one.version > (this.known.get(one.id) ?? -1)) this.pending.set(one.id, one);
    }
    for (const one of elements) {
      const picture = one.type === "image" && !one.isDeleted && one.fileId ? files[one.fileId] : undefined;
      if (picture && !this.pictures.has(picture.id)) void this.putPicture(picture);
    }
    if (this.pending.size) this.timer ??= setTimeout(() => { this.flush(); }, LEAST_PAUSE);
  }

  private flush(): void {
    this.timer = undefined;
    let bytes = 0;
    this.shared.doc.transact(() => {
      for (const [id, one] of this.pending) {
        if (bytes > 64_000) break;
        this.pending.delete(id);
        const plain = JSON.parse(JSON.stringify(one)) as Element;
        bytes += JSON.stringify(one).length;
        this.known.set(id, one.version);
        this.elements.set(id, plain);
      }
    }, this);
    const pause = Math.max(LEAST_PAUSE, bytes / BYTES_A_MS);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.pending.size) this.flush();
    }, pause);
  }

  private async putPicture(picture: BinaryFileData): Promise<void> {
    if (this.asked.has(picture.id)) return;
    this.asked.add(picture.id);
    try {
      this.pictures.set(picture.id, await this.store.put(picture));
    } catch {
      this.asked.delete(picture.id);
    }
  }

  private point(pointer: { x: number; y: number; tool: "pointer" | "laser" }, button: "up" | "down"): void {
    const now = Date.now();
    if (!this.mayDraw || (now - this.shownAt < CURSOR_PAUSE && button === "up")) return;
    this.shownAt = now;
    this.shared.awareness.setLocalStateField("cursor", { ...pointer, button });
  }

  // from the others to here

  private take(keys: string[]): void {
    if (!this.api) return;
    const told = keys.flatMap((key) => this.elements.get(key) ?? []);
    const local = this.api.getSceneElementsIncludingDeleted();
    const readable = restoreElements(told, local, { repairBindings: false }).map(finished);
    const together = reconcileElements(local, readable as unknown as Remote, this.api.getAppState());
    for (const one of readable) this.known.set(one.id, one.version);
    for (const one of together) { // ours was newer than what the document kept: it is written again
      const kept = this.elements.get(one.id);
      if (kept && (one.version > kept.version || (one.version === kept.version && one.versionNonce < kept.versionNonce)) && this.mayDraw) {
        this.pending.set(one.id, one);
        this.timer ??= setTimeout(() => { this.flush(); }, LEAST_PAUSE);
      }
    }
    this.api.updateScene({ elements: together, captureUpdate: CaptureUpdateAction.NEVER });
    this.fetchPictures();
  }

  private fetchPictures(): void {
    const present = this.api?.getFiles() ?? {};
    for (const [id, picture] of this.pictures) {
      if (id in present || this.asked.has(id)) continue;
      this.asked.add(id);
      void this.store.get(picture).then((dataURL) => {
        this.api?.addFiles([{ id, mimeType: picture.type, dataURL, created: Date.now() } as BinaryFileData]);
      }).catch(() => this.asked.delete(id));
    }
  }

  private readonly people = (): void => {
    const found = new Map<SocketId, Collaborator>();
    for (const [client, state] of this.shared.awareness.getStates()) {
      const { user, cursor } = state as { user?: { id: string; name: string }; cursor?: Collaborator["pointer"] & { button?: "up" | "down" } };
      const seen = this.shared.awareness.meta.get(client)?.lastUpdated ?? 0;
      if (client === this.shared.doc.clientID || !user || Date.now() - seen > GONE_AFTER) continue;
      found.set(String(client) as SocketId, { id: user.id, username: user.name, ...(cursor ? { pointer: cursor, button: cursor.button ?? "up" } : {}) });
    }
    this.api?.updateScene({ collaborators: found });
  };

  destroy(): void {
    clearTimeout(this.timer);
    if (this.pending.size && this.mayDraw) this.flush();
    clearTimeout(this.timer);
    this.shared.awareness.off("change", this.people);
    this.root.unmount();
  }
}

/* Restoring forgets that a line has ended, and would draw its last bit shorter. */
function finished<T extends ReturnType<typeof restoreElements>[number]>(one: T): T {
  return one.type === "freedraw" ? { ...one, lastCommittedPoint: one.points.at(-1) ?? null } : one;
}
