"""Health for machines, status for people."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render

from musubu.contracts import services


def live(request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> HttpResponseBase:
    """200 when the database answers and is migrated, else 503 with the reasons."""
    wrong = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            wrong.append("migrations are missing: run musubu migrate")
    except Exception as error:
        wrong.append(f"the database does not answer: {type(error).__name__}")
    return JsonResponse({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)


def status(request: HttpRequest) -> HttpResponseBase:
    return render(request, "operations/status.html", {"services": services.all_services()})
