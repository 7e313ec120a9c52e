"""From draft to decision: applying, screening, and the conclusion that each service's terms name."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.contracts import actions, consents
from musubu.contracts.models import Acceptance, Application, Contract, LicenceKey, Plan, StartNotice
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.rules.acceptance import fingerprint
from musubu.transactions import locked, whole

KEY_DAYS = 90


def start(*, plan: Plan, organisation: Organisation, person: Person, language: str) -> Application:
    """A draft, kept until it is sent."""
    permissions.require(person, "applications.start", provider=plan.provider, organisation=organisation)
    return Application.objects.create(
        provider=plan.provider,
        service=plan.service,
        plan=plan,
        organisation=organisation,
        person=person,
        language=language,
        created_at=clock.now(),
    )


def save(*, application: Application, person: Person, data: Mapping[str, Any], options: list[str], step: int) -> None:
    """Keep what was typed."""
    _own(application, person, "applications.save")
    if application.state != Application.State.DRAFT:
        raise NotPossible(_("This application was sent already."))
    application.data = {**application.data, **data}
    application.options = options
    application.step = max(application.step, step)
    application.save(update_fields=["data", "options", "step"])


def _own(application: Application, person: Person, action: str) -> None:
    permissions.require(person, action, provider=application.provider, organisation=application.organisation)


@whole
def submit(*, application: Application, person: Person, texts: Mapping[str, str], version: int) -> Application:
    """Send it, with each accepted text kept by its hash. Sent twice is sent once. What SC-7 concludes at once is."""
    own = locked(Application.objects).get(pk=application.pk)
    _own(own, person, "applications.submit")
    if own.state != Application.State.DRAFT:
        return own
    if missing := consents.required(own.service) - set(texts):
        raise NotPossible(_("Accept every text first; missing: %(texts)s.") % {"texts": ", ".join(sorted(missing))})
    own.state, own.submitted_at = Application.State.SUBMITTED, clock.now()
    own.save(update_fields=["state", "submitted_at"])
    for document, text in texts.items():
        Acceptance.objects.create(
            provider=own.provider,
            application=own,
            person=person,
            person_name=person.name,
            document=document,
            version=version,
            language=own.language,
            sha256=fingerprint(text),
            at=clock.now(),
        )
    audit.record(
        provider=own.provider,
        actor=person,
        action="applications.submit",
        subject=str(own.public_id),
        organisation=own.organisation,
        after={"service": own.service, "plan": own.plan.code},
    )
    if own.service == "simpleconnect":  # SC-7: online, the system's registration concludes it
        actions.conclude(contract=_accepted(own))
    return own


def _accepted(application: Application) -> Contract:
    application.state, application.decided_at = Application.State.ACCEPTED, clock.now()
    application.save(update_fields=["state", "decided_at", "decided_by", "data"])
    if application.organisation is None or application.person is None:
        raise NotPossible(_("An application needs its organisation and person."))
    more = {"payment": application.data.get("payment", "transfer")}
    if last_day := application.data.get("last_day"):
        more["last_day"] = last_day
    contract = actions.open_contract(
        provider=application.provider,
        organisation=application.organisation,
        plan=application.plan,
        responsible=application.person,
        application=application,
        options=application.options,
        more=more,
    )
    application.acceptances.update(contract=contract)
    return contract


@whole
def accept(*, application: Application, person: Person, start_on: date | None = None) -> Contract:
    """Staff accept. What concludes it depends on the service: VG-4 this very acceptance, LN-12.1 with a start day of
    its own, EX-9.1 the start notice's arrival, LO-8.1 the licence key's delivery."""
    own = locked(Application.objects).get(pk=application.pk)
    permissions.require(person, "applications.decide", provider=own.provider)
    if own.state == Application.State.ACCEPTED:
        return Contract.objects.get(application=own)
    if own.state != Application.State.SUBMITTED:
        raise NotPossible(_("Only an application that was sent can be accepted."))
    day = start_on or clock.today()
    if day < clock.today():
        raise NotPossible(_("The start day cannot lie in the past."))
    own.decided_by = person
    if own.service in ("learno", "exaas"):
        own.data["start_on"] = day.isoformat()
    contract = _accepted(own)
    audit.record(
        provider=own.provider,
        actor=person,
        action="applications.accept",
        subject=contract.number,
        organisation=own.organisation,
    )
    if own.service == "exaas":
        StartNotice.objects.create(contract=contract, start_on=day)
    elif own.service == "learno":
        if day == clock.today():
            actions.conclude(contract=contract, person=person)
    else:
        if own.service == "liveon":
            deliver_key(contract=contract)
        actions.conclude(contract=contract, person=person)
    return contract


@whole
def refuse(*, application: Application, person: Person, ground: str, note: str = "") -> Application:
    """Staff refuse, on one of the grounds that the service's own clause lists."""
    own = locked(Application.objects).get(pk=application.pk)
    permissions.require(person, "applications.decide", provider=own.provider)
    if own.state == Application.State.REFUSED:
        return own
    if own.state != Application.State.SUBMITTED:
        raise NotPossible(_("Only an application that was sent can be refused."))
    clause = terms.refusal_clause(own.service)
    if ground not in {one["key"] for one in terms.grounds(own.service, clause)}:
        raise NotPossible(_("Choose a ground under %(clause)s.") % {"clause": clause})
    own.state, own.decided_at, own.decided_by = Application.State.REFUSED, clock.now(), person
    own.refusal_ground, own.refusal_note = ground, note
    own.save(update_fields=["state", "decided_at", "decided_by", "refusal_ground", "refusal_note"])
    audit.record(
        provider=own.provider,
        actor=person,
        action="applications.refuse",
        subject=str(own.public_id),
        organisation=own.organisation,
        clause=clause,
        after={"ground": ground, "note": note},
    )
    for told in TELL_REFUSAL:
        told(own, clause)
    return own


