"""What holds for all rooms of a contract: defaults, branding, where rooms may be embedded."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from musubu.contracts.models import Contract
from musubu.meetings import branding, defaults, embedding
from musubu.meetings.actions.allowed import in_contract, record
from musubu.meetings.models import Space
from musubu.parties import pictures
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole


def _held(contract: Contract) -> Space:
    return locked(Space.objects).get(contract=contract)


def _save(space: Space, contract: Contract, person: Person, action: str, changed: Mapping[str, Any]) -> None:
    """Only what differs is written and recorded."""
    before = {key: space.settings.get(key) for key in changed}
    after = {key: value for key, value in changed.items() if value != before[key]}
    if after:
        space.settings = {**space.settings, **after}
        space.save(update_fields=["settings"])
        record(contract, person, action, contract.number, {key: before[key] for key in after}, after)


@whole
def set_defaults(*, contract: Contract, person: Person, values: Mapping[str, Any]) -> None:
    """What every room does unless its meeting says otherwise."""
    in_contract(contract, person, "meetings.manage")
    changed = {key: value for key, value in values.items() if key in defaults.CHOICES}
    for key, value in changed.items():
        if value not in defaults.CHOICES[key]:
            raise NotPossible(_("Choose one of the values that are offered."))
    for key, (least, most) in defaults.LIMITS.items():
        if (value := values.get(key)) is None:
            continue
        if not isinstance(value, int) or not least <= value <= most:
            raise NotPossible(
                _("%(key)s lies between %(least)s and %(most)s.") % {"key": key, "least": least, "most": most}
            )
        changed[key] = value
    _save(_held(contract), contract, person, "meetings.set-defaults", changed)


@whole
def set_branding(
    *, contract: Contract, person: Person, colour: str, logo: bytes | None, remove_logo: bool = False
) -> None:
    """Colour (empty: the product's) and logo (none given: it stays)."""
    in_contract(contract, person, "meetings.manage")
    space = _held(contract)
    changed: dict[str, Any] = {"colour": branding.colour(colour) if colour.strip() else ""}
    if logo:
        kind, plain = pictures.checked(logo)
        folder = branding.folder(contract)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"logo.{kind}").write_bytes(plain)
        changed |= {"logo": kind, "logo_version": secrets.token_hex(4)}  # so that no browser keeps the old one
    elif remove_logo:
        changed["logo"] = ""
    _save(space, contract, person, "meetings.set-branding", changed)


@whole
def set_origins(*, contract: Contract, person: Person, typed: str) -> list[str]:
    """On which pages rooms may be embedded."""
    in_contract(contract, person, "meetings.manage")
    found = embedding.origins(typed)
    _save(_held(contract), contract, person, "meetings.set-origins", {"origins": found})
    return found
