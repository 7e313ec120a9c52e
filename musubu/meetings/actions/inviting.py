"""Invitations by mail, each in its receiver's language and as a calendar entry: new, changed, cancelled, reminded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from musubu import clock
from musubu.meetings import dates, dressing, entries, plain, wording
from musubu.meetings.models import Invitee, Meeting, Role
from musubu.notices import actions as notices
from musubu.notices.attachments import Attachment
from musubu.parties.models import Person
from musubu.refusals import NotPossible

if TYPE_CHECKING:
    from musubu.meetings.actions.planning import Guest

MOST_GUESTS = 300
_short_enough = MaxLengthValidator(254)  # RFC 5321


def live(meeting: Meeting) -> list[Invitee]:
    """Who is invited now."""
    return list(meeting.invitees.filter(removed_at__isnull=True).order_by("pk"))


def set_guests(meeting: Meeting, guests: Iterable[Guest]) -> None:
    """Who is to be invited from now on; whoever is missing is invited no longer (and told by `tell`)."""
    wanted = {guest.email.strip().lower(): guest for guest in guests if guest.email.strip()}
    wanted.pop(meeting.host.email.lower(), None)
    if len(wanted) > MOST_GUESTS:
        raise NotPossible(_("At most %(most)s people can be invited.") % {"most": MOST_GUESTS})
    for email, guest in wanted.items():
        _refuse_wrong(email, guest.role)
        meeting.invitees.update_or_create(
            email=email, defaults={"name": plain.line(guest.name)[:120], "role": guest.role, "removed_at": None}
        )
    gone = meeting.invitees.filter(removed_at__isnull=True).exclude(email__in=wanted)
    gone.update(removed_at=clock.now())


def is_address(email: str) -> bool:
    try:
        validate_email(email)
        _short_enough(email)
    except ValidationError:
        return False
    return True


def _refuse_wrong(email: str, role: str) -> None:
    if not is_address(email):
        raise NotPossible(_("%(email)s is not a mail address.") % {"email": email})
    if role not in (Role.CO_HOST, Role.PRESENTER, Role.ATTENDEE):
        raise NotPossible(_("Choose co-host, presenter or attendee for %(email)s.") % {"email": email})


def tell(meeting: Meeting) -> None:
    """The invitation to everybody who has not had this form of it, and a cancellation to who is no longer invited."""
    guests = live(meeting)
    for guest in guests:
        if guest.told_sequence != meeting.sequence:
            _send(meeting, guest, "invited" if guest.told_sequence is None else "changed", guests=guests)
    for guest in meeting.invitees.filter(removed_at__isnull=False, told_sequence__isnull=False):
        _send(meeting, guest, "uninvited")
        Invitee.objects.filter(pk=guest.pk).update(told_sequence=None)


def tell_cancelled(meeting: Meeting) -> None:
    for guest in live(meeting):
        _send(meeting, guest, "cancelled")


def tell_shortened(meeting: Meeting) -> None:
    """The series is over earlier: its entry with the new rule."""
    for guest in live(meeting):
        _send(meeting, guest, "shortened")


def tell_date(meeting: Meeting, original: datetime) -> None:
    """One date of the series has changed."""
    row = meeting.moved_dates.filter(original=original).first()
    for guest in live(meeting):
        _send(meeting, guest, "date-left-out" if row and row.starts_at is None else "date-moved", original=original)


def remind(meeting: Meeting, occurrence: dates.Occurrence) -> None:
    """Everybody invited, and the host."""
    key = f"{occurrence.original:%y%m%d%H%M}"
    host = Invitee(meeting=meeting, email=meeting.host.email, name=meeting.host.name)
    for guest in [host, *live(meeting)]:
        language = language_of(meeting, guest.email)
        with override(language):
            letter = wording.letter("soon", meeting, occurrence.starts_at, guest.name)
            look = dressing.dressed(letter, meeting.contract)
        _leave(meeting, guest, language, "meeting.soon", letter, f"soon:{key}", look)


def language_of(meeting: Meeting, email: str) -> str:
    """The receiver's own language where they have an account, else the meeting's."""
    known = Person.objects.filter(email=email.lower()).values_list("language", flat=True).first()
    return known or meeting.language


def _send(
    meeting: Meeting, guest: Invitee, kind: str, guests: list[Invitee] | None = None, original: datetime | None = None
) -> None:
    language = language_of(meeting, guest.email)
    with override(language):
        letter = wording.letter(kind, meeting, original or meeting.starts_at, guest.name)
        text, look = wording.how_to_join(meeting), dressing.dressed(letter, meeting.contract)
    # others' addresses stand only in the host's own calendar: a guest need not know who else is invited
    files = [_file(kind, meeting, original, text, [guest])] if meeting.starts_at else []
    _leave(meeting, guest, language, f"meeting.{kind}", letter, f"{kind}:{meeting.sequence}", [*files, *look])
    Invitee.objects.filter(pk=guest.pk).update(told_sequence=meeting.sequence)


def _file(kind: str, meeting: Meeting, original: datetime | None, text: str, guests: list[Invitee]) -> Attachment:
    if kind in ("cancelled", "uninvited"):
        content = entries.cancellation(meeting, text, guests)
    elif original is not None:
        content = entries.one_date(meeting, original, text, guests)
    else:
        content = entries.request(meeting, text, guests)
    method = "CANCEL" if kind in ("cancelled", "uninvited", "date-left-out") else "REQUEST"
    return Attachment("invite.ics", f"text/calendar; method={method}", content)


def _leave(
    meeting: Meeting,
    guest: Invitee,
    language: str,
    kind: str,
    letter: wording.Letter,
    key: str,
    files: list[Attachment],
) -> None:
    """The key makes a message one: the same receiver, the same form, once."""
    notices.send(
        provider=meeting.provider,
        contract=meeting.contract,
        to_email=guest.email,
        subject=letter.subject,
        body=letter.text,
        language=language,
        kind=kind,
        secret=True,
        key=f"meet:{meeting.pk}:{guest.pk or 0}:{key}",
        files=files,
    )
