"""What the room says to people, in each one's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "ticket": _("Your way into this room has expired. Load the page again."),
    "full": _("The room is full. Ask the host, or try again when somebody has left."),
    "full-inside": _("The room is full. Somebody must leave before another can be let in."),
    "busy-door": _("Too many people are waiting to be let in. Try again in a few minutes."),
    "locked": _("The room is locked. Ask the host to let you in."),
    "waiting": _("The host will let you in soon."),
    "waiting-host": _("The meeting begins when the host arrives."),
    "turned-away": _("The host did not let you in."),
    "removed": _("The host has removed you from the meeting."),
    "barred": _("The host has closed this meeting to you."),
    "taken-over": _("You have joined from another terminal with the same licence. This one was left."),
    "not-host": _("Only a host may do this."),
    "not-allowed": _("The host does not allow this now."),
    "gone": _("This person has left already."),
    "slow-down": _("Too many messages at once. Wait a moment, then go on."),
    "flood": _("Your browser sent far too many messages and was disconnected. Load the page again."),
    "malformed": _("Your browser sent something that the room does not understand. Load the page again."),
    "too-large": _("This is too much at once for the room to take. Undo it, then add it in smaller parts."),
    "rate": _("Your terminal sent much more than is allowed and was disconnected."),
    "engine": _("The media server is restarting. You are connected again by yourself in a moment."),
    "empty-chat": _("Write a message first."),
    "host": _("The host has ended the meeting for everybody."),
    "empty": _("The meeting is over."),
    "contract": _("The provider has stopped this service for the contract, so the meeting ended."),
    "api": _("The meeting was ended by the organiser."),
    "service": _("The service is being stopped."),
    "record": _("You may not record in this meeting."),
    "again": _("This did not work. Try again; if it stays so, load the page again."),
    "board": _("Board"),
    "many-boards": _("This meeting has very many boards already. Delete one first."),
    "not-ready": _("The document is still being prepared."),
    "not-leading": _("Somebody else is turning the pages now. Take the lead first."),
    "gone-thing": _("This has been removed already."),
    "later": _("This is not available in this room."),
}


def say(key: str, language: str) -> str:
    with translation.override(language or "ja"):
        return str(TEXTS[key])
