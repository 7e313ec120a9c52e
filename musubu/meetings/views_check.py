"""LO-5.1: whether this terminal, its camera, microphone, speaker and network will do; anybody may try, and send the
result to support."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from musubu import config
from musubu.contracts.models import Terminal
from musubu.engines.turn import passes
from musubu.meetings import embedding, plain, room_words
from musubu.notices import actions as notices
from musubu.parties import accounts, wall
from musubu.parties.queries import site_provider
from musubu.parties.views import address_of

RELAY_MINUTES = 10
LINES = 40  # of a report


@ensure_csrf_cookie
def check(request: HttpRequest) -> HttpResponseBase:
    rows = Terminal.objects.filter(provider=site_provider()).order_by("-kind", "system", "browser")
    person: Any = request.user
    told = {
        "terminals": [
            {"browser": one.browser, "version": one.version, "system": one.system, "kind": one.kind} for one in rows
        ],
        "ice": _relay(),
        "socket": "/live/meetings/",
        "report": "/meetings/check/report/",
        "blur": "build/blur/",
        "language": get_language(),
        "texts": room_words.dictionary(),
        "email": person.email if person.is_authenticated else "",
    }
    response = render(request, "meetings/check.html", {"check": told})
    embedding.allow_media(response, request.get_host())
    return response


def _relay() -> list[Any]:
    """A pass to the relay for a few minutes: enough for the trial, of no use afterwards."""
    until = wall.now() + timedelta(minutes=RELAY_MINUTES)
    name = f"check-{uuid.uuid4()}"
    return list(passes.servers(config.value("MUSUBU_TURN"), config.secret("turn"), name, until))


@require_POST
def report(request: HttpRequest) -> HttpResponseBase:
    """What the check found, to the provider's staff, with a copy to the sender. Only lines of text are taken."""
    try:
        told = plain.sent(request)
        email = str(told["email"]).strip()[:254]
        lines = [plain.line(str(one))[:200] for one in list(told["lines"])[:LINES]]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"text": _("Load the page again.")}, status=400)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) or not lines:
        return JsonResponse({"text": _("Enter your e-mail address, so that support can answer.")}, status=400)
    try:
        accounts.count_request(email=email, address=address_of(request))
    except accounts.SignInError as error:
        text = _("Too many messages. Wait %(minutes)s minutes and try again.") % {"minutes": error.wait}
        return JsonResponse({"text": text}, status=429)
    provider = site_provider()
    note = plain.line(str(told.get("note", "")))[:1_000]
    body = "\n".join([f"<{email}>", "", note, "", *lines])
    for address in (provider.email, email):
        notices.send(
            provider=provider,
            to_email=address,
            subject=_("Check of a terminal for meetings"),
            body=body,
            kind="contact",
        )
    return JsonResponse({"text": _("Sent. Support answers to %(email)s.") % {"email": email}})
