"""The public site: services, plans, prices and terms."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from musubu import clock
from musubu.contracts import catalogue
from musubu.contracts.models import Area, Terminal, TermsVersion
from musubu.parties.queries import site_provider
from musubu.terms import difference, parse


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


def _version(service: str, number: str) -> TermsVersion:
    """The version that was asked for, or the one in force today."""
    rows = TermsVersion.objects.filter(provider=site_provider(), service=service).order_by("-version")
    rows = rows.filter(version=int(number)) if number.isdigit() else rows.filter(effective_on__lte=clock.today())
    row = rows.first()
    if row is None:
        raise Http404
    return row


def terms(request: HttpRequest, service: str) -> HttpResponseBase:
    """One version of a service's terms in the reader's language."""
    row = _version(service, request.GET.get("version", ""))
    context = {
        "document": catalogue.document(row, short_language()),
        "version": row,
        "versions": catalogue.versions(site_provider(), service),
        "service": service,
    }
    return render(request, "contracts/terms.html", context)


def terms_difference(request: HttpRequest, service: str) -> HttpResponseBase:
    """What differs between two versions: figures by clause and key, texts word by word."""
    versions = catalogue.versions(site_provider(), service)
    if not versions:
        raise Http404
    new = _version(service, request.GET.get("to") or str(versions[0].version))
    old = _version(service, request.GET.get("from") or str(max(1, new.version - 1)))
    lang = short_language()
    context = {
        "old": old,
        "new": new,
        "versions": versions,
        "service": service,
        "figures": difference.figures(parse(old.figures), parse(new.figures)),
        "texts": difference.texts(catalogue.document(old, lang), catalogue.document(new, lang)),
    }
    return render(request, "contracts/terms_difference.html", context)


def areas(request: HttpRequest) -> HttpResponseBase:
    """EX-5: where in Japan the network can be provided."""
    rows = Area.objects.filter(provider=site_provider()).order_by("position", "pk")
    return render(request, "contracts/areas.html", {"areas": rows})


def terminals(request: HttpRequest) -> HttpResponseBase:
    """LO-5.1: terminals that were verified to work."""
    rows = Terminal.objects.filter(provider=site_provider()).order_by("-kind", "system", "browser")
    return render(request, "contracts/terminals.html", {"terminals": rows})
