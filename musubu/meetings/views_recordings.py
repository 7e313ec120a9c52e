"""Recordings: the list, the page to watch one, its files, and what its host and administrators decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.contracts import holds
from musubu.contracts.views_contract import closed, visible
from musubu.meetings import handing, queries
from musubu.meetings import queries_recordings as reads
from musubu.meetings.actions import recordings, sharing
from musubu.meetings.models import Recording, Share, Track
from musubu.meetings.templatetags.recording_words import state_name
from musubu.meetings.views_gate import person
from musubu.meetings.views_home import tabs
from musubu.parties.decorators import acting_of, customer_required, member_required
from musubu.parties.views import address_of
from musubu.refusals import NotPossible
from musubu.tables import Column, Table

State = Recording.State
COLUMNS = [
    Column(gettext_lazy("Began"), lambda one: one.started_at.astimezone(clock.TOKYO).isoformat(timespec="minutes"), "started_at"),
    Column(gettext_lazy("Title"), lambda one: one.sitting.meeting.title, "sitting__meeting__title"),
    Column(gettext_lazy("Host"), lambda one: one.sitting.meeting.host.name, "sitting__meeting__host__name"),
    Column(gettext_lazy("Length (s)"), lambda one: one.milliseconds // 1000, "milliseconds"),
    Column(gettext_lazy("Size (bytes)"), lambda one: one.bytes, "bytes"),
    Column(gettext_lazy("State"), lambda one: _("put away") if one.deleted_at else state_name(one.state), "state"),
]  # fmt: skip
NAMELESS = [COLUMNS[n] for n in (0, 3, 4, 5)]


@member_required("meetings.read")
def listing(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Of one contract. Staff of the provider see that they exist and how they stand, without their titles."""
    acting = acting_of(request)
    contract = get_object_or_404(visible(acting), public_id=public_id, service=queries.SERVICE)
    if acting.is_staff:
        rows = reads.of_provider(acting.provider.pk).filter(contract=contract)
    else:
        if refusal := closed(request, contract):
            return refusal
        rows = reads.watchable(acting.person, acting.organisation).filter(contract=contract)
    text = request.GET.get("q", "").strip()
    if text and not acting.is_staff:
        rows = rows.filter(sitting__meeting__title__icontains=text)
    table = Table(request, rows, NAMELESS if acting.is_staff else COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("recordings")
    context = tabs(request, contract) | {
        "table": table, "page": table.page, "q": text, "hold": holds.standing(contract),
    }  # fmt: skip
    return render(request, "meetings/recordings.html", context)


def _own(request: HttpRequest, public_id: object) -> Recording:
    """One that the acting customer may watch."""
    acting = acting_of(request)
    row: Recording = get_object_or_404(reads.watchable(acting.person, acting.organisation), public_id=public_id)
    return row


@member_required("meetings.read")
def recording(request: HttpRequest, public_id: object) -> HttpResponseBase:
    acting = acting_of(request)
    if acting.is_staff:
        row = get_object_or_404(reads.of_provider(acting.provider.pk), public_id=public_id)
    else:
        row = _own(request, public_id)
        if refusal := closed(request, row.contract):
            return refusal
    decides = not acting.is_staff and reads.may_decide(acting.person, row)
    now = clock.now()
    context = tabs(request, row.contract) | {
        "recording": row,
        "meeting": row.sitting.meeting,
        "state": state_name(row.state),
        "reason": recordings.REASONS.get(row.reason, ""),
        "decides": decides,
        "may_watch": not acting.is_staff and row.state == State.READY and not row.deleted_at,
        "tracks": row.tracks.order_by("starts_us", "pk") if not acting.is_staff else [],
        "shares": reads.shares(row, now) if decides else [],
        "viewings": row.viewings.select_related("person", "share").order_by("-at")[:50] if decides else [],
        "days": sharing.DAYS,
        "back_until": row.deleted_at + recordings.TAKEN_BACK if row.deleted_at else None,
        "hold": holds.standing(row.contract),
        "link": request.build_absolute_uri("/meetings/shared/"),
    }
    return render(request, "meetings/recording.html", context)


@member_required("meetings.read")
def progress(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """For the page while the film is made."""
    acting = acting_of(request)
    if acting.is_staff:
        row = get_object_or_404(reads.of_provider(acting.provider.pk), public_id=public_id)
    else:
        row = _own(request, public_id)
    ended = row.state not in (State.QUEUED, State.PROCESSING)
    text = f"{state_name(row.state)} · {row.progress} %"
    return JsonResponse({"percent": row.progress, "text": text, "ended": ended})


def _ready(request: HttpRequest, public_id: object) -> Recording:
    row = _own(request, public_id)
    if row.state != State.READY or row.deleted_at or not queries.is_open(row.contract):
        raise Http404
    return row


@customer_required("meetings.read")
def film(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _ready(request, public_id)
    who = person(request)
    sharing.looked(recording=row, viewer=f"person:{who.pk}", person=who, share=None, address=address_of(request))
    name = f"{row.sitting.meeting.title}.mp4" if "download" in request.GET else ""
    return handing.hand_out(request, row.film, "video/mp4", name)


@customer_required("meetings.read")
def poster(request: HttpRequest, public_id: object) -> HttpResponseBase:
    return handing.hand_out(request, _ready(request, public_id).poster, "image/jpeg")


@customer_required("meetings.read")
def track(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """One person's sound or picture alone, to be saved."""
    found = get_object_or_404(Track.objects.select_related("recording__contract"), public_id=public_id)
    row = _ready(request, found.recording.public_id)
    suffix = found.path.suffix
    name = f"{row.sitting.meeting.title}-{found.name}-{found.source}{suffix}"
    return handing.hand_out(request, found.path, handing.KINDS.get(suffix, "application/octet-stream"), name)


def _step(act: Callable[[HttpRequest, Recording], str]) -> Any:
    """A decision about a recording: done and said, or refused with the reason."""

    @require_POST
    @member_required("meetings.read")
    def view(request: HttpRequest, public_id: object) -> HttpResponseBase:
        acting = acting_of(request)
        if acting.is_staff:
            row = get_object_or_404(reads.of_provider(acting.provider.pk), public_id=public_id)
        else:
            row = _own(request, public_id)
        try:
            messages.success(request, act(request, row))
        except NotPossible as error:
            messages.error(request, str(error))
        return redirect("meetings-recording", row.public_id)

    return view


def _retry(request: HttpRequest, row: Recording) -> str:
    recordings.retry(recording=row, person=person(request))
    return _("It is made again. You will get a mail when it is ready.")


def _cancel(request: HttpRequest, row: Recording) -> str:
    recordings.cancel(recording=row, person=person(request))
    return _("Stopped.")


def _delete(request: HttpRequest, row: Recording) -> str:
    recordings.delete(recording=row, person=person(request))
    return _("Put away. For seven days it can be brought back; then it is erased.")


def _bring_back(request: HttpRequest, row: Recording) -> str:
    recordings.bring_back(recording=row, person=person(request))
    return _("It is back.")


def _share(request: HttpRequest, row: Recording) -> str:
    days, data = request.POST.get("days", ""), request.POST
    sharing.share(
        recording=row,
        person=person(request),
        days=int(days) if days.isdigit() else 0,
        pass_code=data.get("pass_code", "").strip(),
        download="download" in data,
    )
    return _("The link is made. Copy it below.")


retry, cancel, delete = _step(_retry), _step(_cancel), _step(_delete)
bring_back, share = _step(_bring_back), _step(_share)


@require_POST
@customer_required("meetings.use")
def revoke(request: HttpRequest, public_id: object) -> HttpResponseBase:
    link = get_object_or_404(Share.objects.select_related("recording"), public_id=public_id)
    row = _own(request, link.recording.public_id)
    link.recording = row
    sharing.revoke(share=link, person=person(request))
    messages.success(request, _("The link opens nothing any more."))
    return redirect("meetings-recording", row.public_id)
