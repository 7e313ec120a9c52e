"""Planning meetings: once, repeated, at once, one's own room; changing, copying, cancelling and bringing them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import dates, defaults, naming, plain, queries, repeating
from musubu.meetings.actions import inviting, reminding
from musubu.meetings.actions.allowed import in_contract, licence_to, over, record
from musubu.meetings.models import Command, Meeting, Role
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

MOST_MINUTES = 24 * 60
MOST_COUNT = 1_000
MOST_YEARS = 10
FARTHEST = timedelta(days=366 * MOST_YEARS)
OF_A_MEETING = ("lobby", "guests", "before_host", "mute_on_entry", "unmute_self", "share", "draw", "chat", "record")


@dataclass(frozen=True)
class Guest:
    """Somebody to invite."""

    email: str
    name: str = ""
    role: str = Role.ATTENDEE


@dataclass(frozen=True)
class Wish:
    """What somebody plans. `settings` holds what differs from the contract's defaults."""

    title: str
    starts_at: datetime
    minutes: int = 60
    agenda: str = ""
    zone: str = "Asia/Tokyo"
    repeat: repeating.Repetition | None = None
    language: str = "ja"
    settings: Mapping[str, Any] = field(default_factory=dict)
    guests: tuple[Guest, ...] = ()
    remind: bool = False
    pass_code: bool = True


def checked(wish: Wish) -> Wish:
    """The wish as it is kept. Raises NotPossible where it makes no sense."""
    wish = replace(wish, title=plain.line(wish.title)[:120], agenda=plain.block(wish.agenda))
    if not wish.title:
        raise NotPossible(_("Give the meeting a title."))
    refuse_far(wish.starts_at)
    if not 5 <= wish.minutes <= MOST_MINUTES:
        raise NotPossible(_("A meeting lasts from 5 minutes to 24 hours."))
    if wish.repeat is None:
        return wish
    if not 1 <= wish.repeat.every <= 99 or (wish.repeat.count or 1) > MOST_COUNT:
        raise NotPossible(_("Repeat every 1 to 99 times, and at most 1,000 times in all."))
    if wish.repeat.until and wish.repeat.until < wish.starts_at.astimezone(ZoneInfo(wish.zone)).date():
        raise NotPossible(_("The last day of the series lies before its first date."))
    if wish.repeat.until and wish.repeat.until > clock.today() + FARTHEST:
        raise NotPossible(_("A series ends within 10 years; leave the last day empty for one without end."))
    return wish


def refuse_far(starts_at: datetime) -> None:
    """Raises NotPossible. Such a year is a slip of the finger, and calendars do not reckon with it."""
    if abs(starts_at - clock.now()) > FARTHEST:
        raise NotPossible(_("This date is too far away: a meeting begins within 10 years."))


def refuse_over(starts_at: datetime, minutes: int) -> None:
    """Raises NotPossible where a meeting would be over before anybody could come."""
    if starts_at + timedelta(minutes=minutes) <= clock.now():
        raise NotPossible(_("This time has passed already. Choose a later one."))


