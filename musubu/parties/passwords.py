"""Passwords must not be guessable (VG-48)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

LEAST_SCORE = 3  # of 4, by zxcvbn: guessing takes more than a hundred million tries


class NotGuessable:
    """Refuses what a guesser who knows the person would find."""

    def validate(self, password: str, user: object = None) -> None:
        known = [str(getattr(user, name, "") or "") for name in ("name", "email")]
        words = [part for text in known for part in (text, *text.replace("@", " ").split()) if part]
        if zxcvbn(password[:72], user_inputs=words)["score"] < LEAST_SCORE:
            raise ValidationError(self.get_help_text(), code="guessable")

    def get_help_text(self) -> str:
        return _("This password is easy to guess. Use several unrelated words, without your name or address.")
