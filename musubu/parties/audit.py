"""The audit log's one writer and its proof: entries in order, each sealed with the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from musubu import clock
from musubu.parties.models import AuditEntry, Organisation, Person, Provider
from musubu.transactions import locked, whole

START = "0" * 64
SYSTEM = "system"


def _plain(value: Any) -> Any:
    """As the database will give it back, so that a seal can be checked later."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal(entry: AuditEntry) -> str:
    """SHA-256 over the entry's canonical JSON, which includes the previous entry's hash."""
    content = {
        "provider": entry.provider_id,
        "n": entry.n,
        "at": _moment(entry.at),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "subject": entry.subject,
        "organisation": entry.organisation_id,
        "clause": entry.clause,
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@whole
def record(
    *,
    provider: Provider,
    actor: Person | None,
    action: str,
    subject: str,
    organisation: Organisation | None = None,
    clause: str = "",
    before: Any = None,
    after: Any = None,
    address: str = "",
) -> AuditEntry:
    """Append one act. The provider's row is locked meanwhile, so that numbers have no gap and no twin."""
    locked(Provider.objects).get(pk=provider.pk)
    last = AuditEntry.objects.filter(provider=provider).order_by("-n").values("n", "hash").first()
    entry = AuditEntry(
        provider=provider,
        n=last["n"] + 1 if last else 1,
        at=clock.now(),
        actor=actor,
        actor_name=(actor.name or actor.email)[:120] if actor else SYSTEM,
        address=address,
        action=action,
        subject=str(subject)[:200],
        organisation=organisation,
        clause=clause,
        before=_plain(before),
        after=_plain(after),
        previous=last["hash"] if last else START,
    )
    entry.hash = seal(entry)
    entry.save(force_insert=True)
    return entry


def first_broken(provider: Provider) -> int | None:
    """The number of the first entry that is changed, missing or out of order, or None."""
    previous, expected = START, 1
    for entry in AuditEntry.objects.filter(provider=provider).order_by("n").iterator():
        if entry.n != expected:
            return expected
        if entry.previous != previous or entry.hash != seal(entry):
            return entry.n
        previous, expected = entry.hash, expected + 1
    return None
