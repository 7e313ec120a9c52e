"""Make the demonstration: its people apply, are screened, pay or do not, and the months really pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pyotp

from musubu import clock, terms
from musubu.billing.models import Invoice
from musubu.contracts import actions, applications, consents, presets
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Application, Contract, Plan, TermsVersion
from musubu.demo import cards, meetings, money
from musubu.notices.models import Post
from musubu.operations import actions as incidents
from musubu.operations import jobs
from musubu.parties import actions as people
from musubu.parties import cast, wall
from musubu.parties.models import Membership, Organisation, Person, Provider, Role

SLUG = "demo"
MONTHS = 8
CUSTOMERS = (  # name, mail domain, service, plan, day after the start, pays how many days after issue (None: never)
    ("株式会社さくら商事", "sakura.example", "liveon", "monthly", 2, 10),
    ("有限会社みなと観光", "minato.example", "simpleconnect", "standard", 5, 40),
    ("北野デザイン株式会社", "kitano.example", "videog", "business", 9, 0),
    ("学校法人あおば学園", "aoba.example", "learno", "economy", 12, 12),
    ("東西物流株式会社", "tozai.example", "exaas", "basic-100", 16, 20),
    ("株式会社ひびき電機", "hibiki.example", "simpleconnect", "contact-center", 20, 9),
    ("合同会社つばめ企画", "tsubame.example", "videog", "business", 30, None),
    ("株式会社ふじ出版", "fuji.example", "liveon", "yearly", 40, 8),
    ("有限会社いそべ食堂", "isobe.example", "simpleconnect", "standard", 45, None),
)
# who pays by card, and with which test card: one that is accepted, one that has not enough money when it is charged
CARDS = {"kitano.example": "4242", "tsubame.example": "9995"}
KANA = {
    "sakura.example": "カ)サクラショウジ", "minato.example": "ユ)ミナトカンコウ", "kitano.example": "キタノデザイン(カ",
    "aoba.example": "ガク)アオバガクエン", "tozai.example": "トウザイブツリユウ(カ", "hibiki.example": "カ)ヒビキデンキ",
    "tsubame.example": "ド)ツバメキカク", "fuji.example": "カ)フジシユツパン",
    "isobe.example": "ユ)イソベシヨクドウ",
}  # fmt: skip
STAFF = {
    Role.OWNER: "社長 山本",
    Role.SALES: "営業 佐藤",
    Role.BILLING: "経理 鈴木",
    Role.SUPPORT: "サポート 高橋",
    Role.OPERATIONS: "運用 田中",
    Role.AUDITOR: "監査 伊藤",
}
OWN = {
    "delivery_email": "it@example.jp",
    "use": "代表電話",
    "publisher": "公式チャンネル",
    "responsible_person": "総務部 責任者",
    "administrator": "情報システム部",
    "virus_protection": "ESET",
    "payment": "transfer",
}


def seed() -> Provider:
    """Make the demonstration once; a second call changes nothing."""
    existing = Provider.objects.filter(slug=SLUG).first()
    if existing:
        return existing
    now = clock.now()
    start = (
        (now - timedelta(days=MONTHS * 30 + 2))
        .astimezone(clock.TOKYO)
        .replace(hour=9, minute=0, second=0, microsecond=0)
    )
    provider = cast.make_provider(SLUG, sandbox=True)
    provider.sandbox_now = start
    provider.save()
    with clock.standing_at(start):
        presets.seed_catalogue(provider)
        staff = {role: cast.make_staff(provider, role, name=name) for role, name in STAFF.items()}
        for place in ("logo", "seal"):
            content = Path(__file__).with_name(f"{place}.svg").read_bytes()
            people.set_picture(provider=provider, person=staff[Role.OWNER], place=place, content=content)
        _agent_and_end_client(provider)
        _first_post(provider, start)
        money.begin(provider, staff)
    with cards.card_company():
        opened = _pass_the_months(provider, staff, now)
    _mark_the_end(provider, staff, opened)
    _incidents(provider, staff[Role.OPERATIONS])
    with clock.standing_at(provider.sandbox_now or now):
        money.finish(provider, staff)
    meetings.seed(provider)
    return provider


def _agent_and_end_client(provider: Provider) -> None:
    agent = cast.make_organisation(provider, "はやぶさ代理店株式会社", Organisation.Kind.AGENT)
    cast.make_member(agent, "owner@hayabusa.example", Role.OWNER, "代理店 渡辺")
    school = cast.make_organisation(provider, "学校法人あおば学園")
    Organisation.objects.filter(pk=school.pk).update(agent=agent)
    client = cast.make_organisation(provider, "あおば研修センター", Organisation.Kind.END_CLIENT, parent=school)
    cast.make_member(client, "owner@kenshu.example", Role.OWNER, "取引先 中村")


def _first_post(provider: Provider, at: datetime) -> None:
    Post.objects.create(
        provider=provider,
        titles={"ja": "年末年始の営業について", "en": "Opening days around New Year", "zh": "年末年初营业安排"},
        bodies={
            "ja": "12月29日から1月3日までサポート窓口を休みます。サービスは通常どおりご利用いただけます。",
            "en": "The support desk is closed from 29 December to 3 January. The services run as usual.",
            "zh": "12月29日至1月3日支持窗口休息，服务照常使用。",
        },
        clause="SC-3",
        published_at=at,
    )


Opened = list[tuple[Contract, int | None]]


def _open(provider: Provider, staff: dict[Role, Person], name: str, domain: str, service: str, plan: str) -> Contract:
    """One company applies today and is accepted."""
    organisation, owner = cast.make_contractor(provider, name, f"owner@{domain}")
    Organisation.objects.filter(pk=organisation.pk).update(name_kana=KANA[domain])
    Person.objects.filter(pk=owner.pk).update(name="代表 木村")
    cast.make_member(organisation, f"admin@{domain}", Role.ADMINISTRATOR, "管理 小林")
    cast.make_member(organisation, f"billing@{domain}", Role.BILLING_CONTACT, "経理 加藤")
    cast.make_member(organisation, f"member@{domain}", Role.MEMBER, "一般 吉田")
    owner.refresh_from_db()
    row = Plan.objects.get(provider=provider, service=service, code=plan)
    application = applications.start(plan=row, organisation=organisation, person=owner, language="ja")
    applications.save(application=application, person=owner, data=_told(domain), options=[], step=3)
    texts = consents.texts(service, "ja", TermsVersion.objects.get(provider=provider, service=service).texts["ja"])
    application = applications.submit(application=application, person=owner, texts=texts, version=1)
    if application.state != Application.State.ACCEPTED:
        applications.accept(application=application, person=staff[Role.SALES])
    contract = Contract.objects.get(application=application)
    if service == "liveon":
        meetings.register(contract, owner)
    if service == "exaas":
        applications.notice_posted(contract=contract, person=staff[Role.SALES], tracking_number="100-20-30405-6")
        applications.notice_delivered(contract=contract, person=staff[Role.SALES])
    if domain in CARDS:
        cards.set_up_card(contract, CARDS[domain])
    return contract


def _told(domain: str) -> dict[str, str]:
    return OWN | ({"payment": "card"} if domain in CARDS else {})


def _pass_the_months(provider: Provider, staff: dict[Role, Person], now: datetime) -> Opened:
    """Day by day to the present: companies come, and each pays in its own way."""
    assert provider.sandbox_now is not None
    start: datetime = provider.sandbox_now
    day, opened = start, Opened()
    while day < now - timedelta(days=1):
        day += timedelta(days=1)
        sandbox.advance(provider, day)
        with clock.standing_at(day):
            for name, domain, service, plan, after, pays in CUSTOMERS:
                if start + timedelta(days=after) == day:
                    opened.append((_open(provider, staff, name, domain, service, plan), pays))
            for contract, pays in opened:
                if pays is not None and contract.particulars["payment"] != "card":
                    _pay(contract, day - timedelta(days=pays))
            money.pass_day(provider, staff, day)
    return opened


def _pay(contract: Contract, issued_by: datetime) -> None:
    """Pay what was issued up to a moment."""
    for invoice in Invoice.objects.filter(contract=contract, issued_at__lte=issued_by):
        actions.pay(contract=contract, person=None, invoice=invoice.of_contract, key=f"pay-{invoice.pk}")


def _mark_the_end(provider: Provider, staff: dict[Role, Person], opened: list[tuple[Contract, int | None]]) -> None:
    """Today: one is cancelled, one suspended, one waits for screening."""
    assert provider.sandbox_now is not None
    with clock.standing_at(provider.sandbox_now):
        leaving, troubled = opened[5][0], opened[1][0]
        cards.agree_on_instalments(opened[8][0], staff[Role.BILLING])
        cards.give_up(opened[6][0], staff[Role.BILLING])
        actions.cancel(contract=leaving, person=leaving.responsible)
        actions.measure(
            contract=troubled,
            person=staff[Role.OPERATIONS],
            kind="suspend",
            clause="SC-24.1",
            ground=terms.grounds("simpleconnect", "SC-24.1")[1]["key"],
            note="支払の遅れが続いているため",
        )
        organisation, owner = cast.make_contractor(provider, "株式会社こだま食品", "owner@kodama.example")
        plan = Plan.objects.get(provider=provider, service="learno", code="standard")
        application = applications.start(plan=plan, organisation=organisation, person=owner, language="ja")
        applications.save(application=application, person=owner, data=OWN, options=[], step=3)
        version = TermsVersion.objects.get(provider=provider, service="learno")
        texts = consents.texts("learno", "ja", version.texts["ja"])
        applications.submit(application=application, person=owner, texts=texts, version=version.version)


def _incidents(provider: Provider, person: Person) -> None:
    """A short outage ten days ago, and a maintenance in three weeks."""
    assert provider.sandbox_now is not None
    now: datetime = provider.sandbox_now
    with clock.standing_at(now):
        started = now - timedelta(days=10)
        titles = {"ja": "通話がつながらない障害", "en": "Calls could not be connected", "zh": "通话无法接通"}
        report = incidents.open_incident(
            provider=provider, person=person, service="simpleconnect", impact="outage", titles=titles, starts_at=started
        )
        incidents.say(
            report=report,
            person=person,
            texts={
                "ja": "原因の機器を切り替え、復旧しました。",
                "en": "The faulty device was replaced; calls work again.",
                "zh": "已切换故障设备，恢复正常。",
            },
        )
        incidents.resolve(report=report, person=person, ends_at=started + timedelta(hours=3), cause="provider")
        night = (now + timedelta(days=21)).astimezone(clock.TOKYO).replace(hour=2, minute=0)
        incidents.plan_maintenance(
            provider=provider,
            person=person,
            service="videog",
            impact="outage",
            titles={"ja": "配信設備の更新", "en": "New streaming equipment", "zh": "更新播放设备"},
            starts_at=night,
            ends_at=night + timedelta(hours=3),
        )
        jobs.journal_reports(provider, now)


def accounts(provider: Provider) -> list[dict[str, str]]:
    """Everybody who can sign in to the demonstration, with the code that is valid now for those who need one."""
    rows = Membership.objects.filter(provider=provider, ended_at__isnull=True).select_related("person", "organisation")
    return [
        {
            "email": row.person.email,
            "password": cast.PASSWORD,
            "role": row.role,
            "organisation": row.organisation.name if row.organisation else provider.name,
            "kind": row.organisation.kind if row.organisation else "provider",
            "totp_secret": row.person.totp_secret,
            "code": pyotp.TOTP(row.person.totp_secret).at(wall.now()) if row.person.totp_secret else "",
        }
        for row in rows.order_by("organisation_id", "pk")
    ]
