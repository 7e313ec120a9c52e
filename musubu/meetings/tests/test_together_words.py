"""The browser's words of what is done together stand in the list that Django translates, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from musubu.config import ROOT
from musubu.meetings import together_words

CODE = ROOT / "web/src/meeting/together"


def written() -> str:
    files = [path for path in Path(CODE).glob("*.ts*") if ".test." not in path.name]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_word_of_the_list_is_used() -> None:
    code = written()
    assert [word for word in together_words.WORDS if f'"{word}"' not in code] == []


def test_every_word_that_is_said_is_in_the_list() -> None:
    said = set(re.findall(r'(?<!\w)(?:t|say|text)\(\s*"((?:[^"\\]|\\.)*)"', written()))
    assert said - set(together_words.WORDS) == set() and len(said) > 60


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_they_are_translated(language: str) -> None:
    with translation.override(language):
        told = together_words.dictionary()
    assert [word for word, said in told.items() if said == word] == []
