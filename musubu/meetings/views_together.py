"""Addresses of what rooms keep: bringing files and documents, fetching them, links that open for a moment.

Guests have no session, so these are guarded by the room's token (see `together.door`) instead of a cookie; for the same
reason no form of another site can forge a request, and none asks for Django's token against that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from musubu import clock, config
from musubu.meetings import plain
from musubu.meetings.models import Board, Meeting, MeetingDocument, SharedFile
from musubu.meetings.together import boards, burning, documents, door, files, pictures
from musubu.refusals import NotPossible

LINKED = (
    "meetings-file",
    "meetings-document-source",
    "meetings-document-notes",
    "meetings-board",
    "meetings-board-picture",
)
PICTURES = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
UNKNOWN = "application/octet-stream"


@csrf_exempt
@require_POST
def bring(request: HttpRequest) -> HttpResponseBase:
    """The body is the file; its name comes percent-encoded in X-File-Name, its use in the address: chat, board or
    document. Answers with it as the room shows it, or {"text"} with 403, 413 or 422."""
    attendance = door.in_room(request)
    if attendance is None or attendance.left_at is not None:
        return JsonResponse({"text": _("You are not in this room any more. Load the page again.")}, status=403)
    told: dict[str, Any] = {
        "attendance": attendance, "name": unquote(request.headers.get("X-File-Name", "")), "read": request.read,
        "size": int(request.headers.get("Content-Length") or 0),
    }  # fmt: skip
    use = request.GET.get("use", SharedFile.Use.CHAT)
    with clock.standing_at(attendance.sitting.meeting.provider.sandbox_now):
        try:
            if use == "document":
                return JsonResponse(documents.shown(documents.bring(**told)))
            if use not in SharedFile.Use.values:
                raise Http404
            return JsonResponse(files.shown(files.share(**told, type=request.content_type or "", use=use)))
        except files.TooLarge as error:
            return JsonResponse({"text": str(error)}, status=413)
        except NotPossible as error:
            return JsonResponse({"text": str(error)}, status=422)


@csrf_exempt
@require_POST
def link(request: HttpRequest) -> HttpResponseBase:
    """{"url"} -> the same with what opens it for two minutes, for a download that the browser follows by itself."""
    attendance = door.in_room(request)
    if attendance is None:
        raise Http404
    try:
        path = str(plain.sent(request)["url"])
        known = resolve(path).url_name in LINKED
    except (ValueError, KeyError, TypeError, Resolver404) as error:
        raise Http404 from error
    if not known:
        raise Http404
    return JsonResponse({"url": door.link(attendance, path)})


def _file(request: HttpRequest, public_id: str) -> SharedFile:
    rows = SharedFile.objects.select_related("meeting__contract", "meeting__provider")
    row = rows.filter(public_id=public_id, deleted_at__isnull=True).first()
    who = door.visitor(request, row.meeting) if row else None
    if row is None or who is None or not door.may_fetch(who, row):
        raise Http404
    return row


@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    row = _file(request, public_id)
    return sent(files.path(row), row.name, row.type)


@require_safe
def preview(request: HttpRequest, public_id: str) -> HttpResponseBase:
    row = _file(request, public_id)
    if not row.previewed:
        raise Http404
    return sent(files.preview_path(row), "preview.jpg", "image/jpeg")


def _document(request: HttpRequest, public_id: str) -> MeetingDocument:
    rows = MeetingDocument.objects.select_related("meeting__contract", "meeting__provider")
    row = rows.filter(public_id=public_id, deleted_at__isnull=True).first()
    _check(request, row.meeting if row else None, row.sitting_id if row else None)
    assert row is not None
    return row


def _check(request: HttpRequest, meeting: Meeting | None, sitting: int | None) -> None:
    who = door.visitor(request, meeting) if meeting else None
    if meeting is None or who is None or not door.may_see(who, meeting, sitting):
        raise Http404


@require_safe
def document(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The PDF as the room shows it."""
    row = _document(request, public_id)
    if row.state != MeetingDocument.State.READY:
        raise Http404
    return sent(documents.pdf_path(row), Path(row.name).stem + ".pdf", "application/pdf")


@require_safe
def document_source(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """As it was brought."""
    row = _document(request, public_id)
    return sent(documents.source_path(row), row.name, UNKNOWN)


@require_safe
def document_notes(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The PDF with what was written on it."""
    row = _document(request, public_id)
    if row.state != MeetingDocument.State.READY:
        raise Http404
    try:
        made = burning.with_notes(documents.pdf_path(row), bytes(row.notes))
    except burning.NotBurnt as error:
        text = _("The notes could not be put into this document. Download it without them.")
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8", reason=str(error)[:60] or None)
    return _guarded(HttpResponse(made, content_type="application/pdf"), Path(row.name).stem + ".pdf")


@require_safe
def board(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A board as a file for Excalidraw."""
    row = Board.objects.select_related("meeting__contract").filter(public_id=public_id, deleted_at__isnull=True).first()
    _check(request, row.meeting if row else None, row.sitting_id if row else None)
    assert row is not None
    content = json.dumps(boards.drawing(row), ensure_ascii=False)
    return _guarded(HttpResponse(content, content_type="application/json"), f"{row.title}.excalidraw")


@require_safe
def board_picture(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    """A board as it looks: svg, png or pdf."""
    if kind not in PICTURES:
        raise Http404
    row = Board.objects.select_related("meeting__contract").filter(public_id=public_id, deleted_at__isnull=True).first()
    _check(request, row.meeting if row else None, row.sitting_id if row else None)
    assert row is not None
    try:
        made = pictures.as_svg(row).encode() if kind == "svg" else pictures.as_file(row, kind)
    except pictures.NotDrawn as error:
        text = _("This board could not be made into a picture. Download it as an Excalidraw file.")
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8", reason=str(error)[:60] or None)
    return _guarded(HttpResponse(made, content_type=PICTURES[kind]), f"{row.title}.{kind}")


def sent(path: Path, name: str, type: str) -> HttpResponseBase:
    """A stored file, always as a download that no page of ours runs; by the front server where there is one."""
    if not path.exists():
        raise Http404
    response: HttpResponseBase
    if settings.BEHIND_FRONT:
        response = HttpResponse(content_type=type or UNKNOWN)
        response["X-Accel-Redirect"] = "/protected/" + str(path.relative_to(config.var() / "files"))
    else:
        response = FileResponse(path.open("rb"), content_type=type or UNKNOWN)
    return _guarded(response, name)


def _guarded(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