TELL_REFUSAL: list[Any] = []  # who tells the applicant (filled by site/wiring)
TELL_KEY: list[Any] = []  # who delivers a licence key


def withdraw(*, application: Application, person: Person) -> None:
    """The applicant takes it back before the decision."""
    _own(application, person, "applications.withdraw")
    changed = Application.objects.filter(pk=application.pk, state__in=("draft", "submitted"))
    if not changed.update(state=Application.State.WITHDRAWN, decided_at=clock.now()):
        raise NotPossible(_("A decided application cannot be taken back."))


def hashed(key: str) -> str:
    return hashlib.sha256(key.strip().upper().encode()).hexdigest()


@whole
def deliver_key(*, contract: Contract) -> str:
    """LO-6: make the licence key and hand it to those who deliver it; only its hash is kept."""
    key = "-".join(secrets.token_hex(2).upper() for _ in range(4))
    LicenceKey.objects.create(
        contract=contract,
        sha256=hashed(key),
        hint=key[-4:],
        delivered_at=clock.now(),
        expires_at=clock.now() + timedelta(days=KEY_DAYS),
    )
    for told in TELL_KEY:
        told(contract, key)
    return key


@whole
def register_key(*, key: str, person: Person) -> Contract:
    """LO-6: the user registers with the key, once, within its time, and only for an organisation of theirs."""
    row = locked(LicenceKey.objects).filter(sha256=hashed(key)).select_related("contract").first()
    if row is None:
        raise NotPossible(_("There is no such licence key; compare it with the message, letter by letter."))
    contract = row.contract
    if not permissions.may(person, "contracts.read", provider=contract.provider, organisation=contract.organisation):
        raise NotPossible(_("This licence key belongs to another organisation; sign in as one of its people."))
    if row.registered_at:
        raise NotPossible(_("This licence key was registered already; open the service from your home page."))
    if row.expires_at < clock.now():
        raise NotPossible(_("This licence key has expired; ask the provider for a new one."))
    row.registered_at, row.registered_by = clock.now(), person
    row.save(update_fields=["registered_at", "registered_by"])
    return contract


@whole
def notice_posted(*, contract: Contract, person: Person, tracking_number: str) -> None:
    """EX-9.1: the start notice left by registered, non-forwarding post."""
    permissions.require(person, "letters.post", provider=contract.provider)
    if not tracking_number.strip():
        raise NotPossible(_("Give the tracking number of the registered letter."))
    notice = locked(StartNotice.objects).get(contract=contract)
    notice.posted_at, notice.tracking_number = notice.posted_at or clock.now(), tracking_number.strip()[:20]
    notice.save(update_fields=["posted_at", "tracking_number"])


@whole
def notice_delivered(*, contract: Contract, person: Person) -> None:
    """EX-8: its arrival concludes the contract; the service starts on its start day."""
    permissions.require(person, "letters.post", provider=contract.provider)
    notice = locked(StartNotice.objects).get(contract=contract)
    if notice.posted_at is None:
        raise NotPossible(_("The start notice has not been posted yet."))
    if notice.delivered_at is None:
        notice.delivered_at = clock.now()
        notice.save(update_fields=["delivered_at"])
        if notice.start_on <= clock.today():
            actions.conclude(contract=contract, person=person)


def find(provider: Provider, organisation: Organisation | None) -> Any:
    """Applications that somebody may see: staff all but drafts, an organisation its own."""
    rows = Application.objects.filter(provider=provider).select_related("plan", "organisation")
    if organisation is None:
        return rows.exclude(state=Application.State.DRAFT).order_by("-submitted_at")
    return rows.filter(organisation=organisation).order_by("-created_at")
