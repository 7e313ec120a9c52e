"""Staff discretion: on which grounds, which measure, told when."""

from __future__ import annotations

from dataclasses import dataclass

from musubu.terms import texts
from musubu.terms.load import Terms, load

MEASURES = (
    "suspend",
    "terminate",
    "delete-data",
    "refuse",
    "demand",
    "disclose",
    "hold",
    "charge",
    "inspect",
    "transfer",
    "other",
)
NOTICES = ("none", "prior", "after", "written")


@dataclass(frozen=True)
class Measure:
    clause: str
    measure: str
    notice: str


def measures(terms: Terms) -> list[Measure]:
    """Everything that staff may do under these terms, with its clause and how it is told."""
    return [
        Measure(clause, str(measure), str(body.get("notice", "after")))
        for clause, body in terms.clauses.items()
        for measure in body.get("measures", ())
    ]


def allowed(terms: Terms, clause: str, measure: str) -> bool:
    """Whether a clause carries a measure."""
    return any(one.clause == clause and one.measure == measure for one in measures(terms))


def grounds(service: str, clause: str) -> list[dict[str, str]]:
    """The grounds under a staff clause: the items of its text, in each language; one ground where it lists none."""
    listed = {lang: _items(service, clause, lang) for lang in texts.LANGUAGES}
    return [
        {"key": f"{clause}({n})", **{lang: items[n - 1] for lang, items in listed.items() if n <= len(items)}}
        for n in range(1, len(listed["ja"]) + 1)
    ]


def _items(service: str, clause: str, lang: str) -> list[str]:
    heading, body = texts.clause(service, clause, lang)
    items = [line[2:].strip() for line in body.splitlines() if line.startswith("- ")]
    return items or [heading]


def refusal_clause(service: str) -> str:
    """The clause that lists on which grounds an application may be refused."""
    return {"liveon": "LO-6", "simpleconnect": "SC-8", "videog": "VG-15", "learno": "LN-12.3", "exaas": "EX-10"}[
        service
    ]


def of_service(service: str) -> list[Measure]:
    return measures(load(service))
