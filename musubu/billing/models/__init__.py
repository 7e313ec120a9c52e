"""Tables of billing, one module for each subject."""

from musubu.billing.models.books import Entry, Voucher
from musubu.billing.models.debits import DebitLine, DebitRun, Mandate
from musubu.billing.models.documents import Charge, CreditNote, Invoice
from musubu.billing.models.outlooks import Outlook, OutlookLine
from musubu.billing.models.runs import BillingRun, RunLine, RunRule
from musubu.billing.models.transfers import BankDeposit, BankFile, PayerName
from musubu.billing.models.trials import PriceTrial, TrialLine

__all__ = [
    "BankDeposit",
    "BankFile",
    "BillingRun",
    "Charge",
    "CreditNote",
    "DebitLine",
    "DebitRun",
    "Entry",
    "Invoice",
    "Mandate",
    "Outlook",
    "OutlookLine",
    "PayerName",
    "PriceTrial",
    "RunLine",
    "RunRule",
    "TrialLine",
    "Voucher",
]
