"""What the organiser lays ready on the meeting's page: made ready at once, and there when the room opens or is open."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from tests.house import House
from tests.live.test_room import OPEN, come, run
from tests.live.visitors import plan

pytestmark = pytest.mark.live
PREPARE = """
import io
from musubu import clock
from musubu.meetings.actions import preparing
from musubu.meetings.models import Meeting
meeting = Meeting.objects.select_related("provider", "contract", "host").get(pk={meeting})
with clock.standing_at(meeting.provider.sandbox_now):
    preparing.poll(meeting=meeting, person=meeting.host, told={{"question": "Q", "options": ["a", "b"]}})
    row = preparing.document(meeting=meeting, person=meeting.host, name="議題.txt", size=1, read=io.BytesIO(b"x").read)
print(row.public_id)
"""
REMOVE = """
from musubu import clock
from musubu.meetings.actions import preparing
from musubu.meetings.models import MeetingDocument
row = MeetingDocument.objects.select_related("meeting__provider", "meeting__contract", "meeting__host").get(public_id="{key}")
with clock.standing_at(row.meeting.provider.sandbox_now):
    preparing.remove_document(row=row, person=row.meeting.host)
"""
STATE = """
from musubu.meetings.models import MeetingDocument
print(MeetingDocument.objects.get(public_id="{key}").state)
"""


def test_a_document_is_made_ready_though_no_room_is_open(house: House) -> None:
    found = plan(house, guests=1, **OPEN)
    key = house.python(PREPARE.format(meeting=found["id"])).strip()
    end = time.monotonic() + 30
    while house.python(STATE.format(key=key)).strip() != "ready":
        assert time.monotonic() < end
        time.sleep(0.5)

    async def story() -> None:
        _, welcome = await come(house, found["host"][0])
        assert [one["state"] for one in welcome["features"]["documents"]["list"]] == ["ready"]
        assert [one["state"] for one in welcome["features"]["polls"]] == ["prepared"]
        _, guest = await come(house, found["guests"][0])
        assert guest["features"]["polls"] == []  # not before it is asked

    run(story())


def test_an_open_room_learns_of_it_and_of_its_removal(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        key = (await asyncio.to_thread(house.python, PREPARE.format(meeting=found["id"]))).strip()
        polls = await host.until(lambda one: one.get("name") == "polls" and one["data"]["list"])
        assert polls["data"]["list"][0]["question"] == "Q"
        await host.until(
            lambda one: (
                one.get("name") == "documents"
                and one["act"] == "list"
                and [paper["state"] for paper in one["data"]["list"]] == ["ready"]
            ),
            30,
        )
        assert (await host.ask("feature", name="documents", act="show", data={"id": key}))["t"] == "done"
        host.heard.clear()
        await asyncio.to_thread(house.python, REMOVE.format(key=key))
        shown = await host.until(lambda one: one.get("act") == "shown")
        assert shown["data"] == {"shown": None}
        assert json.dumps(key) not in json.dumps((await host.until(lambda one: one.get("act") == "list"))["data"])

    run(story())
