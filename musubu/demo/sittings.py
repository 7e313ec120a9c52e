"""Meetings of the demonstration that have taken place: weeks of short ones, and one with all that a meeting leaves."""

from __future__ import annotations

import io
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import typst
from pycrdt import Doc, Map

from musubu import clock
from musubu.contracts.models import Contract
from musubu.demo import film
from musubu.meetings.actions import planning, preparing
from musubu.meetings.models import Attendance, Board, Licence, Meeting, MeetingDocument, QualitySample, Sitting
from musubu.meetings.together import boards, chat, documents, files, polls
from musubu.parties.models import Person

DAYS = 25  # of short meetings
TERMINALS = (
    {"browser": "Google Chrome 141", "system": "Windows", "phone": False},
    {"browser": "Microsoft Edge 141", "system": "Windows", "phone": False},
    {"browser": "Safari 18", "system": "iOS", "phone": True},
)
SAID = (
    (0, "", "おはようございます。音声は聞こえていますか。"), (1, "", "はい、よく聞こえます。"),
    (3, "", "資料をありがとうございます。3ページ目の数字を確認させてください。"),
    (0, "", "議事録はこのチャットに残します。次回は来週の同じ時間です。"), (2, 0, "先方の予算感、後ほど共有します。"),
)  # fmt: skip
SHEET = """#set page(paper: "presentation-16-9", fill: rgb("#f7f9fb"))
#set text(font: "Noto Sans CJK JP", size: 24pt, fill: rgb("#1b2733"))
= 秋の営業戦略
- 第3四半期の実績: 前年比 108 %
- 重点商品: 桜シリーズ
#pagebreak()
= 担当と期限
#table(columns: 3, inset: 10pt, [商品], [担当], [期限], [桜シリーズ], [木村], [10日], [贈答品], [小林], [17日])
"""
DRAWN: tuple[dict[str, Any], ...] = (
    {"type": "rectangle", "x": 0, "y": 0, "width": 180, "height": 70, "backgroundColor": "#ffc9c9", "roundness": {"type": 3}},
    {"type": "text", "x": 40, "y": 22, "width": 100, "height": 25, "text": "見込み客"},
    {"type": "arrow", "x": 185, "y": 35, "points": [[0, 0], [90, 0]], "endArrowhead": "arrow"},
    {"type": "diamond", "x": 280, "y": -20, "width": 190, "height": 110, "backgroundColor": "#ffec99"},
    {"type": "text", "x": 335, "y": 22, "width": 80, "height": 25, "text": "初回訪問"},
    {"type": "arrow", "x": 475, "y": 35, "points": [[0, 0], [90, 0]], "endArrowhead": "arrow"},
    {"type": "ellipse", "x": 570, "y": -5, "width": 180, "height": 80, "backgroundColor": "#b2f2bb"},
    {"type": "text", "x": 620, "y": 22, "width": 80, "height": 25, "text": "ご契約"},
    {"type": "freedraw", "x": 570, "y": 110, "strokeColor": "#e03131", "points": [[n * 6, (-1) ** n * 4] for n in range(30)]},
)  # fmt: skip


def seed(contract: Contract, people: list[Person], guests: tuple[planning.Guest, ...]) -> None:
    """For a contract whose people have licences."""
    chance = random.Random(7)  # noqa: S311 - the same demonstration each time
    now = clock.now().astimezone(clock.TOKYO)
    opened = contract.begins_on or now.date()
    _mornings(contract, people, now, chance)
    day = now - timedelta(days=2 if now.weekday() not in (1, 2) else 5)  # no Sunday or Saturday
    begin = day.replace(hour=10, minute=0, second=0, microsecond=0)
    if begin.date() > opened:
        with clock.standing_at(begin - timedelta(hours=20)):
            guests = (*guests, *(planning.Guest(one.email, one.name) for one in people[1:]))
            wish = planning.Wish("秋の営業戦略会議", begin, 45, "1. 実績  2. 重点商品  3. 担当", guests=guests)
            meeting = planning.plan(contract=contract, person=people[0], wish=wish)
        _whole(meeting, people, begin, chance)


def _mornings(contract: Contract, people: list[Person], now: datetime, chance: random.Random) -> None:
    """Every working morning a quarter of an hour."""
    meeting = planning.start_now(contract=contract, person=people[0], title="朝会")
    for back in range(DAYS, 0, -1):
        begin = (now - timedelta(days=back)).replace(hour=9, minute=0, second=0, microsecond=0)
        if begin.weekday() < 5 and begin.date() > (contract.begins_on or begin.date()):
            sitting = _sitting(meeting, begin, 15, len(people))
            _there(sitting, people, [], begin, 15, chance)


def _sitting(meeting: Meeting, begin: datetime, minutes: int, peak: int) -> Sitting:
    return Sitting.objects.create(
        meeting=meeting, started_at=begin, ended_at=begin + timedelta(minutes=minutes), end_reason="host", peak=peak
    )


