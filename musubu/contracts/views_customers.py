"""Organisations as staff see them, and an agent's customers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu.contracts.models import Application, Contract
from musubu.parties import actions, queries
from musubu.parties.decorators import acting_of, customer_required, staff_required
from musubu.parties.models import Organisation
from musubu.parties.permissions import membership_allows
from musubu.tables import Column, Table

KINDS = {
    "contractor": gettext_lazy("Contractor"),
    "agent": gettext_lazy("Agent"),
    "end-client": gettext_lazy("End client"),
}
COLUMNS = [
    Column(gettext_lazy("Company"), lambda one: one.name, "name"),
    Column(gettext_lazy("Kind"), lambda one: KINDS[one.kind], "kind"),
    Column(gettext_lazy("Belongs to"), lambda one: one.parent.name if one.parent else ""),
    Column(gettext_lazy("Agent"), lambda one: one.agent.name if one.agent else ""),
    Column(gettext_lazy("Running contracts"), lambda one: one.running, "running"),
    Column(gettext_lazy("Telephone"), lambda one: one.telephone),
]
OVER = (Contract.State.ENDED, Contract.State.PROVISIONAL)


@staff_required("organisations.read")
def customers(request: HttpRequest) -> HttpResponseBase:
    """All organisations of the provider."""
    rows = Organisation.objects.filter(provider=acting_of(request).provider).select_related("parent", "agent")
    rows = rows.annotate(running=Count("contracts", filter=~Q(contracts__state__in=OVER))).order_by("name")
    if (kind := request.GET.get("kind", "")) in KINDS:
        rows = rows.filter(kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=text) | Q(name_kana__icontains=text) | Q(email__icontains=text))
    table = Table(request, rows, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("organisations")
    context = {"table": table, "page": table.page, "q": text, "kinds": KINDS.items()}
    return render(request, "contracts/customers.html", context)


@staff_required("organisations.read")
def customer(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """One organisation: who, what runs, what was asked for; its agent."""
    acting = acting_of(request)
    row = get_object_or_404(Organisation, provider=acting.provider, public_id=public_id)
    agents = Organisation.objects.filter(provider=acting.provider, kind=Organisation.Kind.AGENT).order_by("name")
    if request.method == "POST":
        chosen = agents.filter(public_id=request.POST["agent"]).first() if request.POST.get("agent") else None
        actions.set_agent(organisation=row, agent=chosen, person=acting.person)
        messages.success(request, _("Saved."))
        return redirect("contracts-customer", row.public_id)
    context = {
        "organisation": row,
        "kind": KINDS[row.kind],
        "agents": agents,
        "may_agent": membership_allows(acting.membership, "organisations.agent"),
        "members": queries.members(acting.provider, row),
        "contracts": Contract.objects.filter(organisation=row).select_related("plan").order_by("-created_at"),
        "applications": Application.objects.filter(organisation=row).exclude(state="draft").select_related("plan"),
        "children": row.children.order_by("name"),
    }
    return render(request, "contracts/customer.html", context)


@customer_required("organisation.read")
def agency(request: HttpRequest) -> HttpResponseBase:
    """An agent's own customers and how their contracts stand: nothing of what is inside them."""
    own = acting_of(request).organisation
    if own.kind != Organisation.Kind.AGENT:
        raise Http404
    rows = Contract.objects.filter(organisation__agent=own).select_related("organisation", "plan")
    return render(request, "contracts/agency.html", {"contracts": rows.order_by("organisation__name", "number")})
