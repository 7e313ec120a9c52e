"""Pages of equipment: the customer's orders and units, and the desk that ships and replaces."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import equipment
from musubu.billing.forms import DayField
from musubu.billing.models import Article, EquipmentOrder, Invoice, Replacement, Unit
from musubu.contracts.forms import DateInput
from musubu.contracts.models import Contract
from musubu.parties.decorators import acting_of, member_required, staff_required
from musubu.parties.permissions import membership_allows
from musubu.parties.saying import saying
from musubu.refusals import NotPossible


class ArticleForm(forms.Form):
    code = forms.SlugField(label=gettext_lazy("Code"))
    ja = forms.CharField(label=gettext_lazy("Name in Japanese"), max_length=100)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=100, required=False)
    zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=100, required=False)
    price = forms.IntegerField(label=gettext_lazy("Price before tax, yen"), min_value=1, max_value=10_000_000)
    warranty_months = forms.IntegerField(label=gettext_lazy("Warranty, months"), min_value=0, max_value=120, initial=12)


class ReceivedForm(forms.Form):
    on = DayField(label=gettext_lazy("Received on"), widget=DateInput())


def _contracts(acting: Any) -> list[Contract]:
    """Running contracts of the organisation under terms that sell equipment."""
    rows = Contract.objects.filter(provider=acting.provider, state=Contract.State.ACTIVE)
    if acting.organisation is not None:
        rows = rows.filter(organisation=acting.organisation)
    listed = rows.select_related("terms_version", "organisation").order_by("number")
    return [one for one in listed[:500] if equipment.sold_under(one)]


def _orders(acting: Any) -> Any:
    rows = EquipmentOrder.objects.filter(provider=acting.provider).select_related("contract__organisation")
    return rows if acting.organisation is None else rows.filter(contract__organisation=acting.organisation)


def _units(acting: Any) -> Any:
    rows = Unit.objects.filter(provider=acting.provider).select_related("article", "contract__organisation")
    return rows if acting.organisation is None else rows.filter(contract__organisation=acting.organisation)


def _stated(order: EquipmentOrder) -> tuple[EquipmentOrder, bool, Invoice | None]:
    invoice = Invoice.objects.filter(contract=order.contract_id, of_contract=order.of_contract).first()
    return order, equipment.paid(order), invoice


@member_required("invoices.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """Order equipment; orders with their state; units with serial number and warranty."""
    acting = acting_of(request)
    contracts = _contracts(acting)
    articles = list(Article.objects.filter(provider=acting.provider, withdrawn_at__isnull=True).order_by("code"))
    if request.method == "POST":
        return _order(request, contracts, articles)
    units = [
        (unit, list(unit.replacements.order_by("pk")), clock.today() <= unit.warranty_to)
        for unit in _units(acting).prefetch_related("replacements").order_by("-pk")[:200]
    ]
    cases = [(case, equipment.back_by(case)) for _unit, found, _in in units for case in found if not case.refused_why]
    context = {
        "contracts": contracts, "articles": articles, "token": uuid.uuid4().hex, "units": units,
        "orders": [_stated(one) for one in _orders(acting).order_by("-pk")[:50]],
        "cases": [(case, last) for case, last in cases if not case.returned_on],
        "may": {
            "order": membership_allows(acting.membership, "billing.order-equipment"),
            "report": membership_allows(acting.membership, "requests.replacement"),
        },
    }  # fmt: skip
    return render(request, "billing/equipment.html", context)


def _order(request: HttpRequest, contracts: list[Contract], articles: list[Article]) -> HttpResponseBase:
    acting, given = acting_of(request), request.POST
    contract = next((one for one in contracts if one.number == given.get("contract")), None)
    try:
        if contract is None:
            raise NotPossible(_("Choose the contract."))
        counts = {article: given.get(f"count-{article.code}", "0").strip() or "0" for article in articles}
        if not all(count.isascii() and count.isdigit() and len(count) < 5 for count in counts.values()):
            raise NotPossible(_("Choose 1 to %(most)s of an article.") % {"most": equipment.MOST})
        row = equipment.order(
            contract=contract, person=acting.person, wanted={one: int(count) for one, count in counts.items()},
            ship_to=given.get("ship_to", ""), token=given.get("token", ""),
        )  # fmt: skip
        messages.success(request, _("Ordered. It is sent once its invoice is paid: %(order)s.") % {"order": row.name})
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-equipment")


@require_POST
@member_required("invoices.read")
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Call an order off before it leaves."""
    acting = acting_of(request)
    row = get_object_or_404(_orders(acting), public_id=public_id)
    with saying(request, _("The order was called off; its invoice is void.")):
        equipment.cancel_order(order=row, person=acting.person)
    return redirect("billing-equipment")


