"""Coming by number, and showing a room in somebody's own page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import branding, entering, naming, queries, tries
from musubu.meetings.forms import JoinForm
from musubu.parties.views import address_of


def join(request: HttpRequest, public_id: object = None) -> HttpResponseBase:
    """Number and pass code, then into the room; under a contract's address in the look of its company."""
    contract = get_object_or_404(Contract, public_id=public_id, service=queries.SERVICE) if public_id else None
    initial = {"number": request.GET.get("number", "")[:24]}
    form = JoinForm(request.POST or None, signed_in=request.user.is_authenticated, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_room(request, form.cleaned_data))
        except entering.NotAdmitted as error:
            form.add_error(None, str(error))
    brand = branding.of(contract, queries.space_of(contract)) if contract else None
    context = {"form": form, "brand": brand, "branded": contract}
    return render(request, "meetings/join.html", context, status=403 if form.errors else 200)


def _room(request: HttpRequest, data: dict[str, Any]) -> str:
    """The address of the room. Raises NotAdmitted, for a wrong number in the same words as for a wrong code."""
    number, address = naming.digits(data["number"]), address_of(request)
    if tries.blocked(address, number):
        raise entering.NotAdmitted(
            "too-many", _("Too many attempts. Wait 15 minutes, or use the link of the invitation.")
        )
    meeting = entering.by_number(number)
    if meeting is None or not entering.is_code(meeting, data["pass_code"]):
        tries.count(address, number)
        raise entering.NotAdmitted(
            "wrong-code", _("Number or pass code is not right. Compare both with the invitation.")
        )
    with clock.standing_at(meeting.provider.sandbox_now):
        entering.check_open(meeting)
    name = data.get("name", "").strip()
    return naming.path(meeting) + (f"?{urlencode({'name': name})}" if name else "")


def embed_script(request: HttpRequest) -> HttpResponseBase:
    """The small script that other pages load to show a room (see docs/meetings.md)."""
    path = finders.find("portal/build/embed.js")
    if path is None:
        raise Http404
    with open(path, "rb") as file:
        response = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, max-age=3600"
    return response
