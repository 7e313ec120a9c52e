"""Links to a recording for people without an account, and the list of who looked."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from musubu import clock
from musubu.meetings.actions.allowed import record
from musubu.meetings.models import Recording, Share, Viewing
from musubu.meetings.queries_recordings import may_decide
from musubu.parties import permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

DAYS = (1, 7, 30, 90)  # for which a link may be made
SHORTEST_CODE = 4


@whole
def share(*, recording: Recording, person: Person, days: int, pass_code: str = "", download: bool = False) -> Share:
    """A link that opens the recording for some days. Raises NotPossible while there is nothing to watch."""
    _require(recording, person)
    if recording.state != Recording.State.READY or recording.deleted_at:
        raise NotPossible(_("Only a recording that is ready can be shared."))
    if days not in DAYS:
        raise NotPossible(_("Choose for how long the link works."))
    if pass_code and len(pass_code) < SHORTEST_CODE:
        raise NotPossible(_("A pass code has at least %(n)s characters.") % {"n": SHORTEST_CODE})
    row = Share.objects.create(
        recording=recording,
        token=secrets.token_urlsafe(32),
        pass_code=make_password(pass_code) if pass_code else "",
        download=download,
        made_by=person,
        made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    after = {"days": days, "pass_code": bool(pass_code), "download": download}
    record(recording.contract, person, "meetings.share-recording", str(recording.public_id), after=after)
    return row


@whole
def revoke(*, share: Share, person: Person) -> None:
    """The link opens nothing any more. Twice is once."""
    _require(share.recording, person)
    own = locked(Share.objects).get(pk=share.pk)
    if own.revoked_at:
        return
    own.revoked_at = clock.now()
    own.save(update_fields=["revoked_at"])
    record(share.recording.contract, person, "meetings.revoke-share", str(share.recording.public_id))


def opens(share: Share, pass_code: str) -> bool:
    """Whether a code is the link's."""
    return not share.pass_code or check_password(pass_code.strip(), share.pass_code)


def looked(*, recording: Recording, viewer: str, person: Person | None, share: Share | None, address: str) -> None:
    """Somebody watches: kept once a day for each person or browser."""
    Viewing.objects.get_or_create(
        recording=recording,
        viewer=viewer[:80],
        day=clock.today(),
        defaults={"person": person, "share": share, "address": address[:45], "at": clock.now()},
    )


def _require(recording: Recording, person: Person) -> None:
    if not may_decide(person, recording):
        raise permissions.NotAllowed("meetings.share-recording")
