"""A WebRTC peer that costs little: real ICE, DTLS and SRTP towards the engine, but no decoding.

What it receives is counted by the clear RTP header without decrypting; what it sends are prepared packets, encrypted.
So one process can be a hundred participants and the measured machine is busy with the engine, not with the tool.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import socket
from dataclasses import dataclass
from functools import cache

from aioice import stun
from aiortc import RTCCertificate
from OpenSSL import SSL
from pylibsrtp import Policy, Session

PROFILE = b"SRTP_AES128_CM_SHA1_80"
KEY, SALT = 16, 14
CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256"
OPUS, VP8 = 111, 96
BUFFER = 4 * 1024 * 1024
LAYERS = ("l", "m", "h")
SETTLE = 0.01  # seconds from the checks to the handshake: OpenSSL repeats its first message only after a whole one


@cache
def certificate() -> RTCCertificate:
    """One for all peers of the process: making them is not what is measured."""
    return RTCCertificate.generateCertificate()


@cache
def fingerprint() -> str:
    return next(one.value for one in certificate().getFingerprints() if one.algorithm == "sha-256")


@cache
def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_certificate(certificate()._cert)
    context.use_privatekey(certificate()._key)
    context.set_cipher_list(CIPHERS)
    context.set_tlsext_use_srtp(PROFILE)
    return context


@dataclass(frozen=True)
class Remote:
    """What the engine's description says about reaching it."""

    ufrag: str
    password: str
    address: tuple[str, int]
    setup: str

    @classmethod
    def read(cls, sdp: str) -> Remote:
        def line(pattern: str) -> str:
            found = re.search(pattern, sdp)
            if not found:
                raise ValueError(f"no {pattern} in the description")
            return found[1].strip()

        candidate = line(r"a=candidate:\S+ 1 udp \d+ (\S+ \d+) typ host").split()
        return cls(
            line(r"a=ice-ufrag:(\S+)"),
            line(r"a=ice-pwd:(\S+)"),
            (candidate[0], int(candidate[1])),
            line(r"a=setup:(\S+)"),
        )


