"""The contract's page, and what customers and staff do there."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock, terms
from musubu.contracts import actions, applications, entitlements, forecast, holds, letters, services, special, standing
from musubu.contracts.forms import MEASURES, CancelForm
from musubu.contracts.models import Contract
from musubu.contracts.views_public import short_language
from musubu.parties.decorators import acting_of, customer_required, member_required, staff_required
from musubu.parties.models import Person
from musubu.parties.permissions import membership_allows
from musubu.parties.queries import members
from musubu.refusals import NotPossible
from musubu.tables import Column, Table, csv_file
from musubu.terms import explain


def visible(acting: Any) -> Any:
    """Contracts that the acting person may see: all of the provider's for staff, else the organisation's own."""
    rows = Contract.objects.filter(provider=acting.provider).select_related("plan", "organisation", "responsible")
    return rows if acting.is_staff else rows.filter(organisation=acting.organisation)


def _contract(request: HttpRequest, public_id: object) -> Contract:
    row: Contract = get_object_or_404(visible(acting_of(request)), public_id=public_id)
    return row


COLUMNS = [
    Column(gettext_lazy("Number"), lambda one: one.number, "number"),
    Column(gettext_lazy("Company"), lambda one: one.organisation.name, "organisation__name"),
    Column(gettext_lazy("Plan"), lambda one: one.plan.names.get(short_language(), one.plan.code), "plan__code"),
    Column(gettext_lazy("State"), lambda one: _(one.state), "state"),
    Column(gettext_lazy("Began"), lambda one: one.begins_on, "begins_on"),
    Column(gettext_lazy("Term runs to"), lambda one: one.term_to, "term_to"),
    Column(gettext_lazy("Ends"), lambda one: one.ends_on, "ends_on"),
]


@member_required("contracts.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    rows = visible(acting_of(request)).order_by("-created_at", "-pk")
    for field in ("state", "service"):
        if chosen := request.GET.get(field):
            rows = rows.filter(**{field: chosen})
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(number__icontains=text) | Q(organisation__name__icontains=text))
    table = Table(request, rows, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("contracts")
    context = {
        "table": table, "page": table.page, "q": text, "states": Contract.State.values, "services": terms.SERVICES,
    }  # fmt: skip
    return render(request, "contracts/contracts.html", context)


@member_required("contracts.read")
def contract(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _contract(request, public_id)
    acting = acting_of(request)
    past = list(row.outcomes.order_by("at", "n"))
    coming = sorted(forecast.ahead(row), key=lambda one: (one.at, one.n))
    context = {
        "contract": row, "past": past[::-1], "coming": coming, "line": standing.line(past, coming),
        "service": services.get(row.service), "state": entitlements.state(row), "owed": standing.owed(row),
        "acceptances": row.acceptances.order_by("pk"), "may": _may(acting, row), "cancel": CancelForm(),
        "measures": _measures(row.service), "token": uuid.uuid4(), "people": members(row.provider, row.organisation),
        "stoppable": terms.load(row.service).rule("stop-renewal") is not None,
        "letter": getattr(row, "start_notice", None), "key": getattr(row, "licence_key", None),
        "special": special.agreed(row), "figures": special.figures(row) if _special_possible(acting, row) else [],
        "deletions": row.deletions.order_by("at"), "hold": holds.standing(row),
        "hold_grounds": holds.grounds(row.service, short_language()) if acting.is_staff else [],
    }  # fmt: skip
    return render(request, "contracts/contract.html", context)


def _special_possible(acting: Any, row: Contract) -> bool:
    before = row.state == Contract.State.PROVISIONAL and row.service in special.CARRIED_BY
    return before and acting.is_staff and membership_allows(acting.membership, "contracts.special")


@require_POST
@staff_required("contracts.special")
def agree_special(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """A figure of the terms that this contract has otherwise."""
    row = _contract(request, public_id)
    try:
        special.agree(
            contract=row, person=_person(request), figure=request.POST.get("figure", ""),
            value=request.POST.get("value", ""),
        )  # fmt: skip
    except NotPossible as error:
        return _refused(request, row, error)
    return _done(request, row, _("Saved."))


def _measures(service: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Clauses that carry a suspension or termination: (clause, what it is called and carries, grounds)."""
    carried: dict[str, list[str]] = {}
    for one in terms.measures(service):
        if one.measure in ("suspend", "terminate"):
            carried.setdefault(one.clause, []).append(str(MEASURES[one.measure]))
    lang = short_language()
    return [
        (
            clause,
            f"{clause} {terms.texts.clause(service, clause, lang)[0]} ({' / '.join(kinds)})",
            [(one["key"], one.get(lang) or one["ja"]) for one in terms.grounds(service, clause)],
        )
        for clause, kinds in carried.items()
    ]


