"""The demonstration's money in and out: debits with failures, sellers and agents, equipment, a carrier's outage, and a bank's
file with the odd cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from musubu import clock
from musubu.billing import (
    accounts,
    agencies,
    bank_csv,
    claims,
    debits,
    deposits,
    equipment,
    payouts,
    proposals,
    sales,
    statements,
)
from musubu.billing.models import Article, BankDeposit, DebitRun
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.operations import actions as incidents
from musubu.operations import jobs
from musubu.parties import cast
from musubu.parties.models import Organisation, Person, Provider, Role
from musubu.terms.calendar import is_bank_day, month_first

Staff = dict[Role, Person]
DEBIT = (  # name, mail domain, kana, account, answers of the bank month by month
    ("株式会社あさひ通信", "asahi.example", "カ)アサヒツウシン", ("9001", "102", "1203344"), "00000000"),
    ("有限会社ゆうひ写真", "yuhi.example", "ユ)ユウヒシヤシン", ("9012", "115", "7788990"), "01004444"),
)
ARTICLES = (  # code, names, price before tax, months of warranty
    ("sip-t40", {"ja": "SIPフォン T40", "en": "SIP phone T40", "zh": "SIP 话机 T40"}, 18_000, 12),
    ("sip-t60", {"ja": "SIPフォン T60（カラー液晶）", "en": "SIP phone T60 (colour screen)", "zh": "SIP 话机 T60（彩屏）"}, 32_000, 24),
    ("headset-h2", {"ja": "ヘッドセット H2", "en": "Headset H2", "zh": "耳机 H2"}, 9_800, 12),
)  # fmt: skip
FORMS = ("demo-1", "demo-2")  # an order form sent twice is one order
SOLD = (("動画講座「はじめての撮影」", 4_400), ("動画講座「編集の基本」", 6_600), ("素材集", 2_200))


def begin(provider: Provider, staff: Staff) -> None:
    """On the first day: lists, articles, shares, an agent, and customers who pay by direct debit."""
    billing = staff[Role.BILLING]
    accounts.take_example(provider=provider, person=billing)
    bank_csv.add_usual(provider=provider, person=billing)
    agencies.add(provider=provider, person=billing, name="みらい回収サービス株式会社", kind="collection")
    for code, names, price, months in ARTICLES:
        equipment.save_article(
            provider=provider, person=billing, code=code, names=names, price=price, warranty_months=months
        )
    agent = Organisation.objects.get(provider=provider, kind=Organisation.Kind.AGENT)
    today = clock.today()
    sales.agree(provider=provider, person=billing, kind="seller", rate="85", valid_from=today, organisation=None)
    sales.agree(provider=provider, person=billing, kind="agent", rate="12.5", valid_from=today, organisation=agent)
    for name, domain, kana, (bank, branch, account), _answers in DEBIT:
        _debit_customer(provider, billing, name, domain, kana, bank, branch, account)


def _debit_customer(
    provider: Provider, billing: Person, name: str, domain: str, kana: str, bank: str, branch: str, account: str
) -> None:
    organisation, owner = cast.make_contractor(provider, name, f"owner@{domain}")
    Organisation.objects.filter(pk=organisation.pk).update(name_kana=kana)
    contract = actions.open_contract(
        provider=provider, organisation=organisation, responsible=owner,
        plan=provider.plans.get(service="simpleconnect", code="standard"), more={"payment": "debit", "debit_day": 27},
    )  # fmt: skip
    actions.conclude(contract=contract)
    mandate = debits.open_mandate(
        organisation=organisation, person=billing, bank=bank, branch=branch, account=account, holder=kana
    )
    for state in ("received", "active"):
        debits.move_mandate(mandate=mandate, person=billing, to=state)


def pass_day(provider: Provider, staff: Staff, day: datetime) -> None:
    """What billing does on some days of a month."""
    billing, today = staff[Role.BILLING], day.astimezone(clock.TOKYO).date()
    if today.day in (6, 19):
        _sell(provider, today)
    if today.day == 2:
        statements.close_month(provider=provider, person=billing, month=month_first(today) - timedelta(days=1))
    if is_bank_day(today):
        due = debits.due(provider, today)
        if any(invoice.due_on == today for invoice, _mandate, _left in due):
            _debit(provider, billing, today)
        _pay_out(provider, billing, today)


def _sell(provider: Provider, today: date) -> None:
    seller = Organisation.objects.filter(provider=provider, name="北野デザイン株式会社").first()
    if seller and payouts.account_of(seller) is None:
        owner = seller.memberships.order_by("pk")[0].person
        payouts.set_account(
            organisation=seller, person=owner, bank="9001", branch="230", account="0456789", holder="キタノデザイン(カ"
        )
    for place, (text, amount) in enumerate(SOLD if seller else ()):
        assert seller is not None
        record = f"video-sale-{today}-{place}"
        sales.hand_in(
            provider=provider,
            record=record,
            kind="seller",
            organisation=seller,
            at=clock.now(),
            text=text,
            amount=amount,
        )
        if today.day == 19 and place == 2 and today.month % 3 == 0:
            sales.hand_back(
                provider=provider,
                record=f"chargeback-{today}",
                of=record,
                at=clock.now(),
                text=f"チャージバック {text}",
            )
    agent = Organisation.objects.get(provider=provider, kind=Organisation.Kind.AGENT)
    for contract in Contract.objects.filter(organisation__agent=agent, service="learno", begins_on__lte=today):
        sales.hand_in(
            provider=provider, record=f"learno-{contract.number}-{today:%Y-%m}", kind="agent", organisation=agent,
            at=clock.now().replace(day=6, hour=0, minute=0, second=0, microsecond=0), text=contract.number,
            amount=contract.particulars["monthly_fee"] * 11 // 10,
        )  # fmt: skip


def _debit(provider: Provider, billing: Person, today: date) -> None:
    """The request, and the bank's answer as each customer's account has it."""
    month = DebitRun.objects.filter(provider=provider).count()
    run = debits.make_file(provider=provider, person=billing, day=today)
    answers = {name: results[month % len(results)] for name, _d, _k, _a, results in DEBIT}
    results = [answers[line.invoice.party] for line in run.lines.select_related("invoice").order_by("place")]
    debits.read_answer(run=run, person=billing, name="kekka.txt", content=answered(bytes(run.content), results))


def answered(content: bytes, results: list[str]) -> bytes:
    """A request file as the bank sends it back: with a result on every line and the six totals."""
    records = [bytearray(record) for record in content.split(b"\r\n")[:-1]]
    amounts = [int(record[80:90]) for record in records[1:-2]]
    for record, result in zip(records[1:-2], results, strict=True):
        record[111:112] = result.encode()
    done = [amount for amount, result in zip(amounts, results, strict=True) if result == "0"]
    failed = [amount for amount, result in zip(amounts, results, strict=True) if result != "0"]
    records[-2][19:55] = f"{len(done):06}{sum(done):012}{len(failed):06}{sum(failed):012}".encode()
    return b"".join(bytes(record) + b"\r\n" for record in records)


def _pay_out(provider: Provider, billing: Person, today: date) -> None:
    """In the middle of a month, what has an account is paid; the first transfer of all once failed."""
    rows = [row for row, target, _failed in payouts.waiting(provider) if target is not None]
    if today.day < 15 or not rows:
        return
    first = not provider.payout_runs.exists()
    run = payouts.make_run(provider=provider, person=billing, day=today, payables=rows)
    payouts.book_run(run=run, person=billing, failed={1: "口座名義相違"} if first else {})


def finish(provider: Provider, staff: Staff) -> None:
    """Today: equipment on its way, a carrier's outage claimed for, receivables with an agent, a bank's file to work on."""
    billing = staff[Role.BILLING]
    _equipment(provider, staff)
    _carrier(provider, staff[Role.OPERATIONS])
    agency = provider.agencies.get()
    late = [one.invoice for one in agencies.can_go(agency) if one.days_late][:1]
    if late:
        agencies.hand_over(agency=agency, person=billing, invoices=late)
    content = deposits.demonstration_notice(provider, clock.today())
    deposits.read_file(provider=provider, person=billing, name="furikomi.txt", content=content)
    among = proposals.candidates(provider)
    for deposit in BankDeposit.objects.filter(provider=provider).order_by("pk")[1:3]:  # less a fee, short
        if found := proposals.proposals(deposit, among):
            deposits.match(deposit=deposit, contract=found[0].contract, person=billing, reason=found[0].reason)


def _equipment(provider: Provider, staff: Staff) -> None:
    contract = Contract.objects.get(provider=provider, organisation__name="株式会社ひびき電機")
    articles = {one.code: one for one in Article.objects.filter(provider=provider)}
    owner, support = contract.responsible, staff[Role.SUPPORT]
    place = contract.organisation.address
    order = equipment.order(
        contract=contract, person=owner, wanted={articles["sip-t40"]: 2}, ship_to=place, token=FORMS[0]
    )
    actions.pay(contract=contract, person=None, invoice=order.of_contract, key="demo-equipment")
    serials = {order.lines.get(): ["T40-00123", "T40-00124"]}
    units = equipment.ship(order=order, person=support, serials=serials, tracking_number="4001-2345-6789")
    case = equipment.report_fault(unit=units[0], person=owner, fault="受話器から音が出ない")
    equipment.ship_replacement(replacement=case, person=support, serial="T40-00200", tracking_number="4001-2345-6790")
    equipment.replacement_received(replacement=case, person=support, on=clock.today())
    equipment.order(contract=contract, person=owner, wanted={articles["headset-h2"]: 3}, ship_to=place, token=FORMS[1])


def _carrier(provider: Provider, person: Person) -> None:
    """Sixty hours without streaming, by a carrier's fault; one member has claimed."""
    started = clock.now() - timedelta(days=14)
    titles = {
        "ja": "回線事業者の障害による配信停止",
        "en": "Streaming stopped by a carrier's fault",
        "zh": "因运营商故障停止播放",
    }
    report = incidents.open_incident(
        provider=provider, person=person, service="videog", impact="outage", titles=titles, starts_at=started
    )
    incidents.resolve(report=report, person=person, ends_at=started + timedelta(hours=60), cause="carrier")
    jobs.journal_reports(provider, clock.now())
    for contract in Contract.objects.filter(provider=provider, service="videog", free_since__isnull=True):
        outages = contract.events.filter(what="outage").count()
        claims.make(
            contract=contract, person=contract.responsible, outage=outages, text="配信が2日以上できませんでした。"
        )
