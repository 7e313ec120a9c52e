"""Text files as banks and spreadsheets write them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from musubu.refusals import NotPossible


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else Shift_JIS. Raises NotPossible with the place."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp932")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotPossible(
            _("Line %(line)s: neither UTF-8 nor Shift_JIS. Save the file anew as CSV.") % {"line": line}
        ) from None
