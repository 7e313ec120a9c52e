"""Mails of billing that no outcome of the terms sends: written in the reader's language, sent by whoever carries mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from musubu import config
from musubu.contracts.models import Contract
from musubu.parties.models import Person

SEND: list[Callable[..., None]] = []  # filled by site/wiring
Written = tuple[str, str]  # subject and text


def tell(
    contract: Contract, kind: str, key: str, write: Callable[[], Written], person: Person | None = None, **more: Any
) -> None:
    """A mail to the contract's responsible person (or another of the organisation); the same key leaves once."""
    reader = person or contract.responsible
    with translation.override(reader.language):
        subject, body = write()
    for send in SEND:
        send(
            provider=contract.provider,
            contract=contract,
            to_email=reader.email,
            subject=f"[{contract.number}] {subject}",
            body=f"{body}\n\n{config.value('MUSUBU_ADDRESS')}/billing/",
            language=reader.language,
            kind=kind,
            key=key,
            **more,
        )
