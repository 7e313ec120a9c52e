"""The rules of the five services' terms: pure functions from what happened to what follows, with clause and why."""

from musubu.terms.errors import EventError
from musubu.terms.events import Event
from musubu.terms.load import PREFIXES, SERVICES, Terms, TermsError, load, parse
from musubu.terms.outcomes import Outcome, Step
from musubu.terms.play import Played, play

__all__ = [
    "PREFIXES",
    "SERVICES",
    "Event",
    "EventError",
    "Outcome",
    "Played",
    "Step",
    "Terms",
    "TermsError",
    "load",
    "parse",
    "play",
]