def chosen(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a meeting may have of its own, each with a value that a room understands."""
    return {key: value for key, value in settings.items() if key in OF_A_MEETING and value in defaults.CHOICES[key]}


def placed_in_time(wish: Wish) -> dict[str, Any]:
    """The row's fields about time; a weekly series begins with its first day that is chosen."""
    if wish.repeat is None:
        return {
            "kind": Meeting.Kind.PLANNED,
            "starts_at": wish.starts_at,
            "minutes": wish.minutes,
            "rule": "",
            "zone": wish.zone,
        }
    local = wish.starts_at.astimezone(ZoneInfo(wish.zone))
    rule = wish.repeat.rule(local, wish.zone)
    first = next(repeating.dates(rule, wish.starts_at, wish.zone), None)
    if first is None:
        raise NotPossible(_("This series has no date. Choose other days or a later last day."))
    return {"kind": Meeting.Kind.REPEATED, "starts_at": first, "minutes": wish.minutes, "rule": rule, "zone": wish.zone}


def named(contract: Contract, host: Person, pass_code: bool = True, **more: Any) -> Meeting:
    """A new row with its link, number and pass code; another number where two chose the same at once."""
    for _try in range(5):
        try:
            with transaction.atomic():
                return Meeting.objects.create(
                    provider=contract.provider,
                    organisation=contract.organisation,
                    contract=contract,
                    host=host,
                    slug=naming.slug(),
                    number=naming.number(),
                    pass_code=naming.pass_code() if pass_code else "",
                    created_at=clock.now(),
                    **more,
                )
        except IntegrityError:
            continue
    raise NotPossible(_("The meeting could not be made. Please send it again."))


def _host(contract: Contract, person: Person, host: Person | None) -> Person:
    """Whose meeting it becomes: one's own, or for an administrator that of another licence's holder."""
    if host is not None and host.pk != person.pk:
        in_contract(contract, person, "meetings.manage")
    licence_to(contract, host or person, "plan")
    return host or person


@whole
def plan(*, contract: Contract, person: Person, wish: Wish, host: Person | None = None) -> Meeting:
    """Plan a meeting and invite those who are named."""
    in_contract(contract, person, "meetings.use")
    own = _host(contract, person, host)
    wish = checked(wish)
    refuse_over(wish.starts_at, wish.minutes)
    meeting = named(
        contract, own, wish.pass_code, title=wish.title, agenda=wish.agenda, language=wish.language,
        settings=chosen(wish.settings), remind=wish.remind, **placed_in_time(wish),
    )  # fmt: skip
    settle(meeting)
    inviting.set_guests(meeting, wish.guests)
    record(contract, person, "meetings.plan", meeting.title, after=shown(meeting))
    inviting.tell(meeting)
    return meeting


def shown(meeting: Meeting) -> dict[str, Any]:
    """For the audit log."""
    return {
        "id": str(meeting.public_id), "title": meeting.title, "starts_at": meeting.starts_at, "rule": meeting.rule,
        "minutes": meeting.minutes, "settings": meeting.settings,
    }  # fmt: skip


def settle(meeting: Meeting) -> None:
    """Work out what is kept of the dates for lists and reminders."""
    meeting.ends_at = dates.last_end(meeting)
    meeting.remind_at = reminding.next_moment(meeting, clock.now())
    meeting.save(update_fields=["ends_at", "remind_at"])


def held(meeting: Meeting) -> Meeting:
    """The row, locked, so that two changes do not send the same invitation."""
    return locked(Meeting.objects).select_related("contract", "host").get(pk=meeting.pk)


@whole
def change(*, meeting: Meeting, person: Person, wish: Wish) -> Meeting:
    """Change the meeting, of a series all dates; who is invited gets it anew where time, place or words changed. Single
    dates that were moved stay where the new rule still has them."""
    over(meeting, person)
    own = held(meeting)
    refuse_cancelled(own)
    if own.kind not in (Meeting.Kind.PLANNED, Meeting.Kind.REPEATED):
        raise NotPossible(_("Only a planned meeting has a time that can be changed."))
    wish = checked(wish)
    if not wish.repeat and wish.starts_at != own.starts_at:
        refuse_over(wish.starts_at, wish.minutes)
    before = shown(own)
    own.title, own.agenda, own.language = wish.title, wish.agenda, wish.language
    own.settings, own.remind = chosen(wish.settings), wish.remind
    own.pass_code = (own.pass_code or naming.pass_code()) if wish.pass_code else ""
    for name, value in placed_in_time(wish).items():
        setattr(own, name, value)
    own.sequence += 1
    own.save()
    drop_strays(own)
    settle(own)
    inviting.set_guests(own, wish.guests)
    record(own.contract, person, "meetings.change", own.title, before, shown(own))
    inviting.tell(own)
    return own


def refuse_cancelled(meeting: Meeting) -> None:
    """Raises NotPossible."""
    if meeting.cancelled_at:
        raise NotPossible(_("This meeting is cancelled. Bring it back first."))


def drop_strays(meeting: Meeting) -> None:
    """Moved dates that the rule does not have any more."""
    for row in meeting.moved_dates.all():
        if not meeting.rule or not dates.is_date_of(meeting, row.original):
            row.delete()


@whole
def start_now(*, contract: Contract, person: Person, title: str = "") -> Meeting:
    """A meeting that begins at once."""
    in_contract(contract, person, "meetings.use")
    licence_to(contract, person, "plan")
    with override(person.language):
        name = plain.line(title) or _("Meeting of %(name)s") % {"name": person.name}
    meeting = named(contract, person, kind=Meeting.Kind.INSTANT, title=name[:120], language=person.language)
    record(contract, person, "meetings.start", meeting.title, after=shown(meeting))
    return meeting


@whole
def copy(*, meeting: Meeting, person: Person, starts_at: datetime) -> Meeting:
    """The same meeting once more at another time, with its own link; who is invited is invited again."""
    over(meeting, person)
    guests = tuple(Guest(row.email, row.name, row.role) for row in inviting.live(meeting))
    wish = Wish(
        title=meeting.title, starts_at=starts_at, minutes=meeting.minutes, agenda=meeting.agenda, zone=meeting.zone,
        language=meeting.language, settings=meeting.settings, guests=guests, remind=meeting.remind,
        pass_code=bool(meeting.pass_code),
    )  # fmt: skip
    return plan(contract=meeting.contract, person=person, wish=wish, host=meeting.host)


@whole
def cancel(*, meeting: Meeting, person: Person) -> None:
    """Cancel it with all its dates; who was invited is told. Twice is once."""
    over(meeting, person)
    own = held(meeting)
    if own.cancelled_at:
        return
    if own.kind == Meeting.Kind.PERSONAL:
        raise NotPossible(_("A personal room stays with its licence. Change its pass code instead."))
    own.cancelled_at, own.remind_at = clock.now(), None
    own.sequence += 1
    own.save(update_fields=["cancelled_at", "remind_at", "sequence"])
    end_room(own, person, "host")
    record(own.contract, person, "meetings.cancel", own.title, after={"id": str(own.public_id)})
    inviting.tell_cancelled(own)


@whole
def bring_back(*, meeting: Meeting, person: Person) -> None:
    """Undo a cancellation: the same link works again and everybody is invited again. Twice is once."""
    over(meeting, person)
    own = held(meeting)
    if own.cancelled_at is None:
        return
    licence_to(own.contract, own.host, "plan")
    own.cancelled_at = None
    own.sequence += 1
    own.save(update_fields=["cancelled_at", "sequence"])
    settle(own)
    record(own.contract, person, "meetings.bring-back", own.title, after={"id": str(own.public_id)})
    inviting.tell(own)


@whole
def move_date(
    *, meeting: Meeting, person: Person, original: datetime, starts_at: datetime | None, minutes: int | None = None
) -> None:
    """One date of a series at another time, or left out where no time is given."""
    over(meeting, person)
    own = held(meeting)
    refuse_cancelled(own)
    check_date(own, original)
    if minutes is not None and not 5 <= minutes <= MOST_MINUTES:
        raise NotPossible(_("A meeting lasts from 5 minutes to 24 hours."))
    if starts_at is not None:
        refuse_far(starts_at)
        refuse_over(starts_at, minutes or own.minutes)
    own.moved_dates.update_or_create(original=original, defaults={"starts_at": starts_at, "minutes": minutes})
    _one_date_changed(own, person, "meetings.move-date" if starts_at else "meetings.leave-out", original, starts_at)


@whole
def put_back_date(*, meeting: Meeting, person: Person, original: datetime) -> None:
    """One date as the rule has it again. Twice is once."""
    over(meeting, person)
    own = held(meeting)
    refuse_cancelled(own)
    check_date(own, original)
    if own.moved_dates.filter(original=original).delete()[0]:
        _one_date_changed(own, person, "meetings.put-back-date", original, original)


def check_date(meeting: Meeting, original: datetime) -> None:
    """Raises NotPossible where the rule puts no date there."""
    if not meeting.rule or not dates.is_date_of(meeting, original):
        raise NotPossible(_("This series has no such date."))


def _one_date_changed(own: Meeting, person: Person, action: str, original: datetime, now_at: datetime | None) -> None:
    own.sequence += 1
    own.save(update_fields=["sequence"])
    settle(own)
    record(own.contract, person, action, own.title, {"starts_at": original}, {"starts_at": now_at})
    inviting.tell_date(own, original)


def end_room(meeting: Meeting, person: Person, reason: str) -> Command | None:
    """Ask the live process to end what runs of the meeting now."""
    if not meeting.sittings.filter(ended_at__isnull=True).exists():
        return None
    return Command.objects.create(
        meeting=meeting, kind="end", data={"reason": reason, "by": person.name}, asked_at=clock.now()
    )


@whole
def end(*, meeting: Meeting, person: Person, reason: str = "host") -> bool:
    """End a running meeting for everybody; whether one was running."""
    over(meeting, person)
    command = end_room(meeting, person, reason)
    if command:
        record(meeting.contract, person, "meetings.end", meeting.title, after={"id": str(meeting.public_id)})
    return command is not None


def personal_room(*, contract: Contract, person: Person) -> Meeting:
    """The room that a licence's holder always has."""
    in_contract(contract, person, "meetings.use")
    licence_to(contract, person, "plan")
    return open_personal_room(contract, person)


@whole
def open_personal_room(contract: Contract, holder: Person) -> Meeting:
    """With a licence comes the room; one that was closed has its old link and number again."""
    known = Meeting.objects.filter(contract=contract, host=holder, kind=Meeting.Kind.PERSONAL).first()
    if known is None:
        with override(holder.language):
            title = _("Room of %(name)s") % {"name": holder.name}
        return named(contract, holder, kind=Meeting.Kind.PERSONAL, title=title[:120], language=holder.language)
    if known.cancelled_at:
        known.cancelled_at = None
        known.save(update_fields=["cancelled_at"])
    return known


@whole
def change_personal_room(
    *,
    meeting: Meeting,
    person: Person,
    title: str,
    settings: Mapping[str, Any],
    number: str = "",
    renew: Iterable[str] = (),
) -> Meeting:
    """Its name and settings; a number of one's choice; a fresh link, number or pass code (`renew`)."""
    over(meeting, person)
    own = held(meeting)
    if own.kind != Meeting.Kind.PERSONAL:
        raise NotPossible(_("This is not a personal room."))
    before = {"title": own.title, "number": own.number, "settings": own.settings}
    own.title, own.settings = plain.line(title)[:120] or own.title, chosen(settings)
    own.number = _wished_number(own, number) if number else own.number
    fresh = {
        "link": ("slug", naming.slug),
        "number": ("number", naming.number),
        "pass-code": ("pass_code", naming.pass_code),
    }
    for what in renew:
        name, make = fresh[what]
        setattr(own, name, make())
    own.save()
    after = {"title": own.title, "number": own.number, "settings": own.settings, "renewed": list(renew)}
    record(own.contract, person, "meetings.change-room", own.title, before, after)
    return own


def _wished_number(meeting: Meeting, typed: str) -> str:
    number = naming.digits(typed)
    if len(number) not in (9, 10) or number.startswith("0") or len(set(number)) < 3:
        raise NotPossible(
            _("A number has 9 or 10 digits, does not begin with 0, and has at least three different digits.")
        )
    if Meeting.objects.filter(number=number).exclude(pk=meeting.pk).exists():
        raise NotPossible(_("This number is taken. Choose another one."))
    return number


def upcoming_of(contract: Contract, person: Person) -> int:
    """How many meetings still to come a person hosts: they need a host when the licence goes."""
    rows = queries.of_contract(contract).filter(host=person, cancelled_at__isnull=True)
    later = rows.filter(kind__in=(Meeting.Kind.PLANNED, Meeting.Kind.REPEATED))
    return later.exclude(ends_at__lt=clock.now()).count()
