"""The public site: services, plans, prices and terms."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from musubu import clock
from musubu.contracts import catalogue
from musubu.parties.queries import site_provider


def short_language() -> str:
    return (get_language() or "ja").split("-")[0]


def home(request: HttpRequest) -> HttpResponseBase:
    return render(request, "portal/public_home.html", {"offers": catalogue.offers(site_provider(), clock.today())})


def all_services(request: HttpRequest) -> HttpResponseBase:
    return render(request, "contracts/services.html", {"offers": catalogue.offers(site_provider(), clock.today())})


def service(request: HttpRequest, service: str) -> HttpResponseBase:
    offer = catalogue.offer(site_provider(), service, clock.today())
    if offer is None:
        raise Http404
    return render(request, "contracts/service.html", {"offer": offer, "today": clock.today()})


def terms(request: HttpRequest, service: str) -> HttpResponseBase:
    found = catalogue.text(site_provider(), service, short_language(), clock.today())
    if found is None:
        raise Http404
    return render(request, "contracts/terms.html", {"document": found[1], "service": service})
