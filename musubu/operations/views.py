"""Health for machines, status for people, and the desk of incidents and maintenance."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.operations import actions, processes, queries
from musubu.operations.forms import ReportForm, ResolveForm, UpdateForm, texts
from musubu.operations.models import Report
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.queries import site_provider
from musubu.refusals import NotPossible


def live(request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> HttpResponseBase:
    """200 when the database answers and is migrated, else 503 with the reasons. Beside it, who of this machine lives."""
    wrong = []
    heard: dict[str, str] = {"worker": "silent"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            wrong.append("migrations are missing: run musubu migrate")
        else:
            heard = {one.name: "alive" if one.alive else "silent" for one in processes.standings()}
    except Exception as error:
        wrong.append(f"the database does not answer: {type(error).__name__}")
    body = {"ready": not wrong, "wrong": wrong, **heard}
    return JsonResponse(body, status=503 if wrong else 200)


def status(request: HttpRequest) -> HttpResponseBase:
    provider, now = site_provider(), clock.now()
    context = {
        "standings": queries.standings(provider, now),
        "coming": queries.coming(provider, now),
        "past": queries.past(provider, now),
    }
    return render(request, "operations/status.html", context)


def _lang() -> str:
    return (get_language() or "ja").split("-")[0]


@staff_required("operations.read")
def reports(request: HttpRequest) -> HttpResponseBase:
    """All incidents and maintenances, and a new one."""
    acting = acting_of(request)
    form = ReportForm(request.POST or None, lang=_lang(), initial={"starts_at": clock.now().astimezone(clock.TOKYO)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        common = {
            "provider": acting.provider, "person": acting.person, "service": data["service"], "impact": data["impact"],
            "titles": texts(data, "title"), "starts_at": data["starts_at"],
        }  # fmt: skip
        try:
            if data["kind"] == "incident":
                row = actions.open_incident(**common)
            else:
                row = actions.plan_maintenance(**common, ends_at=data["ends_at"])
            messages.success(request, _("The status page shows it now."))
            return redirect("operations-report", row.public_id)
        except NotPossible as error:
            form.add_error("starts_at", str(error))
    rows = Report.objects.filter(provider=acting.provider).order_by("-starts_at")[:100]
    return render(
        request, "operations/reports.html", {"reports": rows, "form": form, "processes": processes.standings()}
    )


def _report(request: HttpRequest, public_id: object) -> Report:
    acting = acting_of(request)
    return get_object_or_404(Report, provider=acting.provider, public_id=public_id)


@staff_required("operations.read")
def report(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = _report(request, public_id)
    context = {
        "report": row,
        "updates": row.updates.order_by("-at"),
        "update": UpdateForm(),
        "resolve": ResolveForm(initial={"ends_at": clock.now().astimezone(clock.TOKYO)}),
        "ahead": row.starts_at > clock.now(),
    }
    return render(request, "operations/report.html", context)


@require_POST
@staff_required("incidents.say")
def update(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Say something, resolve the incident, or call the maintenance off."""
    row = _report(request, public_id)
    acting = acting_of(request)
    what = request.POST.get("what", "")
    form: Any = ResolveForm(request.POST) if what == "resolve" else UpdateForm(request.POST)
    try:
        if what == "call-off":
            actions.call_off(report=row, person=acting.person)
        elif not form.is_valid():
            messages.error(
                request, " ".join(f"{form.fields[name].label}: {said[0]}" for name, said in form.errors.items())
            )
            return redirect("operations-report", row.public_id)
        elif what == "resolve":
            actions.resolve(report=row, person=acting.person, **form.cleaned_data)
        else:
            actions.say(report=row, person=acting.person, texts=texts(form.cleaned_data, "text"))
        messages.success(request, _("The status page shows it now."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("operations-report", row.public_id)
