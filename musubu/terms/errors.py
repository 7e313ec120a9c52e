"""What can be wrong with what a play is given."""

from __future__ import annotations

from typing import Any

from musubu.terms import explain


class EventError(ValueError):
    """An event cannot be played: which of its keys is wrong, and why (a message's name, and what it tells of)."""

    def __init__(self, key: str, code: str, **values: Any) -> None:
        self.key, self.code, self.values = key, code, values
        super().__init__(f"{key}: {self.why}")
        self.event = 0  # 1-based, set by the loop

    @property
    def why(self) -> str:
        return self.said("en")

    def said(self, lang: str) -> str:
        """The reason in a language."""
        return explain.refused(self.code, self.values, lang)