def _there(
    sitting: Sitting, people: list[Person], guests: list[str], begin: datetime, minutes: int, chance: random.Random
) -> list[Attendance]:
    """Who was there, with their lines; one of them on a weak one."""
    licences = {one.holder_id: one for one in Licence.objects.filter(contract=sitting.meeting.contract)}
    came: list[dict[str, Any]] = [
        {"person": one, "licence": licences.get(one.pk), "kind": "member", "name": one.name} for one in people
    ] + [{"kind": "phone" if "0" in name else "guest", "name": name} for name in guests]
    rows = []
    for n, one in enumerate(came):
        joined = begin + timedelta(seconds=chance.randint(0, 90) * bool(n))
        left = begin + timedelta(minutes=minutes - (chance.randint(1, 5) if n == 2 else 0))
        rows.append(
            Attendance(
                sitting=sitting, role="host" if not n else "attendee", joined_at=joined, left_at=left,
                left_reason="left" if n == 2 else "ended", terminal=TERMINALS[n % 3] if one["kind"] != "phone" else {},
                join_ms=chance.randint(700, 1900) if one["kind"] != "phone" else None,
                talked_seconds=chance.randint(20, minutes * 20), **one,
            )
        )  # fmt: skip
    Attendance.objects.bulk_create(rows)
    QualitySample.objects.bulk_create(
        _minute(one, minute, weak=n == 2 and chance.random() < 0.3, chance=chance)
        for n, one in enumerate(rows)
        if one.kind != "phone"
        for minute in range(minutes)
    )
    return rows


def _minute(one: Attendance, minute: int, *, weak: bool, chance: random.Random) -> QualitySample:
    return QualitySample(
        attendance=one, minute=minute, loss_up=chance.randint(0, 40) + 500 * weak, loss_down=chance.randint(0, 30),
        round_trip=chance.randint(14, 60) + 300 * weak, jitter=chance.randint(2, 12) + 60 * weak, freezes=2 * weak,
        frozen=chance.randint(1_500, 4_500) * weak, kbps_up=chance.randint(600, 1_200), network="udp",
        kbps_down=chance.randint(900, 2_400), layer=chance.randint(150, 200) - 100 * weak, coarse=80 * weak,
    )  # fmt: skip


def _whole(meeting: Meeting, people: list[Person], begin: datetime, chance: random.Random) -> None:
    """Chat, file, document, board, polls and a recording."""
    sitting = Sitting.objects.create(meeting=meeting, started_at=begin, peak=len(people) + 3)
    there = _there(sitting, people, ["林", "李", "050-••••-1234"], begin, 45, chance)
    with clock.standing_at(begin + timedelta(minutes=5)):
        _document(meeting, sitting, there[0])
        _chat(sitting, there, begin)
        _board(meeting, sitting)
        _poll(meeting, sitting, there)
        film.add(sitting, there[0], [one.name for one in there], begin + timedelta(minutes=3))
    Sitting.objects.filter(pk=sitting.pk).update(ended_at=begin + timedelta(minutes=45), end_reason="host")


def _pdf() -> bytes:
    made = typst.compile(SHEET.encode(), format="pdf")
    return made if isinstance(made, bytes) else made[0]


def _document(meeting: Meeting, sitting: Sitting, by: Attendance) -> None:
    row = MeetingDocument(meeting=meeting, sitting=sitting, attendance=by.public_id, by=by.name)
    documents.keep(row, "営業戦略.pdf", io.BytesIO(_pdf()).read)
    documents.convert(str(row.public_id))


def _chat(sitting: Sitting, there: list[Attendance], begin: datetime) -> None:
    content = "商品,担当,期限\n桜シリーズ,木村,10日\n贈答品,小林,17日\n".encode("utf-8-sig")
    file = files.share(
        attendance=there[1], name="担当一覧.csv", type="text/csv", size=len(content), read=io.BytesIO(content).read
    )
    lines = [*SAID, (1, "", "")]
    chat.keep_messages(
        (
            sitting.pk,
            {
                "id": str(uuid.uuid4()), "from": str(there[who].public_id), "name": there[who].name, "text": text,
                "to": str(there[to].public_id) if isinstance(to, int) else "", "file": None if text else files.shown(file),
            },
            begin + timedelta(minutes=2 + 6 * n),
        )
        for n, (who, to, text) in enumerate(lines)
    )  # fmt: skip


def _board(meeting: Meeting, sitting: Sitting) -> None:
    doc: Doc[Any] = Doc()
    kept = doc.get("elements", type=Map)
    usual = {"strokeColor": "#1e1e1e", "strokeWidth": 2, "fillStyle": "solid", "opacity": 100, "angle": 0, "version": 1}
    for n, one in enumerate(DRAWN):
        kept[f"e{n}"] = {**usual, "width": 1, "height": 1, **one, "id": f"e{n}", "index": f"a{n}", "fontSize": 20}
    row = boards.add(meeting.pk, sitting.pk, "商談の流れ")
    if row:
        Board.objects.filter(pk=row.pk).update(state=doc.get_update(), drawn_at=clock.now())


def _poll(meeting: Meeting, sitting: Sitting, there: list[Attendance]) -> None:
    told = {"question": "重点商品はどれにしますか", "options": ["桜シリーズ", "贈答品", "定期便"]}
    row = preparing.poll(meeting=meeting, person=meeting.host, told=told)
    polls.open_(row, sitting.pk)
    for n, one in enumerate(one for one in there if one.kind != Attendance.Kind.PHONE):
        polls.vote(row, f"guest:{one.public_id}", one.name, [0 if n != 1 else 2])
    polls.close(row)
