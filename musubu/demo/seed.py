"""Make the demonstration: its people apply, are screened, pay or do not, and the months really pass."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp

from musubu import clock, terms
from musubu.billing.models import Invoice
from musubu.contracts import actions, applications, consents, presets
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Application, Contract, Plan, TermsVersion
from musubu.notices.models import Post
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
)
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
        _agent_and_end_client(provider)
        _first_post(provider, start)
    opened = [_live(provider, staff, *customer) for customer in CUSTOMERS]
    _pass_the_months(provider, opened, now)
    _mark_the_end(provider, staff, opened)
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


def _live(
    provider: Provider,
    staff: dict[Role, Person],
    name: str,
    domain: str,
    service: str,
    plan: str,
    day: int,
    pays: int | None,
) -> tuple[Contract, int | None]:
    """One company applies and is accepted on its day."""
    assert provider.sandbox_now is not None
    start: datetime = provider.sandbox_now
    first = Provider.objects.get(pk=provider.pk)
    at = max(start, _origin(first) + timedelta(days=day, hours=2))
    sandbox.advance(provider, at)
    with clock.standing_at(at):
        organisation, owner = cast.make_contractor(provider, name, f"owner@{domain}")
        cast.make_member(organisation, f"admin@{domain}", Role.ADMINISTRATOR)
        cast.make_member(organisation, f"billing@{domain}", Role.BILLING_CONTACT)
        cast.make_member(organisation, f"member@{domain}", Role.MEMBER)
        row = Plan.objects.get(provider=provider, service=service, code=plan)
        application = applications.start(plan=row, organisation=organisation, person=owner, language="ja")
        applications.save(application=application, person=owner, data=OWN, options=[], step=3)
        texts = consents.texts(service, "ja", TermsVersion.objects.get(provider=provider, service=service).texts["ja"])
        application = applications.submit(application=application, person=owner, texts=texts, version=1)
        if application.state != Application.State.ACCEPTED:
            applications.accept(application=application, person=staff[Role.SALES])
        contract = Contract.objects.get(application=application)
        if service == "exaas":
            applications.notice_posted(contract=contract, person=staff[Role.SALES], tracking_number="100-20-30405-6")
            applications.notice_delivered(contract=contract, person=staff[Role.SALES])
    return contract, pays


def _origin(provider: Provider) -> datetime:
    first = Membership.objects.filter(provider=provider).order_by("since").first()
    assert first is not None
    return first.since


def _pass_the_months(provider: Provider, opened: list[tuple[Contract, int | None]], now: datetime) -> None:
    """Day by day to the present: each company pays in its own way."""
    assert provider.sandbox_now is not None
    day: datetime = provider.sandbox_now
    while day < now - timedelta(days=1):
        day += timedelta(days=1)
        sandbox.advance(provider, day)
        with clock.standing_at(day):
            for contract, pays in opened:
                if pays is None:
                    continue
                since, until = day - timedelta(days=pays + 1), day - timedelta(days=pays)
                for invoice in Invoice.objects.filter(contract=contract, issued_at__gt=since, issued_at__lte=until):
                    actions.pay(contract=contract, person=None, invoice=invoice.of_contract, key=f"pay-{invoice.pk}")


def _mark_the_end(provider: Provider, staff: dict[Role, Person], opened: list[tuple[Contract, int | None]]) -> None:
    """Today: one is cancelled, one suspended, one waits for screening."""
    assert provider.sandbox_now is not None
    with clock.standing_at(provider.sandbox_now):
        leaving, troubled = opened[5][0], opened[1][0]
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
