"""Calls about recordings of meetings: which there are and how they stand, their film and tracks, a link for others."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja import Field

from musubu import config
from musubu.api.frame import READ, WRITE, Moment, Told, Unprocessable, api, once, paged
from musubu.api.meetings import acting, at, aware, key_of
from musubu.api.models import ApiKey
from musubu.meetings import handing, queries
from musubu.meetings import queries_recordings as reads
from musubu.meetings.actions import recordings as doing
from musubu.meetings.actions import sharing
from musubu.meetings.models import Recording, Track
from musubu.parties.views import address_of

TAGS = ["recordings"]
State = Literal["recording", "queued", "processing", "ready", "failed"]


class Link(Told):
    """For how many days it opens, behind which code, and whether the film may be saved."""

    days: Literal[1, 7, 30, 90] = 7
    pass_code: str = Field("", max_length=40)
    download: bool = False


def _rows(key: ApiKey) -> QuerySet[Recording]:
    """What the key's person may watch on pages too; what was put away is not told."""
    if key.organisation is None:
        raise PermissionDenied("recordings are for the organisation's own keys; make one as one of its people")
    rows = reads.watchable(key.person, key.organisation).filter(deleted_at__isnull=True)
    return rows.select_related("sitting__meeting__host", "contract__plan", "contract__provider")


def _recording(request: HttpRequest, public_id: uuid.UUID) -> Recording:
    row = _rows(key_of(request)).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


def _shown(row: Recording) -> dict[str, Any]:
    meeting = row.sitting.meeting
    return {
        "id": str(row.public_id), "contract": str(row.contract.public_id), "meeting": str(meeting.public_id),
        "sitting": str(row.sitting.public_id), "title": meeting.title, "host": meeting.host.email,
        "started_at": at(row.started_at), "stopped_at": at(row.stopped_at), "state": row.state,
        "progress": row.progress, "reason": row.reason, "ready_at": at(row.ready_at),
        "seconds": row.milliseconds // 1000, "bytes": row.bytes, "width": row.width, "height": row.height,
    }  # fmt: skip


def _whole(row: Recording) -> dict[str, Any]:
    """With who was there, chapters, tracks, and why it failed in words."""
    people = [{name: one.get(name) for name in ("name", "kind", "from", "to")} for one in row.present]
    tracks = [
        {
            "id": str(one.public_id), "name": one.name, "source": one.source, "kind": one.kind, "bytes": one.bytes,
            "starts_ms": one.starts_ms, "milliseconds": one.milliseconds,
        }
        for one in row.tracks.order_by("starts_us", "pk")
    ]  # fmt: skip
    why = str(doing.REASONS.get(row.reason, ""))
    return _shown(row) | {"why": why, "present": people, "chapters": row.chapters, "tracks": tracks}


@api.get("/meetings/recordings", auth=READ, tags=TAGS)
def recordings(
    request: HttpRequest,
    contract: uuid.UUID | None = None,
    meeting: uuid.UUID | None = None,
    state: State | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str = "",
) -> dict[str, Any]:
    """Recordings that the key's person may watch, 50 a page; `since` and `until` are about their begin."""
    wanted = {
        "contract__public_id": contract, "sitting__meeting__public_id": meeting, "state": state,
        "started_at__gte": since and aware(since, "Asia/Tokyo"), "started_at__lt": until and aware(until, "Asia/Tokyo"),
    }  # fmt: skip
    rows = _rows(key_of(request)).filter(**{name: value for name, value in wanted.items() if value is not None})
    found, more = paged(rows, cursor, "recordings")
    return {"items": [_shown(row) for row in found], "next": more}


@api.get("/meetings/recordings/{uuid:public_id}", auth=READ, tags=TAGS)
def recording(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """One recording with its state and progress (percent), who was there, chapters and separate tracks."""
    return _whole(_recording(request, public_id))


@api.get("/meetings/recordings/{uuid:public_id}/film", auth=READ, tags=TAGS, response={200: None, 206: None})
def film(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The film, MP4; parts of it by `Range`. Counted among those who looked."""
    row = _ready(request, public_id)
    key = key_of(request)
    with acting(key):
        sharing.looked(
            recording=row, viewer=f"person:{key.person_id}", person=key.person, share=None, address=address_of(request)
        )
    return handing.hand_out(request, row.film, "video/mp4", f"{row.sitting.meeting.title}.mp4")


@api.get(
    "/meetings/recordings/{uuid:public_id}/tracks/{uuid:track_id}",
    auth=READ,
    tags=TAGS,
    response={200: None, 206: None},
)
def track(request: HttpRequest, public_id: uuid.UUID, track_id: uuid.UUID) -> HttpResponseBase:
    """What one person sent from one source, as it was sent; parts of it by `Range`."""
    row = _ready(request, public_id)
    found = Track.objects.select_related("recording__contract").filter(recording=row, public_id=track_id).first()
    if found is None:
        raise Http404
    suffix = found.path.suffix
    kind = handing.KINDS.get(suffix, "application/octet-stream")
    return handing.hand_out(request, found.path, kind, f"{found.name}-{found.source}{suffix}")


def _ready(request: HttpRequest, public_id: uuid.UUID) -> Recording:
    row = _recording(request, public_id)
    if not queries.is_open(row.contract):
        raise Unprocessable("meetings are not open for this contract now")
    if row.state != Recording.State.READY:
        raise Unprocessable(f"the film is not ready: {row.state}, {row.progress} %")
    return row


@api.post("/meetings/recordings/{uuid:public_id}/links", auth=WRITE, tags=TAGS)
def link(request: HttpRequest, public_id: uuid.UUID, body: Link) -> HttpResponse:
    """A link with which people without an account watch for some days. Host and administrators may make one."""
    key, row = key_of(request), _recording(request, public_id)

    def act(_effect: str) -> dict[str, Any]:
        with acting(key):
            made = sharing.share(recording=row, person=key.person, **body.dict())
        return {
            "url": f"{config.value('MUSUBU_ADDRESS')}/meetings/shared/{made.token}/",
            "expires_at": at(made.expires_at),
        }

    return once(request, act)
