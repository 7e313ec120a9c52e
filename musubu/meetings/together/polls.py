"""Polls: prepared or made at once, opened, voted in, closed, counted."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from musubu import clock, config
from musubu.meetings.models import Meeting, Poll, PollVote
from musubu.meetings.together import places
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

MOST_OPTIONS, LONGEST_OPTION, LONGEST_QUESTION, MOST = 12, 200, 300, 100
State = Poll.State


def add(meeting_id: int, sitting: int | None, told: dict[str, Any]) -> Poll:
    """A poll as somebody wrote it; the room has asked whether they may."""
    if Poll.objects.filter(meeting=meeting_id).count() >= MOST:
        raise NotPossible(_("This meeting has very many polls already. Delete some of them first."))
    return Poll.objects.create(meeting_id=meeting_id, sitting_id=sitting, created_at=clock.now(), **_checked(told))


def change(poll: Poll, told: dict[str, Any]) -> None:
    """Before it is opened; afterwards people have answered what they read."""
    found = Poll.objects.filter(pk=poll.pk, state=State.PREPARED).update(**_checked(told))
    if not found:
        raise NotPossible(_("This poll has been opened already, so it cannot be changed any more."))


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    question = str(told.get("question", "")).strip()[:LONGEST_QUESTION]
    given = told.get("options")
    options = [str(one).strip()[:LONGEST_OPTION] for one in given] if isinstance(given, list) else []
    options = [one for one in options if one]
    if not question:
        raise NotPossible(_("Write the question."))
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise NotPossible(_("Give two to %(most)d answers to choose from.") % {"most": MOST_OPTIONS})
    if len(set(options)) < len(options):
        raise NotPossible(_("Two answers are the same. Make each of them different."))
    flags = {name: bool(told.get(name, name == "shown")) for name in ("multiple", "anonymous", "shown")}
    return {"question": question, "options": options, **flags}


def of_room(meeting_id: int, sitting: int) -> list[Poll]:
    meeting = Meeting.objects.get(pk=meeting_id)
    found = places.of_room(Poll.objects.all(), meeting, sitting).prefetch_related("votes")
    return list(found.order_by("created_at", "pk"))


def open_(poll: Poll, sitting: int) -> None:
    """Votes come in from now on; a closed one goes on with the votes that it has."""
    poll.state, poll.sitting_id, poll.closed_at = State.OPEN, sitting, None
    poll.opened_at = poll.opened_at or clock.now()
    poll.save(update_fields=["state", "sitting", "opened_at", "closed_at"])


def close(poll: Poll) -> None:
    poll.state, poll.closed_at = State.CLOSED, clock.now()
    poll.save(update_fields=["state", "closed_at"])


def show(poll: Poll, to_all: bool) -> None:
    poll.shown = to_all
    poll.save(update_fields=["shown"])


def delete(poll: Poll) -> None:
    """With its votes."""
    places.refuse_held(poll.meeting.contract)
    poll.delete()


@whole
def vote(poll: Poll, key: str, name: str, choices: list[int]) -> None:
    """One vote a person, the last counts. `key` tells people apart, also over leaving and coming back."""
    current = locked(Poll.objects).get(pk=poll.pk)
    if current.state != State.OPEN:
        raise NotPossible(_("This poll is closed. Votes do not count any more."))
    wanted = sorted(set(choices))
    if not wanted or wanted[0] < 0 or wanted[-1] >= len(current.options) or (len(wanted) > 1 and not current.multiple):
        raise NotPossible(_("Choose one of the answers."))
    given = {"choices": wanted, "at": clock.now(), "name": "" if current.anonymous else name}
    PollVote.objects.update_or_create(poll=current, voter=voter(current, key), defaults=given)


def voter(poll: Poll, key: str) -> str:
    """In an anonymous poll a keyed hash: it stops a second vote and tells no one who it was."""
    if not poll.anonymous:
        return key
    return hmac.new(config.secret("polls").encode(), f"{poll.public_id}:{key}".encode(), hashlib.sha256).hexdigest()


def counts(poll: Poll) -> list[int]:
    counted = Counter(choice for one in poll.votes.all() for choice in one.choices)
    return [counted[n] for n in range(len(poll.options))]


def shown(poll: Poll, *, host: bool, key: str) -> dict[str, Any] | None:
    """What one person sees: hosts all of it, others open and closed polls with their own vote and, where it is shown,
    the result."""
    if poll.state == State.PREPARED and not host:
        return None
    votes = list(poll.votes.all())
    own = next((one.choices for one in votes if one.voter == voter(poll, key)), None)
    seen: dict[str, Any] = {
        "id": str(poll.public_id), "question": poll.question, "options": poll.options, "multiple": poll.multiple,
        "anonymous": poll.anonymous, "shown": poll.shown, "state": poll.state, "own": own, "votes": len(votes),
    }  # fmt: skip
    if host or poll.shown:
        seen["counts"] = counts(poll)
    if host and not poll.anonymous:
        seen["named"] = [[one.name, one.choices] for one in votes]
    return seen


def one(polls: list[Poll], key: str) -> Poll | None:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    return next((poll for poll in polls if poll.public_id == wanted), None)


def rows(poll: Poll) -> tuple[list[str], list[list[Any]]]:
    """Heading and lines for a spreadsheet: who chose what, or how many chose what."""
    if poll.anonymous:
        return [_("Answer"), _("Votes")], [[text, n] for text, n in zip(poll.options, counts(poll), strict=True)]
    lines = [
        [one.name, *("1" if n in one.choices else "" for n in range(len(poll.options)))]
        for one in poll.votes.order_by("at")
    ]
    return [_("Name"), *poll.options], lines
