"""Boards as pictures: every kind of element is drawn, nonsense is left out, and only who was there gets them."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from PIL import Image
from pycrdt import Doc, Map

from musubu import clock
from musubu.engines.office import pdf
from musubu.meetings.models import Board
from musubu.meetings.tests.company import Company, client
from musubu.meetings.tests.kept import came
from musubu.meetings.together import pictures
from musubu.parties import cast

BASE: dict[str, Any] = {"x": 0, "y": 0, "width": 100, "height": 50, "strokeColor": "#1e1e1e", "strokeWidth": 2}
EVERYTHING: list[dict[str, Any]] = [
    {"type": "rectangle", "backgroundColor": "#ffc9c9", "fillStyle": "solid", "roundness": {"type": 3}},
    {"type": "diamond", "x": 200, "strokeStyle": "dashed", "backgroundColor": "#a5d8ff", "fillStyle": "hachure"},
    {"type": "ellipse", "y": 100, "angle": math.pi / 4, "opacity": 40},
    {"type": "arrow", "x": 50, "y": 50, "points": [[0, 0], [60, 20], [150, 50]], "endArrowhead": "triangle",
     "startArrowhead": "dot", "roundness": {"type": 2}},
    {"type": "line", "x": 300, "y": 50, "points": [[0, 0], [50, 0], [50, 50], [0, 0]], "backgroundColor": "#b2f2bb"},
    {"type": "freedraw", "x": 10, "y": 300, "points": [[0, 0], [10, 5], [20, -5]]},
    {"type": "text", "x": 100, "y": 200, "text": "会議 <script>\n二行目", "fontSize": 20, "textAlign": "center"},
    {"type": "frame", "x": -50, "y": -50, "width": 500, "height": 400, "name": "枠"},
]  # fmt: skip
NONSENSE: list[dict[str, Any]] = [
    {"type": "rectangle", "x": "a"}, {"type": "rectangle", "x": 1e300}, {"type": "rectangle", "width": math.nan},
    {"type": "evil"}, {"x": 1}, {"type": "line", "points": [[1]]}, {"type": "line", "points": "x"},
    {"type": "rectangle", "strokeColor": '"><script>', "x": 5}, {"type": "image", "fileId": "none"},
]  # fmt: skip


def board(company: Company, elements: list[dict[str, Any]]) -> Board:
    doc: Doc[Any] = Doc()
    kept = doc.get("elements", type=Map)
    for n, one in enumerate(elements):
        kept[str(n)] = {**BASE, **one, "id": str(n), "index": f"a{n}"} if "type" in one else one
    meeting = company.plan()
    sitting = company.runs(meeting)
    return Board.objects.create(
        meeting=meeting,
        sitting=sitting,
        title="図",
        created_at=clock.now(),
        drawn_at=clock.now(),
        state=doc.get_update(),
    )


def test_every_kind_is_drawn(company: Company) -> None:
    root = ElementTree.fromstring(pictures.as_svg(board(company, EVERYTHING)))
    tags = [one.tag.rpartition("}")[2] for one in root.iter()]
    for tag, count in (("g", 8), ("polygon", 2), ("ellipse", 1), ("path", 3), ("circle", 1), ("text", 2), ("tspan", 2)):
        assert tags.count(tag) == count, tag
    assert "会議 <script>" in "".join(root.itertext()) and "script" not in tags
    left, top, width, height = (float(one) for one in root.attrib["viewBox"].split())
    assert (left, top) == (-70, -70) and width > 500 and height > 400


def test_nonsense_is_left_out(company: Company) -> None:
    svg = pictures.as_svg(board(company, NONSENSE))
    assert "script" not in svg and svg.count("<g ") == 2  # a wrong colour is black, an unknown picture a frame
    assert ElementTree.fromstring(svg).attrib["width"]
    empty = ElementTree.fromstring(pictures.as_svg(board(company, [])))
    assert float(empty.attrib["width"]) > 100


def test_as_png_and_pdf(company: Company, tmp_path: Path) -> None:
    row = board(company, EVERYTHING)
    with Image.open(io.BytesIO(pictures.as_file(row, "png"))) as found:
        assert found.format == "PNG" and found.width > 900
        red = found.convert("RGB").getpixel((found.width * 120 // 540, found.height * 95 // 440))
        assert red == (255, 201, 201)
    (tmp_path / "a.pdf").write_bytes(pictures.as_file(row, "pdf"))
    assert len(pdf.page_sizes(tmp_path / "a.pdf")) == 1


def test_a_very_wide_board_is_a_picture_of_bounded_size(company: Company) -> None:
    row = board(company, [{"type": "rectangle", "width": 30_000, "height": 20}])
    with Image.open(io.BytesIO(pictures.as_file(row, "png"))) as found:
        assert found.width <= pictures.LARGEST_PICTURE * 1.01 + 500


def test_who_gets_them(company: Company) -> None:
    row = board(company, EVERYTHING)
    path = f"/meetings/boards/{row.public_id}/"
    owner = client(company.owner)
    for kind, type_ in (("svg", "image/svg+xml"), ("png", "image/png"), ("pdf", "application/pdf")):
        answer = owner.get(f"{path}{kind}/")
        assert answer.status_code == 200 and answer["Content-Type"] == type_
        assert answer["Content-Security-Policy"] == "sandbox" and answer["X-Content-Type-Options"] == "nosniff"
    assert owner.get(f"{path}gif/").status_code == 404
    _, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    for who in (company.member, stranger, None):
        assert client(who).get(f"{path}svg/").status_code == 404
    came(row.sitting, "吉田", company.member)
    assert client(company.member).get(f"{path}svg/").status_code == 200
    page = owner.get(f"/meetings/sittings/{row.sitting.public_id}/").content.decode()
    assert f'src="{path}svg/"' in page and f'href="{path}pdf/"' in page
