"""The five services as a provider starts out with them: terms, plans, options and prices."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from musubu import clock, terms
from musubu.contracts.models import Option, Plan, Price, TermsVersion
from musubu.contracts.places import seed_places
from musubu.parties.models import Provider
from musubu.terms.load import FOLDER
from musubu.transactions import whole

SINCE = date(2026, 1, 1)
Names = tuple[str, str, str]  # ja, en, zh
# service -> code, names, summaries, monthly fee, initial fee, form, months, limits
PLANS: dict[str, list[tuple[str, Names, Names, int, int, str, int, dict[str, Any]]]] = {
    "liveon": [
        ("monthly", ("月契約ライセンス", "Monthly licence", "月度许可证"), ("1か月ごとに更新。必要な月だけ使えます。", "Renews month by month.", "按月续约。"), 4_800, 0, "monthly", 1, {"licences": 10, "capacity": 100}),
        ("yearly", ("年契約ライセンス", "Yearly licence", "年度许可证"), ("12か月分をまとめてお得に。", "Twelve months at a better price.", "十二个月优惠价。"), 3_900, 0, "multi-month", 12, {"licences": 10, "capacity": 100}),
        ("spot", ("スポット利用", "Spot", "临时使用"), ("説明会や研修など、決まった日まで。", "For one event, up to an agreed day.", "用于说明会或培训，至约定日为止。"), 30_000, 0, "spot", 1, {"licences": 50, "capacity": 100}),
    ],
    "simpleconnect": [
        ("standard", ("スタンダード", "Standard", "标准版"), ("クラウド電話とソフトフォン。1IDから。", "Cloud telephone with softphone, from one ID.", "云电话和软电话，1个ID起。"), 2_980, 5_000, "", 1, {"ids": 1}),
        ("contact-center", ("コンタクトセンター", "Contact centre", "联络中心"), ("IVR、待ち行列、録音、履歴。", "IVR, queues, recordings, histories.", "IVR、队列、录音、历史。"), 9_800, 20_000, "", 1, {"ids": 5}),
    ],
    "videog": [
        ("business", ("ビジネス", "Business", "商务版"), ("埋め込み、限定公開、販売。", "Embed, restrict, sell.", "嵌入、限定公开、销售。"), 9_800, 0, "", 1, {"storage_gb": 100}),
        ("enterprise", ("エンタープライズ", "Enterprise", "企业版"), ("大容量と優先サポート。1年前払い。", "Large storage, priority support, a year in advance.", "大容量与优先支持，预付一年。"), 49_800, 0, "", 12, {"storage_gb": 2000}),
    ],
    "learno": [
        ("economy", ("エコノミー", "Economy", "经济版"), ("少人数で始める。", "Start with a small group.", "小规模起步。"), 19_800, 50_000, "", 1, {"learners": 50}),
        ("standard", ("スタンダード", "Standard", "标准版"), ("教材と受講状況をまとめて管理。", "Material and progress in one place.", "统一管理教材与学习进度。"), 39_800, 100_000, "", 12, {"learners": 300}),
        ("instructional-design", ("インストラクショナルデザイン", "Instructional design", "教学设计"), ("教材設計まで専門家が伴走。", "Experts design the courses with you.", "专家协助课程设计。"), 98_000, 300_000, "", 12, {"learners": 1000}),
    ],
    "exaas": [
        ("basic-100", ("ベーシック 100ポート", "Basic, 100 ports", "基础版 100 端口"), ("拠点の電話をまとめてクラウドへ。", "Move the office's telephony to the cloud.", "将办公电话迁移到云端。"), 120_000, 300_000, "", 1, {"ports": 100}),
        ("basic-1000", ("ベーシック 1,000ポート", "Basic, 1,000 ports", "基础版 1,000 端口"), ("全社の内線を一つに。", "One extension plan for the whole company.", "全公司统一分机。"), 980_000, 1_500_000, "", 1, {"ports": 1000}),
        ("basic-20000", ("ベーシック 20,000ポート", "Basic, 20,000 ports", "基础版 20,000 端口"), ("グループ会社まで含む大規模構成。", "For a group of companies.", "面向集团公司的大规模方案。"), 16_000_000, 9_000_000, "", 1, {"ports": 20000}),
    ],
}  # fmt: skip
OPTIONS: dict[str, list[tuple[str, Names, int]]] = {
    "liveon": [("recording", ("録画", "Recording", "录制"), 1_000)],
    "simpleconnect": [("recording", ("通話録音", "Call recording", "通话录音"), 1_500), ("number", ("追加番号", "Extra number", "附加号码"), 500)],
    "videog": [("live", ("ライブ配信", "Live streaming", "直播"), 5_000)],
    "learno": [("end-clients", ("取引先への提供", "End clients", "提供给最终客户"), 10_000)],
    "exaas": [("traffic-report", ("トラヒックレポート", "Traffic report", "流量报告"), 20_000), ("survivability", ("サバイバビリティ", "Survivability", "本地存续"), 50_000)],
}  # fmt: skip


def _named(names: Names) -> dict[str, str]:
    return dict(zip(("ja", "en", "zh"), names, strict=True))


@whole
def seed_catalogue(provider: Provider) -> None:
    """Give a provider the five services; safe to run again."""
    seed_places(provider, SINCE)
    for service in terms.SERVICES:
        _terms(provider, service)
        for position, plan in enumerate(PLANS[service]):
            code, names, summaries, fee, initial, form, months, limits = plan
            row, _ = Plan.objects.get_or_create(
                provider=provider,
                service=service,
                code=code,
                defaults={
                    "names": _named(names),
                    "summaries": _named(summaries),
                    "form": form,
                    "months": months,
                    "limits": limits,
                    "position": position,
                },
            )
            Price.objects.get_or_create(
                plan=row, valid_from=SINCE, defaults={"monthly_fee": fee, "initial_fee": initial}
            )
        for code, names, fee in OPTIONS[service]:
            option, _ = Option.objects.get_or_create(
                provider=provider, service=service, code=code, defaults={"names": _named(names)}
            )
            Price.objects.get_or_create(option=option, valid_from=SINCE, defaults={"monthly_fee": fee})


def _terms(provider: Provider, service: str) -> None:
    TermsVersion.objects.get_or_create(
        provider=provider,
        service=service,
        version=1,
        defaults={
            "figures": (FOLDER / service / "terms.toml").read_text(encoding="utf-8"),
            "texts": {lang: terms.texts.document(service, lang) for lang in terms.texts.LANGUAGES},
            "effective_on": SINCE,
            "published_at": datetime.combine(SINCE, time(9), clock.TOKYO),
        },
    )
