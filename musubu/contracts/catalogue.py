"""What a provider offers on a day, with the prices valid then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from musubu import terms
from musubu.contracts import services
from musubu.contracts.models import Option, Plan, Price, TermsVersion
from musubu.parties.models import Provider


@dataclass
class Offered:
    """A plan or an option with its price on the day."""

    row: Plan | Option
    price: Price
    coming: Price | None = None  # the next one that is announced already

    def __getattr__(self, name: str) -> object:
        return getattr(self.row, name)


@dataclass
class Offer:
    id: str
    names: dict[str, str]
    plans: list[Offered] = field(default_factory=list)
    options: list[Offered] = field(default_factory=list)

    @property
    def least(self) -> int:
        return min(plan.price.monthly_fee for plan in self.plans)


def price(row: Plan | Option, on: date) -> Price | None:
    """The newest price that is valid on a day (SC-9.5)."""
    valid = [one for one in row.prices.all() if one.valid_from <= on]
    return max(valid, key=lambda one: one.valid_from, default=None)


def _offered(rows: list[Plan] | list[Option], on: date) -> list[Offered]:
    return [Offered(row, found, _coming(row, on)) for row in rows if (found := price(row, on))]


def _coming(row: Plan | Option, on: date) -> Price | None:
    return min((one for one in row.prices.all() if one.valid_from > on), key=lambda one: one.valid_from, default=None)


def offers(provider: Provider, on: date) -> list[Offer]:
    """All services that have something to sell, in the house's order."""
    plans = Plan.objects.filter(provider=provider, withdrawn_on__isnull=True).order_by("position")
    options = Option.objects.filter(provider=provider)
    found = []
    for service in services.all_services():
        own = _offered(list(plans.filter(service=service.id).prefetch_related("prices")), on)
        extra = _offered(list(options.filter(service=service.id).prefetch_related("prices")), on)
        if own:
            found.append(Offer(service.id, service.names, own, extra))
    return found


def offer(provider: Provider, service: str, on: date) -> Offer | None:
    return next((one for one in offers(provider, on) if one.id == service), None)


def versions(provider: Provider, service: str) -> list[TermsVersion]:
    """All published versions of a service's terms, the newest first."""
    return list(TermsVersion.objects.filter(provider=provider, service=service).order_by("-version"))


def document(version: TermsVersion, lang: str) -> terms.texts.Document:
    return terms.texts.parse(version.texts.get(lang) or version.texts["ja"])


def text(provider: Provider, service: str, lang: str, on: date) -> tuple[TermsVersion, terms.texts.Document] | None:
    """The terms in force on a day, and their text in a language."""
    version = TermsVersion.objects.filter(provider=provider, service=service, effective_on__lte=on)
    row = version.order_by("-version").first()
    return (row, document(row, lang)) if row else None
