"""The room's page and its door: what must still be asked, and the ticket for the room's socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.meetings import branding, embedding, entering, plain, queries, room_words, together_words, tries
from musubu.meetings.models import Meeting
from musubu.parties.decorators import acting_of
from musubu.parties.models import Person
from musubu.parties.views import address_of


def _meeting(slug: str) -> Meeting:
    found = entering.by_slug(slug)
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest, meeting: Meeting) -> Person | None:
    """Who is signed in, if they belong to the organisation that holds the meeting; anybody else is a guest."""
    acting = acting_of(request)
    own = acting and acting.organisation and acting.organisation.pk == meeting.organisation_id
    return acting.person if own else None


def room(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page of a meeting's room. Whoever has its link may see its title; coming in is decided at the door."""
    meeting = _meeting(slug)
    with clock.standing_at(meeting.provider.sandbox_now):
        response = render(request, "meetings/room.html", {"meeting": meeting, "room": _for_browser(request, meeting)})
    embedding.allow_media(response, request.get_host())
    embedding.allow_framing(response, meeting.contract)
    return response


def _for_browser(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    person = _person(request, meeting)
    numbered = "number" in request.GET
    needs = entering.needs(meeting, person, numbered=numbered)
    found: dict[str, Any] = {
        "enter": f"/m/{meeting.slug}/enter/",
        "socket": "/live/meetings/",
        "title": meeting.title,
        "organisation": meeting.organisation.name,
        "brand": branding.of(meeting.contract, queries.space_of(meeting.contract)),
        "me": {"name": person.name, "signedIn": True, "role": entering.role_of(meeting, person)} if person else None,
        "needs": needs,
        "numbered": numbered,
        "name": request.GET.get("name", "")[: entering.LONGEST_NAME],  # a guest who came by number has given it
        "language": get_language(),
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
        "texts": together_words.dictionary() | room_words.dictionary(),
        "files": "/meetings/files/",
        "check": reverse("meetings-check"),
        "home": reverse("portal-home") if person else reverse("public-home"),
        "signIn": f"/sign-in/?{urlencode({'next': request.get_full_path()})}",
        "ticket": None,
        "refused": None,
    }
    try:
        entering.check_open(meeting)
        if not any(needs.values()):
            found["ticket"] = entering.ticket(meeting=meeting, person=person, numbered=numbered).signed()
    except entering.NotAdmitted as error:
        found["refused"] = {"why": error.why, "text": str(error)}
    return found


@csrf_exempt  # changes nothing, and a room in another page's frame gets no cookies
@require_POST
def enter(request: HttpRequest, slug: str) -> HttpResponseBase:
    """{"name", "pass_code", "mark", "numbered"} -> {"ticket"}, or {"why", "text"} with 403 or 400."""
    meeting = _meeting(slug)
    try:
        told = plain.sent(request)
        given = {key: str(told.get(key, ""))[:200] for key in ("name", "pass_code", "mark")}
    except ValueError:
        return JsonResponse({"why": "malformed", "text": _("Load the page again.")}, status=400)
    address = address_of(request)
    if told.get("numbered") and tries.blocked(address, meeting.number):
        return JsonResponse(
            {"why": "too-many-tries", "text": _("Too many wrong codes. Wait 15 minutes, then try again.")}, status=429
        )
    with clock.standing_at(meeting.provider.sandbox_now):
        try:
            ticket = entering.ticket(
                meeting=meeting, person=_person(request, meeting), numbered=bool(told.get("numbered")), **given
            )
        except entering.NotAdmitted as error:
            if error.why == "wrong-code":
                tries.count(address, meeting.number)
            return JsonResponse({"why": error.why, "text": str(error)}, status=403)
    return JsonResponse({"ticket": ticket.signed()})
