"""The address of a person's calendar feed: a public id and a seal over it, so that the table alone opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from musubu import clock, config
from musubu.meetings.models import Feed
from musubu.parties.models import Membership, Organisation, Person, public_id

SEAL = 32


def _seal(feed_id: uuid.UUID) -> str:
    return hmac.new(config.secret("calendar-feeds").encode(), feed_id.bytes, hashlib.sha256).hexdigest()[:SEAL]


def of(person: Person, organisation: Organisation) -> Feed:
    row, _made = Feed.objects.get_or_create(person=person, organisation=organisation, defaults={"made_at": clock.now()})
    return row


def address(feed: Feed) -> str:
    return f"{config.value('MUSUBU_ADDRESS')}/meetings/feed/{feed.public_id.hex}{_seal(feed.public_id)}.ics"


def renew(person: Person, organisation: Organisation) -> Feed:
    """A new address; the old one opens nothing any more."""
    row = of(person, organisation)
    row.public_id, row.made_at = public_id(), clock.now()
    row.save(update_fields=["public_id", "made_at"])
    return row


def find(token: str) -> Feed | None:
    """The feed of an address, while its person still belongs to the organisation."""
    try:
        feed_id = uuid.UUID(token[:32])
    except ValueError:
        return None
    if not hmac.compare_digest(token[32:].encode(), _seal(feed_id).encode()):
        return None
    row = Feed.objects.select_related("person", "organisation__provider").filter(public_id=feed_id).first()
    if row is None or not row.person.is_active:
        return None
    belongs = Membership.objects.filter(person=row.person, organisation=row.organisation, ended_at__isnull=True)
    return row if belongs.exists() else None
