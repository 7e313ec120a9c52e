"""Who carries out which outcome of the terms, and which services the provider can sell: all in one place."""

from __future__ import annotations

from functools import partial

from musubu.api import webhooks
from musubu.billing import card_charges, dunning, failed_debits, ledger, payables, plans, runs, telling, writeoffs
from musubu.billing import effects as billing
from musubu.contact_center.service import SERVICE as SIMPLECONNECT
from musubu.contracts import actions, applications, services
from musubu.contracts import clock as sandbox
from musubu.contracts import effects as contracts
from musubu.learning.service import SERVICE as LEARNO
from musubu.meetings import telling as meetings
from musubu.meetings.actions import recordings, reminding
from musubu.meetings.effects import erase_recordings
from musubu.meetings.jobs import keeping
from musubu.meetings.service import DELETES
from musubu.meetings.service import SERVICE as LIVEON
from musubu.notices import actions as messages
from musubu.notices import effects as notices
from musubu.operations import jobs
from musubu.parties import actions as people
from musubu.telephony.service import SERVICE as EXAAS
from musubu.videos.service import SERVICE as VIDEOG


def connect() -> None:
    """Fill the lists; called once when the product starts."""
    for service in (LIVEON, SIMPLECONNECT, VIDEOG, LEARNO, EXAAS):
        services.register(service)
    _recordings()
    own: dict[str, list[contracts.Effect]] = {
        "charge": [billing.charge],
        "invoice.issued": [billing.issue_invoice],
        "refund": [payables.keep_refund],
        "term.begins": [contracts.open_service],
        "suspended": [contracts.suspend_service],
        "resumed": [contracts.lift_service],
        "contract.ends": [contracts.close_service, erase_recordings],
        "data.deleted": [contracts.delete_data],
    }
    sandbox.BETWEEN.append(reminding.remind_due)
    webhooks.KINDS.extend(meetings.KINDS)
    meetings.TELL.append(webhooks.tell)
    sandbox.BETWEEN += [
        runs.watch,
        jobs.journal_reports,
        card_charges.charge_due,
        dunning.run,
        messages.deliver_due,
        webhooks.release,
    ]
    telling.SEND.append(messages.send)
    actions.OBJECTIONS.append(plans.objection)
    sandbox.STOPS.append(runs.stops)
    notices.WAITS["invoice.issued"] = webhooks.WAITS["invoice.issued"] = runs.waits_until
    runs.TELL.append(notices.tell_billing)
    runs.LET_LEAVE += [partial(one.let_leave, kind="invoice.issued") for one in (messages, webhooks)]
    runs.MAILS.append(partial(messages.counted, kind="invoice.issued"))
    applications.TELL_REFUSAL.append(notices.tell_refusal)
    failed_debits.TELL_TRANSFER.append(notices.tell_transfer)
    applications.TELL_KEY.append(notices.tell_key)
    people.SEND.append(notices.tell_link)
    for what in {*own, *notices.TELLS, *webhooks.EVENTS, *ledger.BOOKED}:
        told: list[contracts.Effect] = [notices.tell] if what in notices.TELLS else []
        heard: list[contracts.Effect] = [webhooks.queue] if what in webhooks.EVENTS else []
        booked: list[contracts.Effect] = [billing.post] if what in ledger.BOOKED else []
        recovered: list[contracts.Effect] = [writeoffs.recover] if what in writeoffs.RECOVERS else []
        recovered += [writeoffs.relapse] if what in writeoffs.RELAPSES else []
        noted: list[contracts.Effect] = [billing.issue_credit_note] if what in billing.CREDITS else []
        contracts.EFFECTS[what] = own.get(what, []) + booked + recovered + noted + told + heard


def _recordings() -> None:
    """Recordings are erased by the sandbox's clock too, and with the contract's data."""
    sandbox.BETWEEN.append(keeping.sweep)
    DELETES.append(recordings.delete_all)
