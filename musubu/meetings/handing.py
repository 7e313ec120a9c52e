"""Handing out large files: by the front server where there is one, else by ourselves; parts of them when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from musubu import config

RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
CHUNK = 256 * 1024
KINDS = {".opus": "audio/ogg", ".webm": "video/webm", ".mp4": "video/mp4", ".wav": "audio/wav"}


def hand_out(request: HttpRequest, path: Path, kind: str, name: str = "") -> HttpResponseBase:
    """A file under `var/files` that the page has allowed; with a name it is saved, not shown."""
    if not path.is_file():
        raise Http404
    if settings.BEHIND_FRONT:
        response: HttpResponseBase = HttpResponse(content_type=kind)
        inner = path.relative_to(config.var() / "files").as_posix()
        response["X-Accel-Redirect"] = f"/protected/{quote(inner)}"
    else:
        response = _part(request, path, kind)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if name:
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _part(request: HttpRequest, path: Path, kind: str) -> HttpResponseBase:
    """The whole file, or the one range that a player asks for (RFC 9110, 14.2); several at once are not offered."""
    size = path.stat().st_size
    found = RANGE.match(request.headers.get("Range", ""))
    if not found or not any(found.groups()):
        response: HttpResponseBase = FileResponse(path.open("rb"), content_type=kind)
        response["Accept-Ranges"] = "bytes"
        return response
    first, last = found.groups()
    begin = int(first) if first else max(0, size - int(last))
    end = min(size - 1, int(last)) if first and last else size - 1
    if begin > end or begin >= size:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    response = StreamingHttpResponse(_read(path, begin, end - begin + 1), status=206, content_type=kind)
    response["Content-Range"] = f"bytes {begin}-{end}/{size}"
    response["Content-Length"] = str(end - begin + 1)
    response["Accept-Ranges"] = "bytes"
    return response


def _read(path: Path, begin: int, count: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        while count > 0 and (chunk := file.read(min(CHUNK, count))):
            count -= len(chunk)
            yield chunk
