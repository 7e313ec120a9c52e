"""Webhooks by the Standard Webhooks convention: what happened to contracts, signed, tried again, with a log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
import socket
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from musubu import clock
from musubu.api.models import Delivery, Webhook
from musubu.contracts import effects
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions, wall
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.simulate import SHOWN_IN_JSON
from musubu.transactions import whole

EVENTS = tuple(sorted(SHOWN_IN_JSON))  # what the terms bring about
WAITS: dict[str, Callable[[Contract, Outcome], datetime | None]] = {}  # kind -> until when customers do not hear of it
KINDS: list[str] = []  # what services tell by themselves (filled by site/wiring)
# after a failure the next try comes after so many seconds (as the convention recommends); then it is given up
RETRIES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
TIMEOUT = 10
BATCH = 100
KEPT_ANSWER = 500
FRESH = 5.0  # seconds for which the list of providers with webhooks is trusted
PREFIX = "whsec_"


def all_events() -> list[str]:
    """Every kind of message that a webhook can hear."""
    return [*EVENTS, *KINDS]


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """The `webhook-signature` of a message: `v1,` and the Base64 of HMAC-SHA-256 over id.timestamp.body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    sealed = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(sealed).decode()


def create(
    *, provider: Provider, organisation: Organisation | None, person: Person, url: str, events: list[str]
) -> Webhook:
    """Tell an address from now on; its secret is shown on the page of webhooks."""
    permissions.require(person, "webhooks.create", provider=provider, organisation=organisation)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotPossible(_("Give a whole address, such as https://example.jp/hooks."))
    if problem := _unreachable(url, provider):
        raise NotPossible(problem)
    row = Webhook.objects.create(
        provider=provider,
        organisation=organisation,
        person=person,
        url=url,
        events=[event for event in all_events() if event in events],
        secret=PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(),
        created_at=clock.now(),
    )
    audit.record(provider=provider, actor=person, action="webhooks.create", subject=url, organisation=organisation)
    return row


def _unreachable(url: str, provider: Provider) -> str:
    """Why an address must not be called: nobody may make the provider call into its own network. A sandbox may."""
    if provider.sandbox:
        return ""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return _("Only https addresses are called.")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, proto=socket.IPPROTO_TCP)
    except OSError:
        return _("This address cannot be found. Check its name.")
    if not all(ipaddress.ip_address(one[4][0]).is_global for one in found):
        return _("This address lies in a private network and is not called.")
    return ""


def revoke(*, webhook: Webhook, person: Person) -> None:
    """Nothing is told to it any more; its log stays."""
    permissions.require(person, "webhooks.revoke", provider=webhook.provider, organisation=webhook.organisation)
    if webhook.revoked_at is None:
        webhook.revoked_at = clock.now()
        webhook.save(update_fields=["revoked_at"])
        audit.record(
            provider=webhook.provider,
            actor=person,
            action="webhooks.revoke",
            subject=webhook.url,
            organisation=webhook.organisation,
        )


_listening: dict[str, Any] = {"at": 0.0, "providers": frozenset()}


def _has_listeners(provider_id: int) -> bool:
    """Whether anybody of a provider listens, asked once in some seconds: most outcomes have no listener at all."""
    if time.monotonic() - _listening["at"] > FRESH:
        live = Webhook.objects.filter(revoked_at__isnull=True).values_list("provider", flat=True)
        _listening.update(at=time.monotonic(), providers=frozenset(live))
    return provider_id in _listening["providers"]


def forget_listeners() -> None:
    """Ask again at the next outcome."""
    _listening["at"] = 0.0


@effects.only_keeps
def queue(contract: Contract, outcome: Outcome) -> None:
    """Put a message for each listening webhook into the log, in the transaction that stores the outcome."""
    listeners = _listeners(contract, outcome.what)
    asked = WAITS.get(outcome.what) if any(webhook.organisation_id for webhook in listeners) else None
    waits = asked(contract, outcome) if asked else None
    for webhook in listeners:
        held = waits if webhook.organisation_id else None  # the provider's own systems hear at once
        _put(webhook, f"{webhook.pk}:{contract.pk}:{outcome.n}", outcome.what, _told(contract, outcome), held)


def let_leave(provider: Provider, waiting_for: datetime, at: datetime, kind: str) -> int:
    """Messages of a kind that wait for a moment leave at another one; how many."""
    rows = Delivery.objects.filter(webhook__provider=provider, kind=kind, waits_for=waiting_for)
    return rows.update(waits_for=at)


def release(provider: Provider, now: datetime) -> int:
    """What waited for a moment that has come may leave; how many."""
    return Delivery.objects.filter(webhook__provider=provider, waits_for__lte=now).update(waits_for=None)


