"""Documents of strangers become PDF by the real LibreOffice, or are refused with why; what they link to is not fetched."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
import zipfile
from pathlib import Path

import pytest

from musubu.engines.office import fence, libreoffice, pdf
from musubu.engines.office.problems import Unusable

CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0">'
    "<office:body><office:text>{body}</office:text></office:body></office:document-content>"
)
TYPE = "application/vnd.oasis.opendocument.text"
MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{more}</manifest:file-entry>'
    "</manifest:manifest>"
)


def odt(path: Path, body: str, locked: bool = False) -> Path:
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", TYPE)
        parts.writestr("content.xml", CONTENT.format(body=body))
        parts.writestr("META-INF/manifest.xml", MANIFEST.format(more="<manifest:encryption-data/>" if locked else ""))
    return path


def words(path: Path) -> str:
    import subprocess

    return subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True).stdout


def test_a_text_becomes_pages(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("会議の議題\n" * 120)
    libreoffice.to_pdf(source, "txt", tmp_path / "a.pdf")
    sizes = pdf.page_sizes(tmp_path / "a.pdf")
    assert len(sizes) >= 2 and round(sizes[0][0]) == 595 and "会議の議題" in words(tmp_path / "a.pdf")


@pytest.mark.parametrize("fenced", [True, False])
def test_nothing_is_fetched_from_the_network_or_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fenced: bool
) -> None:
    """Also where the machine allows no fence: then the program itself is told not to."""
    if not fenced:
        monkeypatch.setattr(fence, "available", lambda: False)
    asked: list[str] = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.txt"
    secret.write_text("a word that nobody may read")
    body = (
        "<text:p>Hello</text:p>"
        f'<text:section text:name="s"><text:section-source xlink:href="{secret.as_uri()}"/><text:p/></text:section>'
        f'<text:p><draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:type="simple" xlink:show="embed" '
        f'xlink:href="http://127.0.0.1:{server.server_port}/picture.png"/></draw:frame></text:p>'
    )
    libreoffice.to_pdf(odt(tmp_path / "b", body), "odt", tmp_path / "b.pdf")
    server.shutdown()
    assert "Hello" in words(tmp_path / "b.pdf") and "nobody may read" not in words(tmp_path / "b.pdf") and asked == []


@pytest.mark.parametrize(("extension", "why"), [("odt", "locked"), ("docx", "unreadable")])
def test_what_cannot_be_read_says_why(tmp_path: Path, extension: str, why: str) -> None:
    source = tmp_path / "c"
    if why == "locked":
        odt(source, "<text:p/>", locked=True)
    else:
        source.write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(Unusable) as refused:
        libreoffice.to_pdf(source, extension, tmp_path / "c.pdf")
    assert refused.value.why == why and not (tmp_path / "c.pdf").exists()


def test_an_encrypted_word_document_is_known_before_it_is_tried(tmp_path: Path) -> None:
    source = tmp_path / "d"
    source.write_bytes(libreoffice.OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(Unusable, match="locked"):
        libreoffice.to_pdf(source, "docx", tmp_path / "d.pdf")


def test_a_broken_pdf_is_unreadable(tmp_path: Path) -> None:
    source = tmp_path / "e.pdf"
    source.write_bytes(b"%PDF-1.7\nnothing more")
    assert pdf.is_pdf(source)
    with pytest.raises(Unusable, match="unreadable"):
        pdf.page_sizes(source)


def test_what_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(fence.OutOfTime):
        fence.run(["sh", "-c", "sleep 97 & sleep 97"], tmp_path, fence.Limits(seconds=0.5))
    assert time.monotonic() - began < 3
    while _sleepers() and time.monotonic() - began < 10:  # the fence's own init takes them along in a moment
        time.sleep(0.1)
    assert not _sleepers()


def _sleepers() -> list[Path]:
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if one.read_bytes() == b"sleep\x0097\x00":
                found.append(one)
    return found


def test_memory_is_limited(tmp_path: Path) -> None:
    limits = fence.Limits(seconds=20, memory=200 * 1024**2)
    done = fence.run(["python3", "-c", "x = bytearray(400 * 1024**2)"], tmp_path, limits)
    assert done.code != 0 and "MemoryError" in done.out
