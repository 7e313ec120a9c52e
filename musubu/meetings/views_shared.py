"""A recording behind a link: for people without an account, with a pass code where one was set."""

from __future__ import annotations

import secrets

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.meetings import handing, tries
from musubu.meetings import queries_recordings as reads
from musubu.meetings.actions import sharing
from musubu.meetings.models import Share
from musubu.parties.views import address_of


def _opened(request: HttpRequest) -> list[str]:
    found: list[str] = request.session.get("shares", [])
    return found


def _link(token: str) -> Share | None:
    """By the clock of the provider whose it is."""
    row = Share.objects.select_related("recording__contract__provider").filter(token=token).first()
    if row is None:
        return None
    with clock.standing_at(row.recording.contract.provider.sandbox_now):
        return reads.open_share(token, clock.now())


def shared(request: HttpRequest, token: str) -> HttpResponseBase:
    link = _link(token)
    if link is None:
        return render(request, "meetings/shared_ended.html", status=404)
    if link.pass_code and token not in _opened(request):
        return _ask(request, link)
    context = {"share": link, "recording": link.recording, "meeting": link.recording.sitting.meeting}
    return render(request, "meetings/shared.html", context)


def _ask(request: HttpRequest, link: Share) -> HttpResponseBase:
    """For the pass code; ten wrong ones make an address wait."""
    error, address = "", address_of(request)
    if request.method == "POST":
        if tries.blocked(address, link.token):
            error = _("Too many attempts. Wait 15 minutes and try again.")
        elif sharing.opens(link, request.POST.get("pass_code", "")):
            request.session["shares"] = [*_opened(request)[-20:], link.token]
            return redirect("meetings-shared", link.token)
        else:
            tries.count(address, link.token)
            error = _("The pass code is not right. Ask whoever sent you the link.")
    return render(request, "meetings/shared_code.html", {"error": error}, status=403 if error else 200)


def film(request: HttpRequest, token: str) -> HttpResponseBase:
    link = _link(token)
    if link is None or (link.pass_code and token not in _opened(request)):
        raise Http404
    mark = request.session.setdefault("viewer", secrets.token_hex(8))
    with clock.standing_at(link.recording.contract.provider.sandbox_now):
        person = request.user if request.user.is_authenticated else None
        sharing.looked(
            recording=link.recording, viewer=f"guest:{mark}", person=person, share=link, address=address_of(request)
        )
    wanted = "download" in request.GET and link.download
    name = f"{link.recording.sitting.meeting.title}.mp4" if wanted else ""
    return handing.hand_out(request, link.recording.film, "video/mp4", name)
