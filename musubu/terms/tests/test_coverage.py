"""Every clause has its rule, its texts in three languages, and a test that names it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from musubu import terms
from musubu.terms import coverage, explain

COUNTS = {"liveon": 31, "simpleconnect": 58, "videog": 56, "learno": 45, "exaas": 51}
IDS = [row["clause"] for row in coverage.rows()]


def test_every_clause_is_there_once() -> None:
    assert len(IDS) == len(set(IDS)) == 241
    assert Counter(terms.texts.service_of(clause) for clause in IDS) == COUNTS


def test_every_clause_has_a_rule_and_a_test_that_names_it() -> None:
    for row in coverage.rows():
        assert (coverage.ROOT / row["rule"]["file"]).is_file() and row["rule"]["name"], row
        assert row["tests"], f"no test names {row['clause']}"
        assert row["state"] in ("works", "rule only")


@pytest.mark.parametrize("service", terms.SERVICES)
@pytest.mark.parametrize("lang", terms.texts.LANGUAGES)
def test_the_text_has_exactly_the_clauses(service: str, lang: str) -> None:
    document = terms.texts.parsed(service, lang)
    assert sorted(document.clauses) == sorted(terms.load(service).clauses)
    assert all(heading and len(body) >= 5 for heading, body in document.clauses.values())


@pytest.mark.parametrize("service", terms.SERVICES)
def test_grounds_are_the_same_in_every_language(service: str) -> None:
    for measure in terms.measures(service):
        for ground in terms.grounds(service, measure.clause):
            assert set(ground) == {"key", "ja", "en", "zh"}, ground


def test_every_message_has_three_languages() -> None:
    for section in explain.messages().values():
        for key, message in section.items():
            assert set(message) == {"ja", "en", "zh"} and all(message.values()), key


def test_every_family_that_explains_itself_has_a_message() -> None:
    from musubu.terms.families import FAMILIES

    spoken = {f for f in FAMILIES if f.partition(".")[0] in ("term", "renewal", "cancellation", "charging", "interest")}
    assert spoken <= set(explain.messages()["why"])


def test_every_refusal_has_its_words() -> None:
    said = set()
    for path in (coverage.ROOT / "musubu/terms").rglob("*.py"):
        said |= set(re.findall(r'EventError\("[a-z_]+", "([a-z-]+)"', path.read_text(encoding="utf-8")))
    assert len(said) > 15 and said <= set(explain.messages()["refused"])


def test_explain_shows_text_and_figures() -> None:
    said = explain.clause("SC-9.10", "en")
    assert said.startswith("SC-9.10 ") and "30,000" in said and "deposit_threshold = 30000" in said
    with pytest.raises(LookupError, match="ids look like"):
        explain.clause("XX-1")
