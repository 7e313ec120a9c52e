"""Passwords must not be guessable (VG-48)."""


class NotGuessable:
    def validate(self, password: str, user: object = None) -> None: ...
    def get_help_text(self) -> str:
        return ""
