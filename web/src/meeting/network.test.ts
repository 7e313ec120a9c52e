import { expect, test } from "vitest";

import { complaint, Meter } from "./network";

const down = (received: number, lost: number, bytes: number) => [
  { type: "inbound-rtp", id: "v", packetsReceived: received, packetsLost: lost, bytesReceived: bytes, kind: "video", freezeCount: lost / 10 },
  { type: "candidate-pair", id: "p", nominated: true, state: "succeeded", localCandidateId: "l", currentRoundTripTime: 0.08 },
  { type: "local-candidate", id: "l", protocol: "udp", candidateType: "host" },
];
const up = [{ type: "outbound-rtp", id: "o", bytesSent: 0, qualityLimitationReason: "cpu" }, { type: "remote-inbound-rtp", id: "r", fractionLost: 0.1 }];

test("a sample is the difference to the last one", () => {
  const meter = new Meter();
  meter.read(up, down(1_000, 500, 0), 0);
  const look = meter.read(up, down(1_090, 510, 625_000), 5_000);
  expect(look).toMatchObject({ loss_down: 10, loss_up: 10, rtt: 80, kbps_down: 1_000, path: "udp", cpu: true, freezes: 1 });
  expect(complaint(look)).toContain("loses data");
});

test("on a good line nothing is said", () => {
  const meter = new Meter();
  meter.read([], down(0, 0, 0), 0);
  const look = meter.read([], down(500, 0, 900_000), 5_000);
  expect(look).toMatchObject({ loss_down: 0, kbps_down: 1_440, limited: "none" });
  expect(complaint(look)).toBe("");
});
