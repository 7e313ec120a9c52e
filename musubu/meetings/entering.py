"""Who may come into a meeting, and as what: the ticket, or the plain reason why not."""

from __future__ import annotations

import hmac

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from musubu.contracts import entitlements
from musubu.meetings import defaults, naming, plain, tickets
from musubu.meetings.models import Barred, Licence, Meeting, Space
from musubu.meetings.models.meetings import Role
from musubu.parties.models import Person
from musubu.refusals import NotPossible

LONGEST_NAME = 60


class NotAdmitted(NotPossible):
    """`why` is a key for programs, the text says it to the person."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def by_slug(slug: str) -> Meeting | None:
    rows = Meeting.objects.select_related("provider", "organisation", "contract__plan", "host")
    return rows.filter(slug=slug).first()


def by_number(number: str) -> Meeting | None:
    """The meeting of a number as people type it, with blanks or hyphens."""
    digits = "".join(one for one in number if one.isdigit())
    rows = Meeting.objects.select_related("provider", "organisation", "contract__plan", "host")
    return rows.filter(number=digits).first() if digits else None


def check_open(meeting: Meeting) -> None:
    """Raises NotAdmitted where nobody may come in: cancelled, or the contract does not allow it now."""
    if meeting.cancelled_at:
        raise NotAdmitted("cancelled", _("This meeting was cancelled. Ask its host for another date."))
    state = entitlements.state(meeting.contract)
    key = getattr(meeting.contract, "licence_key", None)
    if not state.may_serve or (key and not key.registered_at):
        raise NotAdmitted(
            "suspended" if state.state == "suspended" else "contract",
            _("Meetings of %(who)s are not open now. Please ask the host.") % {"who": meeting.organisation.name},
        )


def is_code(meeting: Meeting, typed: str) -> bool:
    """Whether that is its pass code, with blanks or full-width digits as people type them."""
    return not meeting.pass_code or hmac.compare_digest(meeting.pass_code.encode(), naming.digits(typed).encode())


def licence_of(meeting: Meeting, person: Person | None) -> Licence | None:
    if person is None:
        return None
    rows = Licence.objects.select_related("group")
    return rows.filter(contract=meeting.contract, holder=person, ended_at__isnull=True).first()


def role_of(meeting: Meeting, person: Person | None) -> str:
    """The host is an account, never whoever comes first; others by their invitation."""
    if person is None:
        return Role.ATTENDEE
    if person.pk == meeting.host_id:
        return Role.HOST
    invited = meeting.invitees.filter(email__iexact=person.email, removed_at__isnull=True).first()
    return invited.role if invited else Role.ATTENDEE


def needs(meeting: Meeting, person: Person | None, *, numbered: bool = False) -> dict[str, bool]:
    """What must still be asked of somebody before they may come in."""
    return {"name": person is None, "pass_code": bool(numbered and meeting.pass_code and person is None)}


def ticket(
    *,
    meeting: Meeting,
    person: Person | None,
    name: str = "",
    mark: str = "",
    pass_code: str = "",
    numbered: bool = False,
) -> tickets.Ticket:
    """Somebody wants to come in. `numbered`: by number, so that the pass code is asked. Raises NotAdmitted."""
    check_open(meeting)
    space = Space.objects.filter(contract=meeting.contract).first()
    settings = defaults.of_meeting(meeting, space)
    licence = licence_of(meeting, person)
    role = role_of(meeting, person)
    _check_person(meeting, person, licence, role, settings["guests"])
    if needs(meeting, person, numbered=numbered)["pass_code"] and not is_code(meeting, pass_code):
        raise NotAdmitted("wrong-code", _("The pass code is not right. Compare it with the invitation."))
    shown = (plain.line(name) or (person.name if person else ""))[:LONGEST_NAME]
    if not shown:
        raise NotAdmitted("name", _("Enter a name by which the others know you."))
    given = tickets.Ticket(
        meeting=meeting.pk,
        attendance=tickets.fresh_id(),
        name=shown,
        role=role,
        kind="member" if person else "guest",
        language=get_language() or meeting.language,
        person=person.pk if person else None,
        licence=licence.pk if licence else None,
        mark=mark[:60],
        record=settings["record"] == "hosts" and defaults.rights(licence)["record"],
    )
    if Barred.objects.filter(meeting=meeting, key=given.key).exists():
        raise NotAdmitted("barred", _("The host has closed this meeting to you."))
    return given


def _check_person(meeting: Meeting, person: Person | None, licence: Licence | None, role: str, guests: bool) -> None:
    if role == Role.HOST and licence is None:
        raise NotAdmitted("licence", _("You need a licence to host. Ask your administrator to give you one."))
    if person is None and not guests:
        raise NotAdmitted("sign-in", _("Guests may not come into this meeting. Sign in first."))
    host = licence_of(meeting, meeting.host)
    if person is None and host is not None and not defaults.rights(host)["guests"]:
        raise NotAdmitted("sign-in", _("Guests may not come into this meeting. Sign in first."))