def _may(acting: Any, row: Contract) -> dict[str, bool]:
    runs = row.state not in (Contract.State.ENDED, Contract.State.PROVISIONAL)
    allowed = {name: membership_allows(acting.membership, name) for name in NAMES}
    return {
        "responsible": row.state != Contract.State.ENDED and allowed["contracts.responsible"],
        "export": allowed["contracts.documents"],
        "cancel": runs and row.ends_on is None and allowed["contracts.cancel"],
        "measure": runs and acting.is_staff and allowed["contracts.measure"],
        "hold": acting.is_staff and allowed["contracts.hold"],
        "pay": runs and acting.is_staff and allowed["payments.record"],
        "post": acting.is_staff and allowed["letters.post"],
    }


NAMES = (
    "contracts.cancel", "contracts.measure", "payments.record", "letters.post", "contracts.responsible",
    "contracts.documents", "contracts.hold",
)  # fmt: skip


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
        except NotPossible as error:
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
            clause=data.get("ground", "").partition("|")[0],
            ground=data.get("ground", "").partition("|")[2],
            note=data.get("note", ""),
            key=data.get("token", ""),
        )
    except NotPossible as error:
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
            amount=_whole_yen(amount) if amount else None,
            key=request.POST.get("token", ""),
        )
    except NotPossible as error:
        return _refused(request, row, error)
    return _done(request, row, _("The payment has been recorded."))


def _whole_yen(text: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise NotPossible(_("An amount is whole yen, 1 or more.")) from None


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
    except NotPossible as error:
        return _refused(request, row, error)
    return _done(request, row, _("The letter's state has been recorded."))


@staff_required("letters.read")
def printed_letter(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """The start notice as a PDF to print."""
    row = _contract(request, public_id)
    if not hasattr(row, "start_notice"):
        raise Http404
    return _pdf(letters.start_notice(row, clock.today()), f"start-notice-{row.number}")


def _pdf(content: bytes, name: str) -> HttpResponseBase:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_POST
@member_required("contracts.responsible")
def responsible(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Another person looks after the contract."""
    row = _contract(request, public_id)
    chosen = members(row.provider, row.organisation).filter(person__public_id=_uuid(request.POST.get("person", "")))
    membership = get_object_or_404(chosen)
    try:
        actions.change_responsible(contract=row, person=_person(request), to=membership.person)
    except NotPossible as error:
        return _refused(request, row, error)
    return _done(request, row, _("Saved."))


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


@member_required("contracts.documents")
def export(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """What the customer keeps in the service, as a file to take along before it is deleted."""
    row = _contract(request, public_id)
    kept = services.get(row.service).export(row)
    response = JsonResponse({"contract": row.number, "service": row.service, "data": kept}, json_dumps_params=PLAIN)
    response["Content-Disposition"] = f'attachment; filename="{row.number}.json"'
    return response


PLAIN = {"ensure_ascii": False, "indent": 2}


@member_required("contracts.read")
def timeline(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """What happened and what will, as a file for spreadsheets."""
    row, lang = _contract(request, public_id), short_language()
    both = [(one, False) for one in row.outcomes.order_by("at", "n")] + [(one, True) for one in forecast.ahead(row)]
    rows = [
        [
            one.at.astimezone(clock.TOKYO).isoformat(timespec="minutes"),
            _("to come") if ahead else _("happened"),
            explain.outcome_line(one.what, one.data, lang),
            one.clause,
            " / ".join(explain.why(step["key"], step["values"], lang) for step in one.why),
        ]
        for one, ahead in both
    ]
    return csv_file(f"timeline-{row.number}", [_("When"), _("State"), _("What"), _("Clause"), _("Why")], rows)


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
        except NotPossible as error:
            form.add_error("key", str(error))
    return render(request, "contracts/register.html", {"form": form})


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


def closed(request: HttpRequest, row: Contract) -> HttpResponseBase | None:
    """The page that says why a service is not open for a contract and what to do; None while it is open."""
    state, unregistered = entitlements.state(row), entitlements.unregistered(row)
    plug = services.get(row.service)
    if state.may_serve and not unregistered and plug.space().objects.filter(contract=row).exists():
        return None
    context = {"contract": row, "service": plug, "state": state, "unregistered": unregistered}
    return render(request, "contracts/closed.html", context, status=403)


@member_required("contracts.read")
def first_page(request: HttpRequest, public_id: object, service: str) -> HttpResponseBase:
    """A service's first page: open while entitled, otherwise why not and what to do."""
    row = get_object_or_404(visible(acting_of(request)), public_id=public_id, service=service)
    if refusal := closed(request, row):
        return refusal
    plug = services.get(service)
    space = plug.space().objects.get(contract=row)
    form = NoteForm(request.POST or None, initial={"note": space.settings.get("note", "")})
    if request.method == "POST" and form.is_valid():
        space.settings = {**space.settings, "note": form.cleaned_data["note"]}
        space.save(update_fields=["settings"])
        messages.success(request, _("Saved."))
        return redirect(plug.first_page, row.public_id)
    return render(request, "contracts/first_page.html", {"contract": row, "service": plug, "form": form})