@require_POST
@member_required("invoices.read")
def fault(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Report a faulty unit."""
    acting = acting_of(request)
    row = get_object_or_404(_units(acting), public_id=public_id)
    with saying(request, _("Reported. You will hear from the support desk.")):
        equipment.report_fault(unit=row, person=acting.person, fault=request.POST.get("fault", ""))
    return redirect("billing-equipment")


@staff_required("equipment.read")
def desk(request: HttpRequest) -> HttpResponseBase:
    """What waits: orders to ship, replacements on their way and back; the articles."""
    acting = acting_of(request)
    form = ArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        names = {lang: data[lang] or data["ja"] for lang in ("ja", "en", "zh")}
        try:
            equipment.save_article(
                provider=acting.provider, person=acting.person, code=data["code"], names=names, price=data["price"],
                warranty_months=data["warranty_months"],
            )  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("billing-equipment-desk")
        except NotPossible as error:
            form.add_error(None, str(error))
    cases = Replacement.objects.filter(unit__provider=acting.provider, refused_why="").select_related(
        "unit__contract__organisation", "unit__article", "new_unit"
    )
    context = {
        "form": form,
        "orders": [_stated(one) for one in _orders(acting).filter(shipped_at=None, cancelled_at=None).order_by("pk")],
        "sent": _orders(acting).filter(shipped_at__isnull=False).order_by("-shipped_at")[:20],
        "cases": [(one, equipment.back_by(one)) for one in cases.filter(returned_on=None).order_by("pk")],
        "back": [
            (one, equipment.back_by(one)) for one in cases.exclude(returned_on=None).order_by("-returned_on")[:20]
        ],
        "articles": Article.objects.filter(provider=acting.provider).order_by("code"),
        "today": clock.today(),
    }
    return render(request, "billing/equipment_desk.html", context)


@staff_required("cases.equipment")
def order(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Ship one order: a serial number for every piece."""
    acting = acting_of(request)
    row = get_object_or_404(_orders(acting), public_id=public_id)
    lines = list(row.lines.select_related("article").order_by("pk"))
    if request.method == "POST":
        serials = {line: request.POST.getlist(f"serial-{line.pk}") for line in lines}
        try:
            equipment.ship(
                order=row, person=acting.person, serials=serials, tracking_number=request.POST.get("tracking", "")
            )
            messages.success(request, _("Shipped."))
            return redirect("billing-equipment-desk")
        except NotPossible as error:
            messages.error(request, str(error))
    context = {
        "order": row, "paid": equipment.paid(row), "units": row.units.order_by("pk"),
        "lines": [(line, request.POST.getlist(f"serial-{line.pk}") or [""] * line.quantity) for line in lines],
    }  # fmt: skip
    return render(request, "billing/equipment_order.html", context)


@require_POST
@staff_required("cases.equipment")
def replacement(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The next step of a faulty unit: ship the new one, received, back, or refuse."""
    acting, given = acting_of(request), request.POST
    row = get_object_or_404(Replacement, unit__provider=acting.provider, public_id=public_id)
    what, form = given.get("what", ""), ReceivedForm(given)
    try:
        if what == "ship":
            equipment.ship_replacement(
                replacement=row, person=acting.person, serial=given.get("serial", ""),
                tracking_number=given.get("tracking", ""),
            )  # fmt: skip
        elif what == "received" and form.is_valid():
            equipment.replacement_received(replacement=row, person=acting.person, on=form.cleaned_data["on"])
        elif what == "returned" and (form.is_valid() or not given.get("on")):
            equipment.unit_returned(
                replacement=row, person=acting.person, on=form.cleaned_data.get("on"), why=given.get("why", "")
            )
        elif what == "refuse":
            equipment.refuse_replacement(replacement=row, person=acting.person, why=given.get("why", ""))
        else:
            raise NotPossible(_("Choose the next step, and give its day."))
        messages.success(request, _("Saved."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-equipment-desk")


@require_POST
@staff_required("billing.articles")
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """An article is not offered any longer."""
    acting = acting_of(request)
    row = get_object_or_404(Article, provider=acting.provider, public_id=public_id)
    equipment.withdraw_article(article=row, person=acting.person)
    return redirect("billing-equipment-desk")