class Peer:
    """One connection. Sending: `offer`, then `connect` with the answer. Receiving: `answer` each offer, then `connect`."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        for option in (33, socket.SO_RCVBUF):  # SO_RCVBUFFORCE where allowed, so that the tool is not what loses
            with contextlib.suppress(PermissionError):
                self.socket.setsockopt(socket.SOL_SOCKET, option, BUFFER)
                break
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.ssrcs = {"mic": _ssrc(), **{layer: _ssrc() for layer in LAYERS}}
        self.remote: Remote | None = None
        self.protect: Session | None = None
        self.checked = self.connected = False

    def close(self) -> None:
        self.socket.close()

    # descriptions

    def offer(self, camera: bool) -> tuple[str, list[dict[str, str]]]:
        """A microphone, and a camera in three simulcast layers; what is on which mid."""
        lines = self._session(["0", "1"] if camera else ["0"])
        lines += self._media("audio", "0", OPUS, "sendonly", "actpass")
        lines += ["a=rtpmap:111 opus/48000/2", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"]
        lines += [f"a=ssrc:{self.ssrcs['mic']} cname:peer"]
        streams = [{"mid": "0", "source": "mic"}]
        if camera:
            lines += self._media("video", "1", VP8, "sendonly", "actpass")
            lines += ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 ccm fir"]
            lines.append("a=ssrc-group:SIM " + " ".join(str(self.ssrcs[layer]) for layer in LAYERS))
            lines += [f"a=ssrc:{self.ssrcs[layer]} cname:peer" for layer in LAYERS]
            streams.append({"mid": "1", "source": "camera"})
        return "\r\n".join(lines) + "\r\n", streams

    def answer(self, offer: str) -> str:
        """Take everything that is offered."""
        parts = re.split(r"(?m)^(?=m=)", offer.replace("\r\n", "\n"))[1:]
        mids = [_value(part, "mid") for part in parts]
        lines = self._session(mids)
        for part, mid in zip(parts, mids, strict=True):
            kind, port, _, payload, *_ = part.split(None, 4)
            taken = port != "0" and "a=inactive" not in part
            lines += self._media(kind[2:], mid, int(payload), "recvonly" if taken else "inactive", "active")
            lines += re.findall(rf"(?m)^a=(?:rtpmap|fmtp):{payload} .*$", part)
        return "\r\n".join(lines) + "\r\n"

    def _session(self, mids: list[str]) -> list[str]:
        return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(mids)]

    def _media(self, kind: str, mid: str, payload: int, direction: str, setup: str) -> list[str]:
        return [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload}", "c=IN IP4 127.0.0.1", f"a=mid:{mid}", f"a={direction}",
            "a=rtcp-mux", f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {fingerprint()}", f"a=setup:{setup}",
        ]  # fmt: skip

    # the way to the engine

    async def connect(self, description: str) -> None:
        """Connectivity check, handshake, keys. A description that names the same way again changes nothing."""
        remote = Remote.read(description)
        if self.remote == remote:
            return
        self.remote = remote
        self.socket.connect(remote.address)
        await self._check()
        await asyncio.sleep(SETTLE)
        await self._handshake(server=remote.setup == "active")
        self.connected = True

    def keep_alive(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.send(self._request())

    def _request(self) -> bytes:
        assert self.remote
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.remote.ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = 2_130_706_431
        request.attributes["ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.remote.password.encode())
        return bytes(request)

    async def _check(self) -> None:
        """Until the engine has answered our check, and we its own: only then does it listen for the handshake."""
        answered = False
        for _ in range(40):
            self.socket.send(self._request())
            with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                while not (answered and self.checked):
                    data = await asyncio.wait_for(self._receive(), 0.25)
                    answered = answered or data[:2] == b"\x01\x01"
                return
        raise TimeoutError("the engine does not answer connectivity checks")

    async def _receive(self) -> bytes:
        """What comes next; checks of the engine's own are answered on the way."""
        data = await asyncio.get_running_loop().sock_recv(self.socket, 2048)
        if data[:2] == b"\x00\x01":
            self._reply(data)
            self.checked = True
        return data

    def _reply(self, data: bytes) -> None:
        assert self.remote
        request = stun.parse_message(data)
        response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=request.transaction_id)
        response.attributes["XOR-MAPPED-ADDRESS"] = self.remote.address
        response.add_message_integrity(self.password.encode())
        self.socket.send(bytes(response))

    async def _handshake(self, server: bool) -> None:
        line = SSL.Connection(_context())
        line.set_accept_state() if server else line.set_connect_state()
        for _ in range(20):
            try:
                line.do_handshake()
                self._flush(line)
                self._keys(line, server)
                return
            except SSL.WantReadError:
                self._flush(line)
            try:
                data = await asyncio.wait_for(self._receive(), 1.0)
                if 20 <= data[0] <= 63:
                    line.bio_write(data)
            except TimeoutError:
                line.DTLSv1_handle_timeout()
        raise TimeoutError("no handshake with the engine")

    def _flush(self, line: SSL.Connection) -> None:
        with contextlib.suppress(SSL.WantReadError):
            while True:
                self.socket.send(line.bio_read(1500))

    def _keys(self, line: SSL.Connection, server: bool) -> None:
        material = line.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (KEY + SALT))
        mine = slice(KEY, 2 * KEY) if server else slice(0, KEY)
        salt = material[2 * KEY + SALT :] if server else material[2 * KEY : 2 * KEY + SALT]
        policy = Policy(
            key=material[mine] + salt,
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
        )
        self.protect = Session(policy=policy)


def _ssrc() -> int:
    return int.from_bytes(os.urandom(4), "big") | 1


def _value(part: str, name: str) -> str:
    found = re.search(rf"(?m)^a={name}:(\S+)", part)
    return found[1] if found else ""
