"""How many grounds each clause lists, in every language."""

import pytest

from musubu import terms

GROUNDS = {
    "LO-6": 2,
    "LO-12": 23,
    "SC-8": 10,
    "SC-18": 10,
    "SC-22": 14,
    "SC-24.1": 13,
    "VG-15": 11,
    "VG-26": 21,
    "VG-29": 3,
    "VG-30": 11,
    "VG-34.1": 14,
    "LN-12.3": 4,
    "LN-16.1": 14,
    "LN-33.3": 3,
    "LN-34.1": 19,
    "EX-10": 8,
    "EX-13": 11,
    "EX-32": 25,
    "EX-41.3": 6,
}


@pytest.mark.parametrize("clause", GROUNDS)
def test_a_clause_lists_all_its_grounds(clause: str) -> None:
    grounds = terms.grounds(terms.texts.service_of(clause), clause)
    assert [ground["key"] for ground in grounds] == [f"{clause}({n})" for n in range(1, GROUNDS[clause] + 1)]
    for ground in grounds:
        assert all(ground.get(lang) for lang in terms.texts.LANGUAGES), ground["key"]
    assert len({ground["ja"] for ground in grounds}) == len(grounds)


@pytest.mark.parametrize("clause", GROUNDS)
def test_every_language_lists_as_many_grounds(clause: str) -> None:
    service = terms.texts.service_of(clause)
    for lang in terms.texts.LANGUAGES:
        _, body = terms.texts.clause(service, clause, lang)
        assert sum(line.startswith("- ") for line in body.splitlines()) == GROUNDS[clause]


def test_the_grounds_that_the_system_raises_by_number() -> None:
    calls = [ground["en"] for ground in terms.grounds("exaas", "EX-32")]
    for n, word in [(14, "open"), (15, "incomplete"), (17, "overload"), (22, "expensive")]:
        assert word in calls[n - 1]
    assert "10 or more days" in terms.grounds("learno", "LN-16.1")[9]["en"]
    assert "several people" in terms.grounds("learno", "LN-34.1")[8]["en"]
