"""The plug of a service: what it can be sold as, and what to do on open, suspend, lift, close, export and delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from musubu import clock
from musubu.contracts.models import Contract


class Space(models.Model):
    """A contract's room in a service: what the service keeps for it, until it is deleted."""

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    settings = models.JSONField(default=dict)  # what the customer keeps there, e.g. {"note": "…"}

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Service:
    """One of the services, backed by its room's table of spaces. Every hook may run twice."""

    id: str
    prefix: str
    names: dict[str, str]
    first_page: str  # name of the URL of its first page; takes the contract's public id
    space: Callable[[], Any]  # the room's own table of spaces

    def open(self, contract: Contract) -> None:
        self.space().objects.get_or_create(contract=contract, defaults={"opened_at": clock.now()})

    def suspend(self, contract: Contract) -> None:
        self._stamp(contract, suspended_at=clock.now())

    def lift(self, contract: Contract) -> None:
        self._stamp(contract, suspended_at=None)

    def close(self, contract: Contract) -> None:
        self._stamp(contract, closed_at=clock.now())

    def export(self, contract: Contract) -> dict[str, Any]:
        space = self.space().objects.filter(contract=contract).first()
        return dict(space.settings) if space else {}

    def delete(self, contract: Contract) -> dict[str, int]:
        """Delete what the customer kept; how much of what it was."""
        space = self.space().objects.filter(contract=contract, deleted_at__isnull=True).first()
        if space is None:
            return {}
        counts = {"settings": len(space.settings)}
        space.settings, space.deleted_at = {}, clock.now()
        space.save(update_fields=["settings", "deleted_at"])
        return counts

    def _stamp(self, contract: Contract, **fields: Any) -> None:
        self.space().objects.filter(contract=contract).update(**fields)


_registered: dict[str, Service] = {}


def register(service: Service) -> None:
    _registered[service.id] = service


def get(service_id: str) -> Service:
    return _registered[service_id]


def all_services() -> list[Service]:
    return list(_registered.values())
