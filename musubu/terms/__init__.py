"""The rules of the five services' terms: pure functions from what happened to what follows, with clause and why."""

from musubu.terms import texts
from musubu.terms.errors import EventError
from musubu.terms.events import Event
from musubu.terms.load import PREFIXES, SERVICES, Terms, TermsError, load, parse
from musubu.terms.outcomes import Outcome, Step
from musubu.terms.play import Played, play
from musubu.terms.rules.measures import Measure, grounds, refusal_clause
from musubu.terms.rules.measures import of_service as measures

__all__ = [
    "PREFIXES", "SERVICES", "Event", "EventError", "Measure", "Outcome", "Played", "Step", "Terms", "TermsError",
    "grounds", "load", "measures", "parse", "play", "refusal_clause", "texts",
]  # fmt: skip
