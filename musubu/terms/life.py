"""The state of one contract while its journal is played: its term, money, agenda and outcomes so far."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from musubu.terms.calendar import DAY, at_midnight, business_day_on_or_before, month_first, next_month_first
from musubu.terms.load import Rule, Terms
from musubu.terms.outcomes import Outcome, Step
from musubu.terms.particulars import Particulars

# Order among things of the same moment: the day's own turns first, then what people do, then what waits for them.
END, TURN, CHARGE, INVOICE, DEADLINE, EVENT, AFTER_EVENTS = range(7)


@dataclass(slots=True)
class Invoice:
    number: int
    due: date
    total: int
    lines: tuple[Charge, ...]
    tax: int = 0
    paid: int = 0
    interest_from: date | None = None  # first day not yet counted
    void: bool = False
    from_balance: int = 0  # how much of `paid` came from the customer's balance
    new_due: datetime | None = None  # set with a reminder

    @property
    def unpaid(self) -> int:
        return 0 if self.void else self.total - self.paid


@dataclass(frozen=True, slots=True)
class Charge:
    item: str
    first: date
    last: date
    amount: int
    taxed: bool
    outcome: int = -1  # position of the outcome that made it


@dataclass(slots=True)
class Payment:
    """Where the money of one `pay` went: so that it can be taken back."""

    takes: list[tuple[Invoice, int]] = field(default_factory=list)
    deposit: int = 0
    kept: int = 0
    taken_back: bool = False  # all of it

    @property
    def left(self) -> int:
        """What of it was not taken back."""
        return self.kept + self.deposit + sum(amount for _invoice, amount in self.takes)


@dataclass(frozen=True, slots=True)
class Outage:
    at: datetime
    known: datetime
    ends: datetime
    cause: str
    carrier_paid: int


@dataclass(slots=True)
class Deposit:
    demanded: int = 0
    due: date | None = None
    held: int = 0
    paid: bool = True


class Life:
    """Everything that the rules read and change. One instance is one play of one contract."""

    def __init__(self, terms: Terms, particulars: Particulars) -> None:
        self.terms = terms
        self.particulars = particulars
        self.outcomes: list[Outcome] = []
        self.agenda: list[tuple[datetime, int, int, str, Any]] = []
        self._order = 0
        self.now: datetime = datetime.min
        # the term
        self.started: date | None = None
        self.terms_count = 0
        self.term_from: date = date.min
        self.term_to: date = date.max
        self.last_day: date | None = None
        self.end_reason = ""
        self.end_clause = ""
        self.ended = False
        self.free = False
        self.suspended_under = ""
        self.suspended_for_deposit = False
        self.deceased_on: date | None = None
        self.extension_days = 0
        # money
        self.charged_to: date | None = None
        self.revised: list[tuple[date, int]] = []  # (first day, monthly fee), as revisions were told
        self.months_charged = 0
        self.initial_charged = False
        self.pending: dict[date, list[Charge]] = {}
        self.invoices: list[Invoice] = []
        self.payments: list[Payment] = []
        self.balance = 0
        self.due_at_once: set[date] = set()
        self.deposit = Deposit()
        self.month_total: dict[date, int] = {}
        self.deposit_cases: set[date] = set()
        # things
        self.outages: list[Outage] = []
        self.claimed: set[int] = set()
        self.videos: dict[str, datetime] = {}
        self.units: dict[str, int] = {}
        self.late_units: dict[str, tuple[date, Charge]] = {}  # last day for its way back, the penalty
        self.orders: dict[str, Invoice] = {}

    def rule(self, slot: str) -> Rule | None:
        return self.terms.rule(slot)

    def need(self, slot: str) -> Rule:
        rule = self.terms.rule(slot)
        if rule is None:
            raise LookupError(f"these terms have no rule for {slot}")
        return rule

    def emit(self, what: str, clause: str, data: Mapping[str, Any], *why: Step, at: datetime | None = None) -> None:
        """Something follows, under a clause, for these reasons."""
        self.outcomes.append(Outcome(len(self.outcomes), at or self.now, what, clause, data, why))

    def schedule(self, at: datetime, phase: int, kind: str, payload: Any = None) -> None:
        self._order += 1
        heapq.heappush(self.agenda, (at, phase, self._order, kind, payload))

    @property
    def running(self) -> bool:
        return self.started is not None and not self.ended

    @property
    def today(self) -> date:
        return self.now.date()

    def served_on(self, day: date) -> bool:
        """Whether the contract still counts on a day."""
        return self.last_day is None or day <= self.last_day

    def fee_on(self, day: date) -> int:
        """The monthly fee that counts for a period that begins on a day (SC-9.5)."""
        valid = [fee for first, fee in self.revised if first <= day]
        return valid[-1] if valid else self.particulars.monthly_fee

    def charge(
        self, clause: str, item: str, first: date, last: date, amount: int, *why: Step, taxed: bool = True
    ) -> Charge | None:
        """Charge an amount before tax; it goes on the invoice of its date."""
        if amount <= 0:
            return None
        data = {"item": item, "from": first.isoformat(), "to": last.isoformat(), "amount": amount}
        self.emit("charge", clause, data, *why)
        day = self.invoice_date(item, first)
        if day not in self.pending:
            self.pending[day] = []
            self.schedule(max(self.now, at_midnight(day)), INVOICE, "invoice", day)
        made = Charge(item, first, last, amount, taxed, len(self.outcomes) - 1)
        self.pending[day].append(made)
        return made

    def invoice_date(self, item: str, first: date) -> date:
        """The day on which a charge made now is invoiced."""
        rule = self.need("invoice")
        if item == "equipment":  # shipped only after payment, so asked for at once (SC-10.4)
            return self.today
        if rule.family == "invoice.same-day":
            return self.today
        month = next_month_first(max(first, month_first(self.today)) if item == "usage" else self.today)
        if item == "minimum-term":  # like a month's fee of the last month: invoiced on the day of the charge
            month = month_first(self.today)
        day = month.replace(day=int(rule["invoice_day"]))
        return business_day_on_or_before(day, self.particulars.closed_days) if rule["invoice_on_business_day"] else day

    def open_invoices(self) -> list[Invoice]:
        return [invoice for invoice in self.invoices if invoice.unpaid > 0]

    def end_on(self, last_day: date, reason: str, clause: str) -> None:
        """Fix the last day; the earliest one stands."""
        if self.last_day is not None and self.last_day <= last_day:
            return
        self.last_day, self.end_reason, self.end_clause = last_day, reason, clause
        self.schedule(at_midnight(last_day) + DAY, END, "end", last_day)
