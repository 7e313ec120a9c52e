"""Staff's first page of money."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import charts, figures, queries, reports
from musubu.billing.models import Outlook
from musubu.parties.decorators import acting_of, staff_required
from musubu.tables import csv_file


@staff_required("billing.read")
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """Invoiced, collected, overdue by age, failed debits, recurring revenue and its movements, what comes."""
    acting, today = acting_of(request), clock.today()
    if request.method == "POST":
        figures.look_ahead(provider=acting.provider, person=acting.person)
        return redirect("billing-dashboard")
    months = figures.months_to(today)
    money = figures.invoiced_and_collected(acting.provider, months)
    movements = figures.recurring(acting.provider, months, today)
    outlook = Outlook.objects.filter(provider=acting.provider).order_by("-pk").first()
    coming = figures.ahead(outlook) if outlook else []
    if (what := request.GET.get("format", "")) in FILES:
        return FILES[what](money, movements, coming)
    open_rows = reports.open_at(acting.provider, today)
    ages = queries.by_age(open_rows)
    failed, failed_yen = figures.failed_debits(acting.provider, months[-1])
    refused, refused_yen = figures.failed_cards(acting.provider, months[-1])
    context = {
        "money": money, "movements": movements, "ages": ages, "outlook": outlook, "coming": coming,
        "overdue": sum(amount for name, _count, amount in ages if name != "not due"), "failed": failed,
        "failed_yen": failed_yen, "refused": refused, "refused_yen": refused_yen, "now": money[-1], "mrr": movements[-1], **_charts(money, movements, ages, coming),
    }  # fmt: skip
    return render(request, "billing/dashboard.html", context)


def _charts(money: Any, movements: list[figures.Movement], ages: Any, coming: Any) -> dict[str, charts.Chart]:
    names = [f"{one.month:%y-%m}" for one in movements]
    return {
        "money_chart": charts.side_by_side(names, [
            (_("invoiced"), "first", [one[1] for one in money]), (_("collected"), "second", [one[2] for one in money]),
        ]),
        "ages_chart": charts.side_by_side(
            [_("not due yet") if name == "not due" else name for name, _count, _amount in ages],
            [(_("open"), "first", [amount for _name, _count, amount in ages])],
        ),
        "mrr_chart": charts.line(names, [one.total for one in movements]),
        "moves_chart": charts.stacked(
            names,
            [(_("new"), "first", [one.new for one in movements]),
             (_("expansion"), "second", [one.expansion for one in movements])],
            [(_("contraction"), "third", [one.contraction for one in movements]),
             (_("churn"), "fourth", [one.churn for one in movements])],
        ),
        "coming_chart": charts.side_by_side(
            [f"{month:%y-%m}" for month, _amount in coming], [(_("foreseen"), "first", [amount for _m, amount in coming])]
        ),
    }  # fmt: skip


def _money_file(money: Any, movements: Any, coming: Any) -> HttpResponseBase:
    rows = ([f"{month:%Y-%m}", invoiced, collected] for month, invoiced, collected in money)
    return csv_file("invoiced-collected", [_("Month"), _("Invoiced"), _("Collected")], rows)


def _recurring_file(money: Any, movements: list[figures.Movement], coming: Any) -> HttpResponseBase:
    head = [_("Month"), _("New"), _("Expansion"), _("Contraction"), _("Churn"), _("Recurring revenue")]
    rows = ([f"{one.month:%Y-%m}", one.new, one.expansion, one.contraction, one.churn, one.total] for one in movements)
    return csv_file("recurring-revenue", head, rows)


def _coming_file(money: Any, movements: Any, coming: Any) -> HttpResponseBase:
    rows = ([f"{month:%Y-%m}", amount] for month, amount in coming)
    return csv_file("foreseen", [_("Month"), _("Foreseen")], rows)


FILES = {"money": _money_file, "recurring": _recurring_file, "coming": _coming_file}


@staff_required("billing.read")
def progress(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """How far an outlook is, for the page that follows it."""
    row = get_object_or_404(Outlook, provider=acting_of(request).provider, public_id=public_id)
    return JsonResponse({
        "percent": round(100 * row.looked / max(1, row.contracts)),
        "text": _("%(looked)s of %(contracts)s contracts") % {"looked": row.looked, "contracts": row.contracts},
        "ended": row.ended_at is not None,
    })  # fmt: skip
