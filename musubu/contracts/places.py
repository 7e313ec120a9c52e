"""What a provider starts out with: where the network can be provided (EX-5) and verified terminals (LO-5.1)."""

from __future__ import annotations

from datetime import date

from musubu.contracts.models import Area, Terminal
from musubu.parties.models import Provider

REGIONS = {  # region in ja, en, zh -> its prefectures
    ("北海道・東北", "Hokkaido and Tohoku", "北海道·东北"): "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県",
    ("関東", "Kanto", "关东"): "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県",
    ("中部", "Chubu", "中部"): "新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県",
    ("近畿", "Kinki", "近畿"): "三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県",
    (
        "中国・四国",
        "Chugoku and Shikoku",
        "中国·四国",
    ): "鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県",
    ("九州・沖縄", "Kyushu and Okinawa", "九州·冲绳"): "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県",
}
EXCEPT_ISLANDS = ("東京都", "長崎県", "鹿児島県", "沖縄県")
NOTE = {"ja": "離島を除く", "en": "except remote islands", "zh": "离岛除外"}
TERMINALS = (  # browser, its oldest version, system, kind
    ("Google Chrome", "140", "Windows 11", "pc"),
    ("Microsoft Edge", "140", "Windows 11", "pc"),
    ("Mozilla Firefox", "140", "Windows 11", "pc"),
    ("Google Chrome", "140", "macOS 14", "pc"),
    ("Safari", "17", "macOS 14", "pc"),
    ("Google Chrome", "140", "Debian 12", "pc"),
    ("Google Chrome", "140", "Android 13", "phone"),
    ("Safari", "17", "iOS 17", "phone"),
)


def seed_places(provider: Provider, verified_on: date) -> None:
    """Fill both lists once; safe to run again."""
    for position, (region, prefectures) in enumerate(REGIONS.items()):
        for prefecture in prefectures.split():
            Area.objects.get_or_create(
                provider=provider,
                prefecture=prefecture,
                defaults={
                    "region": dict(zip(("ja", "en", "zh"), region, strict=True)),
                    "position": position,
                    "note": NOTE if prefecture in EXCEPT_ISLANDS else {},
                },
            )
    for browser, version, system, kind in TERMINALS:
        Terminal.objects.get_or_create(
            provider=provider,
            browser=browser,
            system=system,
            defaults={"version": version, "kind": kind, "verified_on": verified_on},
        )
