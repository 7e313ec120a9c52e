"""Why a document cannot be shown."""


class Unusable(Exception):
    """`why`: unreadable, locked (asks for a password), slow, many-pages."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
