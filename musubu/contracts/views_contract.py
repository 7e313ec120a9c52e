"""The contract's page, and what customers and staff do there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock, terms
from musubu.contracts import actions, applications, entitlements, forecast, services
from musubu.contracts.forms import CancelForm, MeasureForm
from musubu.contracts.models import Contract, Outcome
from musubu.contracts.views_public import short_language
from musubu.parties.decorators import customer_required, member_required, staff_required
from musubu.parties.models import Person
from musubu.parties.permissions import membership_allows

WIDTH = 1000


def visible(acting: Any) -> Any:
    """Contracts that the acting person may see: all of the provider's for staff, else the organisation's own."""
    rows = Contract.objects.filter(provider=acting.provider).select_related("plan", "organisation", "responsible")
    return rows if acting.is_staff else rows.filter(organisation=acting.organisation)


def _contract(request: HttpRequest, public_id: object) -> Contract:
    row: Contract = get_object_or_404(visible(request.acting), public_id=public_id)  # type: ignore[attr-defined]
    return row


@member_required("contracts.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    rows = visible(request.acting).order_by("-created_at", "-pk")  # type: ignore[attr-defined]
    for field in ("state", "service"):
        if chosen := request.GET.get(field):
            rows = rows.filter(**{field: chosen})
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(number__icontains=text) | rows.filter(organisation__name__icontains=text)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"page": page, "q": text, "states": Contract.State.values, "services": terms.SERVICES}
    return render(request, "contracts/contracts.html", context)


@dataclass(frozen=True)
class Mark:
    """One point on the drawn life line."""

    x: int
    outcome: Outcome
    ahead: bool


def _line(past: list[Outcome], coming: list[Outcome]) -> dict[str, Any]:
    both = [(one, False) for one in past] + [(one, True) for one in coming]
    if not both:
        return {}
    first, last = both[0][0].at, max(one.at for one, _ahead in both)
    span = max((last - first).total_seconds(), 1)

    def x(at: datetime) -> int:
        return 20 + round((WIDTH - 40) * min(1, max(0, (at - first).total_seconds() / span)))

    shown = [(one, ahead) for one, ahead in both if one.what not in ("charge", "data.deleted")]
    return {
        "marks": [Mark(x(one.at), one, ahead) for one, ahead in shown],
        "now": x(clock.now()),
        "first": first,
        "last": last,
    }


@member_required("contracts.read")
def contract(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _contract(request, public_id)
    acting: Any = request.acting  # type: ignore[attr-defined]
    past = list(row.outcomes.order_by("at", "n"))
    coming = sorted(forecast.ahead(row), key=lambda one: (one.at, one.n))
    carried = {one.clause for one in terms.measures(row.service) if one.measure in ("suspend", "terminate")}
    lang = short_language()
    clauses = [(one, f"{one} {terms.texts.clause(row.service, one, lang)[0]}") for one in sorted(carried)]
    context = {
        "contract": row, "past": past[::-1], "coming": coming, "line": _line(past, coming),
        "service": services.get(row.service), "state": entitlements.state(row),
        "acceptances": row.acceptances.order_by("pk"), "may": _may(acting, row),
        "cancel": CancelForm(), "measure": MeasureForm(clauses=clauses), "token": uuid.uuid4(),
        "stoppable": terms.load(row.service).rule("stop-renewal") is not None,
        "letter": getattr(row, "start_notice", None), "key": getattr(row, "licence_key", None),
    }  # fmt: skip
    return render(request, "contracts/contract.html", context)


def _may(acting: Any, row: Contract) -> dict[str, bool]:
    runs = row.state not in (Contract.State.ENDED, Contract.State.PROVISIONAL)
    allowed = {name: membership_allows(acting.membership, name) for name in NAMES}
    return {
        "cancel": runs and row.ends_on is None and allowed["contracts.cancel"],
        "measure": runs and acting.is_staff and allowed["contracts.measure"],
        "pay": runs and acting.is_staff and allowed["payments.record"],
        "post": acting.is_staff and allowed["letters.post"],
    }


NAMES = ("contracts.cancel", "contracts.measure", "payments.record", "letters.post")


def _done(request: HttpRequest, row: Contract, text: str) -> HttpResponseBase:
    messages.success(request, text)
    return redirect("contracts-contract", row.public_id)


def _refused(request: HttpRequest, row: Contract, error: Exception) -> HttpResponseBase:
    messages.error(request, str(error))
    return redirect("contracts-contract", row.public_id)


@member_required("contracts.cancel")
def cancel(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """First what it would bring, in days and yen; then, confirmed, the cancellation itself."""
    row = _contract(request, public_id)
    form = CancelForm(request.POST or None)
    if not form.is_valid() or row.state in (Contract.State.ENDED, Contract.State.PROVISIONAL):
        return redirect("contracts-contract", row.public_id)
    wish: date | None = form.cleaned_data["wish"]
    stop = request.POST.get("what") == "stop-renewal"
    if "confirmed" in request.POST:
        try:
            person = _person(request)
            key = request.POST.get("token", "")
            if stop:
                actions.stop_renewal(contract=row, person=person, key=key)
            else:
                actions.cancel(contract=row, person=person, wish=wish, key=key)
        except actions.NotPossible as error:
            return _refused(request, row, error)
        return _done(request, row, _("Accepted. The last day is shown below."))
    found = forecast.if_renewal_stopped(row) if stop else forecast.if_cancelled(row, wish)
    context = {"contract": row, "found": found, "wish": wish, "stop": stop, "token": uuid.uuid4()}
    return render(request, "contracts/cancel.html", context)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


@require_POST
@staff_required("contracts.measure")
def measure(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _contract(request, public_id)
    data = request.POST
    try:
        actions.measure(
            contract=row,
            person=_person(request),
            kind=data.get("kind", ""),
            clause=data.get("clause", ""),
            note=data.get("note", ""),
            key=data.get("token", ""),
        )
    except actions.NotPossible as error:
        return _refused(request, row, error)
    return _done(request, row, _("The measure has been taken and told."))


@require_POST
@staff_required("payments.record")
def pay(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _contract(request, public_id)
    amount = request.POST.get("amount", "").strip()
    try:
        actions.pay(
            contract=row,
            person=_person(request),
            amount=int(amount) if amount else None,
            key=request.POST.get("token", ""),
        )
    except (actions.NotPossible, ValueError) as error:
        return _refused(request, row, error)
    return _done(request, row, _("The payment has been recorded."))


@require_POST
@staff_required("letters.post")
def letter(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """EX-9.1: posted with its tracking number, then delivered."""
    row = _contract(request, public_id)
    try:
        if request.POST.get("what") == "delivered":
            applications.notice_delivered(contract=row, person=_person(request))
        else:
            applications.notice_posted(
                contract=row, person=_person(request), tracking_number=request.POST.get("tracking_number", "")
            )
    except applications.NotInOrder as error:
        return _refused(request, row, error)
    return _done(request, row, _("The letter's state has been recorded."))


@staff_required("letters.read")
def printed_letter(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """The start notice as a page to print."""
    row = _contract(request, public_id)
    notice = getattr(row, "start_notice", None)
    return render(request, "contracts/letter.html", {"contract": row, "notice": notice})


class KeyForm(forms.Form):
    key = forms.CharField(label=gettext_lazy("Licence key"), max_length=40)


@customer_required("contracts.read")
def register(request: HttpRequest) -> HttpResponseBase:
    """LO-6: register with the licence key."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = applications.register_key(key=form.cleaned_data["key"], person=_person(request))
            return _done(request, row, _("Registered. The service is open."))
        except applications.NotInOrder as error:
            form.add_error("key", str(error))
    return render(request, "contracts/register.html", {"form": form})


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@member_required("contracts.read")
def first_page(request: HttpRequest, public_id: object, service: str) -> HttpResponseBase:
    """A service's first page: open while entitled, otherwise why not and what to do."""
    row = get_object_or_404(visible(request.acting), public_id=public_id, service=service)  # type: ignore[attr-defined]
    state = entitlements.state(row)
    plug = services.get(service)
    key = getattr(row, "licence_key", None)
    unregistered = bool(key and not key.registered_at)
    space = plug.space().objects.filter(contract=row).first()
    if not state.may_serve or space is None or unregistered:
        context = {"contract": row, "service": plug, "state": state, "unregistered": unregistered}
        return render(request, "contracts/closed.html", context, status=403)
    form = NoteForm(request.POST or None, initial={"note": space.settings.get("note", "")})
    if request.method == "POST" and form.is_valid():
        space.settings = {**space.settings, "note": form.cleaned_data["note"]}
        space.save(update_fields=["settings"])
        messages.success(request, _("Saved."))
        return redirect(plug.first_page, row.public_id)
    return render(request, "contracts/first_page.html", {"contract": row, "service": plug, "form": form})
