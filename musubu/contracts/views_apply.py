"""Applying in steps, and what staff do with applications."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock, terms
from musubu.contracts import applications, catalogue, consents, joining, letters
from musubu.contracts.forms import OWN, PAY, AcceptForm, AccountForm, DetailsForm
from musubu.contracts.models import Application, Contract, Option, Plan
from musubu.contracts.views_public import short_language
from musubu.parties.decorators import acting_of, customer_required, member_required, staff_required
from musubu.parties.models import Person
from musubu.parties.queries import site_provider
from musubu.parties.saying import saying
from musubu.tables import Column, Table

PLAN = "apply-plan"


@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Somebody wants a plan: visitors open an account first."""
    try:
        wanted = uuid.UUID(request.POST.get("plan", ""))
    except ValueError:
        raise Http404 from None
    plan = get_object_or_404(Plan, provider=site_provider(), public_id=wanted)
    request.session[PLAN] = str(plan.public_id)
    acting = acting_of(request)
    if acting is None:
        return redirect("contracts-apply-account")
    return _begin(request, plan)


def account(request: HttpRequest) -> HttpResponseBase:
    """Step 1 for a visitor."""
    plan = Plan.objects.filter(provider=site_provider(), public_id=request.session.get(PLAN, uuid.UUID(int=0))).first()
    if plan is None:
        return redirect("contracts-services")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = joining.join(provider=plan.provider, data=form.cleaned_data, language=get_language() or "ja")
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        request.acting = _acting(person)  # type: ignore[attr-defined]
        return _begin(request, plan)
    return render(request, "contracts/apply.html", {"form": form, "plan": plan, "step": 1})


def _acting(person: Person) -> Any:
    from musubu.parties.middleware import acting_as

    return acting_as(person.memberships.select_related("provider", "organisation", "person").get())


def _begin(request: HttpRequest, plan: Plan) -> HttpResponseBase:
    acting = acting_of(request)
    if acting.organisation is None:
        messages.error(request, _("Staff do not apply. Sign in as a customer."))
        return redirect("contracts-service", plan.service)
    application = applications.start(
        plan=plan, organisation=acting.organisation, person=acting.person, language=get_language() or "ja"
    )
    return redirect("contracts-apply-details", application.public_id)


def _draft(request: HttpRequest, public_id: object) -> Application:
    acting = acting_of(request)
    return get_object_or_404(
        Application, provider=acting.provider, organisation=acting.organisation, public_id=public_id
    )


def _details_form(application: Application, given: Any = None) -> DetailsForm:
    lang = short_language()
    options = Option.objects.filter(provider=application.provider, service=application.service)
    return DetailsForm(
        given,
        service=application.service,
        form=application.plan.form,
        options=[(option.code, option.names.get(lang, option.code)) for option in options],
        initial={**application.data, "options": application.options},
    )


