"""Tables of billing, one module for each subject."""

from musubu.billing.models.agencies import Agency, Handover, HandoverLine, Remittance
from musubu.billing.models.books import Entry, Voucher
from musubu.billing.models.cards import CardCharge, CardDispute, CardMessage, CardRefund, PaymentCard
from musubu.billing.models.claims import CarrierPool, Claim
from musubu.billing.models.debits import BankBranch, DebitLine, DebitRun, Mandate
from musubu.billing.models.documents import Charge, CreditNote, Invoice
from musubu.billing.models.dunning import DunningDay, Instalment, InvoiceDispute, PaymentPlan, Reminder, WriteOff
from musubu.billing.models.equipment import Article, EquipmentOrder, OrderLine, Replacement, Unit
from musubu.billing.models.outlooks import Outlook, OutlookLine
from musubu.billing.models.payouts import Payable, PayeeAccount, PayoutLine, PayoutRun, Sale, Share, Statement
from musubu.billing.models.runs import BillingRun, RunLine, RunRule
from musubu.billing.models.transfers import BankDeposit, BankFile, BankLayout, CsvUpload, DepositPart, PayerName
from musubu.billing.models.trials import PriceTrial, TrialLine

__all__ = [
    "Agency",
    "Article",
    "BankBranch",
    "BankDeposit",
    "BankFile",
    "BankLayout",
    "BillingRun",
    "CardCharge",
    "CardDispute",
    "CardMessage",
    "CardRefund",
    "CarrierPool",
    "Charge",
    "Claim",
    "CreditNote",
    "CsvUpload",
    "DebitLine",
    "DebitRun",
    "DepositPart",
    "DunningDay",
    "Entry",
    "EquipmentOrder",
    "Handover",
    "HandoverLine",
    "Instalment",
    "Invoice",
    "InvoiceDispute",
    "Mandate",
    "OrderLine",
    "Outlook",
    "OutlookLine",
    "Payable",
    "PayeeAccount",
    "PayerName",
    "PaymentCard",
    "PaymentPlan",
    "PayoutLine",
    "PayoutRun",
    "PriceTrial",
    "Reminder",
    "Remittance",
    "Replacement",
    "RunLine",
    "RunRule",
    "Sale",
    "Share",
    "Statement",
    "TrialLine",
    "Unit",
    "Voucher",
    "WriteOff",
]
