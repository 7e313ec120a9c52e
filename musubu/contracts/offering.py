"""The use cases of what is on offer: dated prices, new versions of terms, ending a whole service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.contracts import actions
from musubu.contracts.models import Contract, Option, Plan, Price, TermsVersion
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import whole


@whole
def announce_price(
    *, of: Plan | Option, person: Person, valid_from: date, monthly_fee: int, initial_fee: int = 0
) -> Price:
    """A price that is valid from a day to come; older ones stay. Where the terms let a running contract's fee be revised
    (SC-9.5, SC-27.1), it is told now and counts from that day."""
    permissions.require(person, "catalogue.price", provider=of.provider)
    if valid_from <= clock.today():
        raise NotPossible(_("A new price is valid from tomorrow at the earliest, so that it can be told before."))
    for amount in (monthly_fee, initial_fee):
        if not 0 <= amount <= actions.MOST_YEN:
            raise NotPossible(
                _("%(amount)s is no price: give whole yen from 0 to %(most)s.")
                % {"amount": amount, "most": f"{actions.MOST_YEN:,}"}
            )
    target = {"plan": of} if isinstance(of, Plan) else {"option": of}
    row, _made = Price.objects.update_or_create(
        **target, valid_from=valid_from, defaults={"monthly_fee": monthly_fee, "initial_fee": initial_fee}
    )
    audit.record(
        provider=of.provider,
        actor=person,
        action="catalogue.price",
        subject=f"{of.service} {of.code}",
        after={"valid_from": valid_from, "monthly_fee": monthly_fee, "initial_fee": initial_fee},
    )
    if isinstance(of, Plan) and of.service == "simpleconnect":
        _tell_running(of, row)
    return row


def _tell_running(plan: Plan, price: Price) -> None:
    """SC-9.5, SC-27.1: contracts that run under the plan hear of its revised fee now and pay it from its day."""
    running = Contract.objects.filter(plan=plan, begins_on__isnull=False, ends_on__isnull=True)
    data = {"effective": price.valid_from, "monthly_fee": price.monthly_fee}
    for contract in running.exclude(state__in=(Contract.State.ENDED, Contract.State.PROVISIONAL)):
        actions.record_event(
            contract=contract, what="change-price", data=data, key=f"price-{price.pk}-{price.monthly_fee}"
        )


@whole
def publish_terms(
    *, provider: Provider, person: Person, service: str, figures: str, texts: Mapping[str, str], effective_on: date
) -> TermsVersion:
    """A new version of a service's terms. Contracts concluded from its day on are under it; running ones stay under
    the version that they were concluded with."""
    permissions.require(person, "terms.publish", provider=provider)
    if effective_on <= clock.today():
        raise NotPossible(_("New terms are in force from tomorrow at the earliest."))
    try:
        parsed = terms.parse(figures)
    except terms.TermsError as error:
        raise NotPossible(str(error)) from error
    if parsed.service != service:
        raise NotPossible(_("These figures are for another service."))
    last = TermsVersion.objects.filter(provider=provider, service=service).order_by("-version").first()
    number = last.version + 1 if last else 1
    kept = {lang: _stamped(text, number, effective_on) for lang, text in texts.items()}
    row = TermsVersion.objects.create(
        provider=provider,
        service=service,
        version=number,
        figures=figures,
        texts=kept,
        effective_on=effective_on,
        published_at=clock.now(),
    )
    audit.record(
        provider=provider,
        actor=person,
        action="terms.publish",
        subject=f"{service} {number}",
        after={"effective_on": effective_on},
    )
    return row


def _stamped(text: str, number: int, effective_on: date) -> str:
    """The text with its version and first day in its head."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("version: "):
            line = f"version: {number}"
        elif line.startswith("effective: "):
            line = f"effective: {effective_on.isoformat()}"
        lines.append(line)
    try:
        terms.texts.parse("\n".join(lines))
    except ValueError as error:
        raise NotPossible(str(error)) from error
    return "\n".join(lines)


def running(provider: Provider, service: str) -> int:
    """How many contracts of a service have begun and not ended."""
    rows = Contract.objects.filter(provider=provider, service=service)
    return rows.exclude(state__in=(Contract.State.ENDED, Contract.State.PROVISIONAL)).count()
