"""Tables of billing, one module for each subject."""

from musubu.billing.models.books import Entry, Voucher
from musubu.billing.models.cards import CardCharge, CardDispute, CardMessage, CardRefund, PaymentCard
from musubu.billing.models.debits import DebitLine, DebitRun, Mandate
from musubu.billing.models.documents import Charge, CreditNote, Invoice
from musubu.billing.models.dunning import DunningDay, Instalment, InvoiceDispute, PaymentPlan, Reminder, WriteOff
from musubu.billing.models.transfers import BankDeposit, BankFile, PayerName

__all__ = [
    "BankDeposit",
    "BankFile",
    "CardCharge",
    "CardDispute",
    "CardMessage",
    "CardRefund",
    "Charge",
    "CreditNote",
    "DebitLine",
    "DebitRun",
    "DunningDay",
    "Entry",
    "Instalment",
    "Invoice",
    "InvoiceDispute",
    "Mandate",
    "PayerName",
    "PaymentCard",
    "PaymentPlan",
    "Reminder",
    "Voucher",
    "WriteOff",
]
