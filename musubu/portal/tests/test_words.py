"""Every word that people see is there in Japanese and Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parent.parent
ROOT = ROOM.parent


def used() -> set[str]:
    found: set[str] = set()
    for path in ROOT.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'{%\s*translate\s+"([^"]+)"', text)) | set(
            re.findall(r"{%\s*translate\s+'([^']+)'", text)
        )
    for path in ROOT.rglob("*.py"):
        if "tests" not in path.parts:
            found |= set(re.findall(r'\b(?:gettext_lazy|_)\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("language", ["ja", "zh_Hans"])
def test_nothing_is_untranslated(language: str) -> None:
    files = sorted(ROOT.glob(f"*/locale/{language}/LC_MESSAGES/django.po"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    known = {
        key.replace('\\"', '"')
        for key, said in re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE)
        if said
    }
    assert used() - known == set() and len(known) > 150