def tell(kind: str, contract: Contract, data: dict[str, Any]) -> None:
    """The same for what a service tells; `data` names what it is about, and the same happening is one message."""
    about = next((data[name] for name in ("recording", "attendance", "sitting") if data.get(name)), uuid.uuid4().hex)
    for webhook in _listeners(contract, kind):
        head = {"contract": str(contract.public_id), "at": clock.now().astimezone(clock.TOKYO).isoformat()}
        _put(webhook, f"{webhook.pk}:{kind}:{about}", kind, head | data)


def _listeners(contract: Contract, kind: str) -> list[Webhook]:
    if not _has_listeners(contract.provider_id):
        return []
    rows = Webhook.objects.filter(provider_id=contract.provider_id, revoked_at__isnull=True)
    own = [webhook for webhook in rows if webhook.organisation_id in (None, contract.organisation_id)]
    return [webhook for webhook in own if not webhook.events or kind in webhook.events]


def _told(contract: Contract, outcome: Outcome) -> dict[str, Any]:
    return {
        "contract": str(contract.public_id),
        "number": contract.number,
        "service": contract.service,
        "at": outcome.at.astimezone(clock.TOKYO).isoformat(),
        "what": outcome.what,
        "clause": outcome.clause,
        **outcome.data,
    }


def _put(webhook: Webhook, key: str, kind: str, data: dict[str, Any], waits: datetime | None = None) -> None:
    body = {"type": kind, "timestamp": clock.now().isoformat(), "data": data}
    row = Delivery(
        webhook=webhook,
        key=key,
        message_id=f"msg_{uuid.uuid4().hex}",
        kind=kind,
        body=json.dumps(body, ensure_ascii=False),
        created_at=clock.now(),
        waits_for=waits,
        next_try_at=wall.now(),
    )
    Delivery.objects.bulk_create([row], ignore_conflicts=True)


def send_test(*, webhook: Webhook, person: Person) -> None:
    """A message of kind `test`, to see whether it arrives."""
    permissions.require(person, "webhooks.create", provider=webhook.provider, organisation=webhook.organisation)
    _put(webhook, f"{webhook.pk}:test:{uuid.uuid4().hex}", "test", {"hello": "こんにちは"})


def try_again(*, delivery: Delivery, person: Person) -> None:
    webhook = delivery.webhook
    permissions.require(person, "webhooks.create", provider=webhook.provider, organisation=webhook.organisation)
    Delivery.objects.filter(pk=delivery.pk, delivered_at__isnull=True).update(next_try_at=wall.now())


def deliver_due() -> int:
    """Try every message whose time has come, each claimed by one worker; how many arrived."""
    arrived = 0
    for delivery in _claimed():
        status, answer = _call(delivery)
        done = 200 <= status < 300
        arrived += done
        wait = RETRIES[delivery.tries] if delivery.tries < len(RETRIES) else None
        Delivery.objects.filter(pk=delivery.pk).update(
            tries=delivery.tries + 1,
            status=status,
            answer=answer[:KEPT_ANSWER],
            delivered_at=wall.now() if done else None,
            next_try_at=None if done or wait is None else wall.now() + timedelta(seconds=wait),
        )
    return arrived


@whole
def _claimed() -> list[Delivery]:
    due = Delivery.objects.filter(
        delivered_at__isnull=True,
        waits_for__isnull=True,
        next_try_at__lte=wall.now(),
        webhook__revoked_at__isnull=True,
    ).order_by("next_try_at", "pk")
    rows = list(due.select_related("webhook__provider")[:BATCH])
    held = wall.now() + timedelta(seconds=TIMEOUT * len(rows) + TIMEOUT)
    return [row for row in rows if due.filter(pk=row.pk, next_try_at=row.next_try_at).update(next_try_at=held)]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any, **more: Any) -> None:
        return None


def _call(delivery: Delivery) -> tuple[int, str]:
    """(HTTP status, answer); status 0 where nothing answered."""
    webhook = delivery.webhook
    if problem := _unreachable(webhook.url, webhook.provider):
        return 0, problem
    stamp = int(wall.now().timestamp())
    request = urllib.request.Request(  # noqa: S310 - http and https alone, checked when it was made
        webhook.url,
        data=delivery.body.encode(),
        headers={
            "Content-Type": "application/json",
            "User-Agent": "Musubu",
            "webhook-id": delivery.message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(webhook.secret, delivery.message_id, stamp, delivery.body),
        },
    )
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return int(answer.status), answer.read(KEPT_ANSWER).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(KEPT_ANSWER).decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, type(error).__name__