@customer_required("applications.save")
def details(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Step 2: how to pay, options, the service's own fields."""
    application = _draft(request, public_id)
    if application.state != Application.State.DRAFT:
        return redirect("contracts-application", application.public_id)
    form = _details_form(application, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        chosen = data.pop("options", [])
        plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}
        applications.save(application=application, person=_person(request), data=plain, options=chosen, step=3)
        return redirect("contracts-apply-confirm", application.public_id)
    return render(
        request,
        "contracts/apply.html",
        {"form": form, "plan": application.plan, "step": 2, "application": application},
    )


@require_POST
@customer_required("applications.save")
def draft(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Keep what is typed so far, as it is; it is checked when the step is finished."""
    application = _draft(request, public_id)
    if application.state != Application.State.DRAFT:
        return HttpResponse(status=409)
    fields = _details_form(application).fields
    data = {name: request.POST.get(name, "")[:2000] for name in fields if name != "options"}
    known = {
        option.code for option in Option.objects.filter(provider=application.provider, service=application.service)
    }
    chosen = [code for code in request.POST.getlist("options") if code in known]
    applications.save(application=application, person=_person(request), data=data, options=chosen, step=2)
    return HttpResponse(status=204)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _due_of(service: str) -> str:
    _heading, body = terms.texts.clause(
        service,
        {"liveon": "LO-9", "simpleconnect": "SC-10.1", "videog": "VG-21", "learno": "LN-21", "exaas": "EX-22"}[service],
        short_language(),
    )
    return body


@customer_required("applications.submit")
def confirm(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Step 3: everything on one page, the terms, and sending."""
    application = _draft(request, public_id)
    if application.state != Application.State.DRAFT:
        return redirect("contracts-application", application.public_id)
    if not _details_form(application, {**application.data, "options": application.options}).is_valid():
        return redirect("contracts-apply-details", application.public_id)
    found = catalogue.text(application.provider, application.service, short_language(), clock.today())
    assert found is not None
    version, document = found
    form = AcceptForm(request.POST or None, service=application.service)
    if request.method == "POST" and form.is_valid():
        texts = consents.texts(application.service, short_language(), version.texts[short_language()])
        applications.submit(application=application, person=_person(request), texts=texts, version=version.version)
        messages.success(request, _("Your application has been sent."))
        return redirect("contracts-application", application.public_id)
    offer = catalogue.offer(application.provider, application.service, clock.today())
    prices = _prices(application, offer)
    shown = [
        (one.label, terms.texts.clause(application.service, clause, short_language()))
        for one in consents.CONSENTS[application.service]
        for clause in one.clauses
    ]
    context = {
        "form": form, "consents": shown, "plan": application.plan, "application": application, "document": document, "step": 3,
        "prices": prices, "total": sum(fee for _name, fee in prices), "pay": PAY[application.data["payment"]],
        "due": _due_of(application.service), "own": _own_fields(application),
        "cancelling": terms.texts.clause(application.service, CANCELLING[application.service], short_language())[1],
    }  # fmt: skip
    return render(request, "contracts/confirm.html", context)


CANCELLING = {
    "liveon": "LO-17.1",
    "simpleconnect": "SC-23",
    "videog": "VG-38.2",
    "learno": "LN-15.1",
    "exaas": "EX-18.1",
}


def _own_fields(application: Application) -> list[tuple[Any, str]]:
    said = application.data
    choices = {one.name: dict(one.choices) for one in OWN[application.service]}
    return [
        (one.label, choices[one.name].get(said.get(one.name, ""), said.get(one.name, "")))
        for one in OWN[application.service]
    ]


def _prices(application: Application, offer: catalogue.Offer | None) -> list[tuple[Any, int]]:
    rows: list[tuple[Any, int]] = []
    for one in [*(offer.plans if offer else []), *(offer.options if offer else [])]:
        if one.row == application.plan or (one.row.code in application.options and isinstance(one.row, Option)):
            rows.append((one.row.names, one.price.monthly_fee))
    return rows


COLUMNS = [
    Column(gettext_lazy("Company"), lambda one: one.organisation.name, "organisation__name"),
    Column(gettext_lazy("Plan"), lambda one: one.plan.names.get(short_language(), one.plan.code), "plan__code"),
    Column(gettext_lazy("State"), lambda one: _(one.state), "state"),
    Column(gettext_lazy("Sent"), lambda one: one.submitted_at, "submitted_at"),
    Column(gettext_lazy("Decided"), lambda one: one.decided_at, "decided_at"),
]


@member_required("applications.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Staff: the work list. Customers: their own applications and drafts."""
    acting = acting_of(request)
    rows = applications.find(acting.provider, acting.organisation)
    for field in ("state", "service"):
        if chosen := request.GET.get(field):
            rows = rows.filter(**{field: chosen})
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(organisation__name__icontains=text)
    table = Table(request, rows, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("applications")
    context = {
        "table": table, "page": table.page, "q": text, "states": Application.State.values, "services": terms.SERVICES,
    }  # fmt: skip
    return render(request, "contracts/applications.html", context)


@member_required("applications.read")
def application(request: HttpRequest, public_id: object) -> HttpResponseBase:
    acting = acting_of(request)
    row = get_object_or_404(applications.find(acting.provider, acting.organisation), public_id=public_id)
    clause = terms.refusal_clause(row.service)
    lang = short_language()
    earlier = (
        Contract.objects.filter(organisation=row.organisation).exclude(application=row) if row.organisation else []
    )
    context = {
        "application": row, "own": _own_fields(row), "acceptances": row.acceptances.order_by("pk"), "clause": clause,
        "grounds": [(one["key"], one[lang]) for one in terms.grounds(row.service, clause)], "earlier": earlier,
        "contract": Contract.objects.filter(application=row).first(),
        "starts": row.service in ("learno", "exaas"), "start_on": row.data.get("start_wish") or clock.today().isoformat(),
    }  # fmt: skip
    return render(request, "contracts/application.html", context)


@require_POST
@staff_required("applications.decide")
def decide(request: HttpRequest, public_id: object) -> HttpResponseBase:
    acting = acting_of(request)
    row = get_object_or_404(applications.find(acting.provider, None), public_id=public_id)
    try:
        if request.POST.get("decision") == "accept":
            day = request.POST.get("start_on")
            contract = applications.accept(
                application=row, person=acting.person, start_on=date.fromisoformat(day) if day else None
            )
            messages.success(request, _("Accepted: contract %(number)s.") % {"number": contract.number})
            return redirect("contracts-contract", contract.public_id)
        applications.refuse(
            application=row,
            person=acting.person,
            ground=request.POST.get("ground", ""),
            note=request.POST.get("note", ""),
        )
        messages.success(request, _("Refused; the applicant has been told."))
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("contracts-application", row.public_id)


@staff_required("letters.read")
def refusal_letter(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """EX-10: the refusal in writing, as a PDF to print; VG-15 gives no reasons."""
    acting = acting_of(request)
    row = get_object_or_404(applications.find(acting.provider, None), public_id=public_id, state="refused")
    clause, lang = terms.refusal_clause(row.service), row.language.split("-")[0]
    grounds = {one["key"]: one.get(lang, one["ja"]) for one in terms.grounds(row.service, clause)}
    ground = "" if row.service == "videog" else grounds.get(row.refusal_ground, "")
    response = HttpResponse(letters.refusal(row, clause, ground, clock.today()), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="refusal.pdf"'
    return response


@require_POST
@customer_required("applications.withdraw")
def withdraw(request: HttpRequest, public_id: object) -> HttpResponseBase:
    with saying(request, _("The application has been taken back.")):
        applications.withdraw(application=_draft(request, public_id), person=_person(request))
    return redirect("contracts-applications")
