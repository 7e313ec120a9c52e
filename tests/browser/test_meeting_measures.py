"""A measure of the provider in a running meeting: it ends with the reason and its clause, and others go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.halls import Hall, until, value

pytestmark = pytest.mark.browser
OPERATIONS = "operations@demo.example"
# a meeting of the other company that has meetings, whose guests need not wait
OTHER = """
from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings.actions import licences, planning
from musubu.meetings.models import Licence
contract = Contract.objects.filter(service="liveon", organisation__name__contains="ふじ").get()
owner = contract.responsible
with clock.standing_at(contract.provider.sandbox_now):
    if not Licence.objects.filter(contract=contract, holder=owner, ended_at=None).exists():
        licences.assign(contract=contract, person=owner, holder=owner)
    meeting = planning.start_now(contract=contract, person=owner, title="編集会議")
    meeting.settings = {"lobby": "nobody", "before_host": True}
    meeting.save()
print(meeting.slug, owner.email, meeting.number, meeting.pass_code)
"""
MINE = """
from musubu.meetings.models import Meeting
print(Meeting.objects.get(slug={slug!r}).contract.public_id)
"""


def test_a_suspended_contracts_meeting_ends_with_its_reason_and_others_go_on(
    hall: Callable[..., Hall], media_browser: Browser
) -> None:
    going_on = hall(lobby="nobody")
    stopped = Hall(going_on.house, media_browser, *going_on.house.python(OTHER).split(), contexts=going_on.contexts)
    theirs, guest = stopped.host(), stopped.guest("Lee")
    ours, other = going_on.host(), going_on.guest("Hanako")
    going_on.sees_and_hears(ours, 1)
    stopped.sees_and_hears(theirs, 1)

    staff = going_on.page()
    going_on.house.sign_in(staff, OPERATIONS)
    contract = f"{going_on.house.address}/contracts/{going_on.house.python(MINE.format(slug=stopped.slug)).strip()}/"
    staff.goto(contract)
    staff.select_option("#kind", "suspend")
    clause = staff.eval_on_selector("#measure-ground", "one => one.value.split('|')[0]")
    staff.click("form[action$='measures/'] button")
    staff.click("dialog.ask button[value=yes]")
    staff.wait_for_selector("h1 .tag.suspended")
    try:
        for page in (theirs, guest):
            page.wait_for_selector(".alone-card", timeout=20_000)
            said = page.inner_text(".alone-card")
            assert "stopped this service" in said and clause in said, said
        guest.goto(guest.url)
        assert "not open now" in guest.inner_text("main")
        for page in (ours, other):
            going_on.sees_and_hears(page, 1)
            assert value(page, "phase") == "in"
    finally:
        staff.select_option("#kind", "lift")
        staff.click("form[action$='measures/'] button")
        staff.click("dialog.ask button[value=yes]")
        until(lambda: staff.locator("h1 .tag.active").count())
    again = stopped.guest("Lee")
    again.wait_for_selector(".room")
    assert stopped.problems == []
