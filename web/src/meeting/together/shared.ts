/* One shared document (Yjs) over the room's binary frames; the server's side is `live/together/shared.py`.
   A frame: the feature's byte, 16 bytes of the document's id, then a message of the y-protocols. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";

import type { FeatureRoom } from "../features";

const SYNC = 0, AWARENESS = 1;
export const MOST_AT_ONCE = 200_000; // bytes of one frame

export function bytesOf(id: string): Uint8Array {
  return Uint8Array.from(id.replaceAll("-", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function frame(head: Uint8Array, kind: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, head);
  encoding.writeVarUint(encoder, kind);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

type Wire = Pick<FeatureRoom, "sendBinary" | "onBinary" | "onChange">;

export class Shared {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly head: Uint8Array;
  synced = false;
  private readonly ends: (() => void)[] = [];

  /* `ready`: the kept content has arrived. */
  constructor(private readonly room: Wire, first: number, readonly id: string, private readonly ready: () => void) {
    this.head = new Uint8Array([first, ...bytesOf(id)]);
    this.doc.on("update", this.written);
    this.awareness.on("update", this.shown);
    this.ends.push(room.onBinary((bytes) => { this.hear(bytes); }), room.onChange((what) => { if (what === "back") this.open(); }));
    this.open();
  }

  private open(): void {
    this.send(SYNC, (encoder) => { sync.writeSyncStep1(encoder, this.doc); });
    if (this.awareness.getLocalState() !== null && this.synced) this.shown({ added: [], updated: [this.doc.clientID], removed: [] }, "local");
  }

  private hear(bytes: Uint8Array): void {
    if (bytes.length < 18 || !this.head.every((byte, at) => bytes[at] === byte)) return;
    const decoder = decoding.createDecoder(bytes.subarray(17));
    try {
      const kind = decoding.readVarUint(decoder);
      if (kind === SYNC) this.heardSync(decoder);
      else if (kind === AWARENESS) applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), "room");
    } catch (error) {
      console.warn("a frame of the shared document could not be read", error);
    }
  }

  private heardSync(decoder: decoding.Decoder): void {
    const answer = encoding.createEncoder();
    const kind = sync.readSyncMessage(decoder, answer, this.doc, "room");
    if (encoding.length(answer)) this.send(SYNC, (encoder) => { encoding.writeUint8Array(encoder, encoding.toUint8Array(answer)); });
    if (kind === sync.messageYjsSyncStep2 && !this.synced) {
      this.synced = true;
      this.ready();
    }
  }

  private readonly written = (update: Uint8Array, origin: unknown): void => {
    if (origin !== "room") this.send(SYNC, (encoder) => { sync.writeUpdate(encoder, update); });
  };

  private readonly shown = (changed: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void => {
    const own = this.doc.clientID;
    if (origin === "room" || ![...changed.added, ...changed.updated, ...changed.removed].includes(own)) return;
    this.send(AWARENESS, (encoder) => { encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [own])); });
  };

  private send(kind: number, write: (encoder: encoding.Encoder) => void): void {
    this.room.sendBinary(frame(this.head, kind, write));
  }

  destroy(): void {
    removeAwarenessStates(this.awareness, [this.doc.clientID], "local");
    for (const end of this.ends) end();
    this.awareness.destroy();
    this.doc.destroy();
  }
}
