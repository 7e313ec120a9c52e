/* The screen, window or tab that this browser shares: chosen, sent, ended from either side. */
import type { Meeting } from "./meeting";
import { Refusal } from "./socket";
import { t } from "./text";

const ASKED = {
  video: { frameRate: { ideal: 15, max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: "include", surfaceSwitching: "include", selfBrowserSurface: "exclude",
} as DisplayMediaStreamOptions;

export class Screen {
  stream: MediaStream | null = null;

  constructor(readonly meeting: Meeting) {}

  /** Begin or stop, as a button or key does. */
  async toggle(): Promise<void> {
    const { meeting } = this;
    if (meeting.value.sharing) { await this.stop(); return; }
    if (!meeting.value.rights.share) { meeting.tell(t("The host does not let you share now."), { warn: true }); return; }
    const stream = await this.#chosen();
    if (!stream) return;
    this.stream = stream;
    stream.getVideoTracks()[0]?.addEventListener("ended", () => void this.stop());
    try {
      await meeting.sending?.share(stream);
      meeting.set({ sharing: true });
      meeting.say(t("You are sharing your screen."));
    } catch (error) {
      this.drop();
      meeting.tell(error instanceof Refusal && error.message ? error.message : t("Your screen could not be shared. Try again."), { warn: true });
    }
  }

  async #chosen(): Promise<MediaStream | null> {
    try {
      return await navigator.mediaDevices.getDisplayMedia(ASKED);
    } catch (error) {
      const refused = error instanceof DOMException && error.name === "NotAllowedError";
      if (!refused) this.meeting.tell(t("Your screen cannot be shared from this browser."), { warn: true });
      return null;
    }
  }

  async stop(): Promise<void> {
    if (!this.stream) return;
    this.drop();
    await this.meeting.sending?.unshare().catch(() => undefined);
    this.meeting.say(t("You have stopped sharing."));
  }

  /** Let go of it here; who sends knows already, or cannot be told. */
  drop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.meeting.set({ sharing: false });
  }
}
