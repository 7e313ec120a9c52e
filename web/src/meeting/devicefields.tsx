/* Choosing microphone, camera and speaker: the same before joining and in the room. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { canChooseSpeaker, type Device } from "./devices";
import { chime } from "./level";
import type { Meeting } from "./meeting";
import { usePicked } from "./store";
import { t } from "./text";
import { TroubleNote } from "./trouble";
import { Choose, LevelBar, Switch } from "./ui";

function options(devices: Device[], name: string): { value: string; label: string }[] {
  if (!devices.length) return [{ value: "", label: t("None found") }];
  return devices.map((one, at) => ({ value: one.id, label: one.label || `${name} ${String(at + 1)}` }));
}

function chosen(devices: Device[], wish: string, track: MediaStreamTrack | null): string {
  const used = track?.getSettings().deviceId ?? wish;
  return devices.some((one) => one.id === used) ? used : (devices[0]?.id ?? "");
}

export function listener(meeting: Meeting): (hear: (level: number) => void) => () => void {
  return (hear) => {
    meeting.local.levels.add(hear);
    return () => { meeting.local.levels.delete(hear); };
  };
}

export function DeviceFields({ meeting }: { meeting: Meeting }): JSX.Element {
  const local = usePicked(meeting.local, (value) => value);
  const [testing, setTesting] = useState(false);
  const [speaker, setSpeaker] = useState(meeting.local.choices.speaker);
  const [hear] = useState(() => listener(meeting));
  const { mic, camera, speaker: speakers } = local.devices;
  const test = async () => {
    setTesting(true);
    await chime(speaker);
    setTimeout(() => { setTesting(false); }, 1_200);
  };
  return (
    <div class="room-fields">
      {local.micTrouble ? <TroubleNote kind="mic" trouble={local.micTrouble} onRetry={() => void meeting.local.use("mic", meeting.local.choices.mic)} /> : null}
      <Choose label={t("Microphone")} value={chosen(mic, meeting.local.choices.mic, local.mic)} options={options(mic, t("Microphone"))} disabled={!mic.length}
        onChoose={(id) => void meeting.local.use("mic", id)} />
      <LevelBar listen={hear} />
      {local.cameraTrouble ? <TroubleNote kind="camera" trouble={local.cameraTrouble} onRetry={() => void meeting.local.switchCamera(true)} /> : null}
      <Choose label={t("Camera")} value={chosen(camera, meeting.local.choices.camera, local.camera)} options={options(camera, t("Camera"))} disabled={!camera.length}
        onChoose={(id) => void meeting.local.use("camera", id)} />
      <div class="with-button">
        {canChooseSpeaker()
          ? <Choose label={t("Speaker")} value={speaker} disabled={!speakers.length} onChoose={(id) => { setSpeaker(id); meeting.speaker(id); }}
              options={[{ value: "", label: t("The system's own") }, ...speakers.filter((one) => one.id !== "default").map((one, at) => ({ value: one.id, label: one.label || `${t("Speaker")} ${String(at + 1)}` }))]} />
          : <p class="hint">{t("Sound comes from the speaker that your system uses.")}</p>}
        <button type="button" class="rb small" onClick={() => void test()} aria-live="polite">{testing ? t("Do you hear it?") : t("Test sound")}</button>
      </div>
      <Switch label={t("Blur my background")} on={local.blur === "on" || local.blur === "starting"} disabled={!local.camera || local.blur === "starting"} onTurn={(on) => void meeting.local.blur(on)}
        help={local.blur === "unsupported" ? t("This browser cannot blur the background; the plain picture is shown.") : local.blur === "starting" ? t("One moment…") : undefined} />
    </div>
  );
}
