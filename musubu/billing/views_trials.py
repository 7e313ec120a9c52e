"""Staff pages on which prices are tried before they are live."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu.billing import trials
from musubu.billing.forms import DayField
from musubu.billing.models import PriceTrial
from musubu.contracts import pricelists, services
from musubu.contracts.actions import MOST_YEN
from musubu.contracts.forms import DateInput
from musubu.contracts.views_offering import known_service
from musubu.contracts.views_prices import small
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.permissions import membership_allows
from musubu.refusals import NotPossible
from musubu.tables import Column, Table

REACH = {
    "terms": gettext_lazy("who would pay them by the terms (running contracts only where a fee may be revised)"),
    "everybody": gettext_lazy("every contract, as if it had been concluded at them"),
}


class TrialForm(forms.Form):
    """A field for the monthly fee of everything that is sold, filled with today's."""

    valid_from = DayField(label=gettext_lazy("Valid from"), widget=DateInput())
    months = forms.IntegerField(
        label=gettext_lazy("Months to look at"), min_value=1, max_value=trials.MOST_MONTHS, initial=3
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("The prices count for"),
        choices=list(REACH.items()),
        widget=forms.RadioSelect,
        initial="terms",
    )
    rates = forms.FileField(
        label=gettext_lazy("Rates by prefix (CSV)"), required=False,
        help_text=gettext_lazy("The use of the last whole month is rated by them and taken to happen again."),
    )  # fmt: skip

    def __init__(self, *args: Any, known: pricelists.Things, lang: str, **more: Any) -> None:
        super().__init__(*args, **more)
        for key, thing in known.items():
            price = pricelists.current(thing)
            self.fields[key] = forms.IntegerField(
                label=_("%(name)s, monthly fee before tax") % {"name": thing.names.get(lang) or thing.code},
                min_value=0, max_value=MOST_YEN, initial=price.monthly_fee if price else None, required=False,
            )  # fmt: skip

    def clean_rates(self) -> Any:
        return small(self.cleaned_data["rates"])


@staff_required("billing.trial")
def listing(request: HttpRequest) -> HttpResponseBase:
    """The trials so far, and a new one for a service."""
    rows = PriceTrial.objects.filter(provider=acting_of(request).provider).select_related("asked_by").order_by("-pk")
    context = {"trials": rows[:50], "services": services.all_services()}
    return render(request, "billing/trials.html", context)


@staff_required("billing.trial")
def new(request: HttpRequest, service: str) -> HttpResponseBase:
    """Choose the prices to try."""
    plug, acting = known_service(service), acting_of(request)
    known = pricelists.things(acting.provider, service)
    lang = (get_language() or "ja").split("-")[0]
    form = TrialForm(request.POST or None, request.FILES or None, known=known, lang=lang)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rates = pricelists.read_rates(data["rates"].read()) if data["rates"] else None
            trial = trials.begin(
                provider=acting.provider, person=acting.person, service=service, valid_from=data["valid_from"],
                months=data["months"], reach=data["reach"], rates=rates,
                prices={key: data[key] for key in known if data.get(key) is not None},
            )  # fmt: skip
            return redirect("billing-trial", trial.public_id)
        except NotPossible as error:
            form.add_error(None, str(error))
    return render(request, "billing/trial_new.html", {"form": form, "service": plug})


def _trial(request: HttpRequest, public_id: object) -> PriceTrial:
    return get_object_or_404(PriceTrial, provider=acting_of(request).provider, public_id=public_id)


COLUMNS = [
    Column(gettext_lazy("Contract"), lambda one: one.contract.number, "contract__number"),
    Column(gettext_lazy("Company"), lambda one: one.contract.organisation.name, "contract__organisation__name"),
    Column(gettext_lazy("As it stands"), lambda one: one.as_is, "as_is"),
    Column(gettext_lazy("As tried"), lambda one: one.tried, "tried"),
    Column(gettext_lazy("Difference"), lambda one: one.difference, "difference"),
    Column(gettext_lazy("By month"), lambda one: " / ".join(f"{m}: {a} → {t}" for m, a, t in one.months)),
]


@staff_required("billing.trial")
def trial(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """What each contract would pay, and the sums."""
    row = _trial(request, public_id)
    lines = row.lines.select_related("contract__organisation").order_by("-difference", "contract__number")
    table = Table(request, lines, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv(f"trial-{row.service}-{row.valid_from}")
    sums = row.lines.aggregate(
        as_is=Sum("as_is"), tried=Sum("tried"), off=Sum("difference"), count=Count("pk"),
        more=Count("pk", filter=Q(difference__gt=0)), less=Count("pk", filter=Q(difference__lt=0)),
    )  # fmt: skip
    context = {
        "trial": row, "table": table, "page": table.page, "sums": sums, "months": _by_month(row), "reach": REACH[row.reach],
        "prices": _prices(row), "service": services.get(row.service),
        "may_announce": membership_allows(acting_of(request).membership, "catalogue.price"),
    }  # fmt: skip
    return render(request, "billing/trial.html", context)


def _by_month(row: PriceTrial) -> list[tuple[str, int, int, int]]:
    sums: dict[str, list[int]] = {f"{day:%Y-%m}": [0, 0] for day in trials.months_of(row)}
    for months in row.lines.values_list("months", flat=True).iterator(2000):
        for month, as_is, tried in months:
            sums[month][0] += as_is
            sums[month][1] += tried
    return [(month, as_is, tried, tried - as_is) for month, (as_is, tried) in sums.items()]


def _prices(row: PriceTrial) -> list[tuple[Any, int | None, int]]:
    known = pricelists.things(row.provider, row.service)
    return [
        (known[key].names, price.monthly_fee if (price := pricelists.current(known[key])) else None, fee)
        for key, fee in row.prices.items()
        if key in known
    ]


@staff_required("billing.trial")
def progress(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """How far a trial is, for the page that follows it."""
    row = _trial(request, public_id)
    return JsonResponse({
        "percent": round(100 * row.looked / max(1, row.contracts)),
        "text": _("%(looked)s of %(contracts)s contracts") % {"looked": row.looked, "contracts": row.contracts},
        "ended": row.ended_at is not None,
    })  # fmt: skip


@require_POST
@staff_required("billing.trial")
def act(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Stop the trial, or announce what it tried."""
    row, person = _trial(request, public_id), acting_of(request).person
    try:
        if request.POST.get("what") == "announce":
            trials.announce(trial=row, person=person)
            messages.success(request, _("The prices are announced."))
        else:
            trials.stop(trial=row, person=person)
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-trial", row.public_id)
