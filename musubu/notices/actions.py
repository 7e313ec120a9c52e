"""Writing and delivering messages."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from musubu import clock, config
from musubu.contracts import effects
from musubu.contracts.models import Contract
from musubu.notices import attachments
from musubu.notices.attachments import Attachment
from musubu.notices.models import Notice, Post
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.transactions import whole

log = logging.getLogger("notices")
MOST_TRIES = 8
MOST_AT_ONCE = 500


def send(
    *,
    provider: Provider,
    to_email: str,
    subject: str,
    body: str,
    contract: Contract | None = None,
    organisation: Organisation | None = None,
    language: str = "ja",
    kind: str = "",
    clause: str = "",
    at: datetime | None = None,
    secret: bool = False,
    key: str = "",
    files: Iterable[Attachment] = (),
) -> None:
    """Put a message into the outbox; with a key, once only. The worker lets it leave at its time."""
    row = Notice(
        provider=provider,
        to_email=to_email,
        subject=subject[:200],
        body=body,
        contract=contract,
        organisation=organisation or (contract.organisation if contract else None),
        language=language,
        kind=kind,
        clause=clause,
        leave_at=at or clock.now(),
        secret=secret,
        key=key,
        attachments=[one.stored() for one in files],
    )
    effects.keep(row)


def deliver_due(provider: Provider, now: datetime) -> int:
    """Let every message leave whose time has come; how many left. With the mailbox setting it stays on its page."""
    due = Notice.objects.filter(provider=provider, sent_at__isnull=True, leave_at__lte=now, tries__lt=MOST_TRIES)
    left = 0
    for notice in due.order_by("leave_at", "pk")[:MOST_AT_ONCE]:
        if _leave(notice):
            gone: dict[str, Any] = (
                {"body": "", "attachments": []} if notice.secret and not notice.provider.sandbox else {}
            )  # nobody else shall read it
            Notice.objects.filter(pk=notice.pk).update(sent_at=now, **gone)
            left += 1
        else:
            later = now + timedelta(minutes=2**notice.tries)
            Notice.objects.filter(pk=notice.pk).update(tries=notice.tries + 1, leave_at=later)
    return left


def let_leave(provider: Provider, waiting_for: datetime, at: datetime, kind: str) -> int:
    """Messages of a kind that wait for a moment leave at another one; how many."""
    rows = Notice.objects.filter(provider=provider, kind=kind, leave_at=waiting_for, sent_at__isnull=True)
    return rows.update(leave_at=at)


def counted(provider: Provider, since: datetime, until: datetime, kind: str) -> tuple[int, int]:
    """How many messages of a kind that were to leave between two moments left, and how many wait."""
    rows = Notice.objects.filter(provider=provider, kind=kind, leave_at__gte=since, leave_at__lt=until)
    found = rows.aggregate(all=Count("pk"), left=Count("sent_at"))
    return found["left"], found["all"] - found["left"]


def _leave(notice: Notice) -> bool:
    if config.value("MUSUBU_MAIL") == "mailbox":
        return True
    try:
        files = [attachments.read(one) for one in notice.attachments]
        sender = notice.provider.email or "noreply@localhost"
        attachments.mail(notice.subject, notice.body, sender, notice.to_email, files).send()
    except OSError:
        log.warning("mail %s did not leave", notice.public_id)
        return False
    return True


@whole
def publish(*, provider: Provider, person: Person, titles: dict[str, str], bodies: dict[str, str], clause: str) -> Post:
    """Put a notice on the public board; where two contradict, the newer date counts (SC-3)."""
    permissions.require(person, "posts.publish", provider=provider)
    post = Post.objects.create(
        provider=provider, titles=titles, bodies=bodies, clause=clause, author=person, published_at=clock.now()
    )
    _record(post, person, "posts.publish")
    return post


@whole
def withdraw(*, post: Post, person: Person) -> None:
    """Take it off the board; it stays in the list of staff and can be put back."""
    permissions.require(person, "posts.publish", provider=post.provider)
    post.withdrawn_at = None if post.withdrawn_at else clock.now()
    post.save(update_fields=["withdrawn_at"])
    _record(post, person, "posts.withdraw" if post.withdrawn_at else "posts.restore")


def _record(post: Post, person: Person, action: str) -> None:
    audit.record(provider=post.provider, actor=person, action=action, subject=post.titles["ja"], clause=post.clause)
