"""Why something cannot be done: the one error that use cases raise for people to read."""


class NotPossible(ValueError):
    """This cannot be done now; the text says why and what to do, in the reader's language."""
