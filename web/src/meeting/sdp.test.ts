import { expect, test } from "vitest";

import { tuneOpus } from "./sdp";

const OFFER = ["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
  "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:2", "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10", ""].join("\r\n");

test("speech is repaired and silent in pauses, a screen's sound is stereo, pictures are untouched", () => {
  const parts = tuneOpus(OFFER, new Set(["2"])).split(/(?=^m=)/m);
  expect(parts[1]).toContain("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n");
  expect(parts[3]).toContain("minptime=10;stereo=1;sprop-stereo=1");
  expect(parts[2]).toBe(OFFER.split(/(?=^m=)/m)[2]);
});
