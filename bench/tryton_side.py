"""The same contracts billed by Tryton: run by the Python of its own environment, prints the seconds that it took.

Each contract gets an invoice of three lines with consumption tax, posted (number and books), and its document.
"""

import sys
import time
from datetime import date
from decimal import Decimal

from proteus import Model
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction, TransactionError

COUNT = int(sys.argv[1])
LINES = ((Decimal("2980"), "monthly"), (Decimal("1500"), "recording"), (Decimal("500"), "number"))


def main() -> None:
    """A company with chart, fiscal year and a tax of 10 %; as many parties as there are contracts."""
    current = activate_modules("account_invoice", create_company, create_chart)
    company = get_company()
    set_fiscalyear_invoice_sequences(create_fiscalyear(company)).click("create_period")
    accounts = get_accounts(company)
    tax = create_tax(Decimal("0.10"))
    tax.save()
    Party, parties = Model.get("party.party"), []
    for n in range(COUNT):
        party = Party(name=f"会社 {n}")
        party.addresses[0].street = "大阪市北区梅田1-1-1"
        party.save()
        parties.append(party.id)
    bill(current, company.id, accounts["receivable"].id, accounts["revenue"].id, tax.id, parties)


def bill(current, company: int, receivable: int, revenue: int, tax: int, parties: list) -> None:
    """What is measured: within the server, in batches, without its client's round trips."""
    locks: dict = {}
    began = time.perf_counter()
    for first in range(0, len(parties), 50):
        while True:
            try:
                with Transaction().start(current.database_name, current.user, context=current.context, **locks):
                    made(company, receivable, revenue, tax, parties[first : first + 50])
            except TransactionError as error:  # it names what must be locked, and is begun again
                error.fix(locks)
                continue
            break
    seconds = time.perf_counter() - began
    with Transaction().start(current.database_name, current.user, context=current.context):
        posted = Pool().get("account.invoice").search([("state", "=", "posted")])
        print(seconds, len(posted), sum(int(one.total_amount) for one in posted))


def made(company: int, receivable: int, revenue: int, tax: int, parties: list) -> None:
    pool = Pool()
    Invoice, Line, Journal = pool.get("account.invoice"), pool.get("account.invoice.line"), pool.get("account.journal")
    Report, currency = pool.get("account.invoice", type="report"), pool.get("company.company")(company).currency
    (journal,) = Journal.search([("type", "=", "revenue")], limit=1)
    common = {"currency": currency, "company": company}
    rows = []
    for party in pool.get("party.party").browse(parties):
        lines = [
            Line(type="line", quantity=1, unit_price=price, description=name, account=revenue, taxes=[tax],
                 invoice_type="out", **common)
            for price, name in LINES
        ]  # fmt: skip
        rows.append(
            Invoice(type="out", party=party, invoice_address=party.addresses[0], journal=journal, account=receivable,
                    lines=lines, invoice_date=date.today(), **common)
        )  # fmt: skip
    Invoice.save(rows)
    Invoice.update_taxes(rows)
    Invoice.post(rows)
    for invoice in rows:
        Report.execute([invoice.id], {"model": "account.invoice", "id": invoice.id, "ids": [invoice.id]})


main()
