"""Which characters a bank file may hold, and how names are written with them (全銀 appendix 1)."""

from __future__ import annotations

import unicodedata

VOICED, HALF_VOICED = "ﾞ", "ﾟ"
TAKES_VOICED = set("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")
TAKES_HALF = set("ﾊﾋﾌﾍﾎ")
SMALL = dict(zip("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ", strict=True))
PLAIN = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ") | {chr(code) for code in range(0xFF71, 0xFF9E)}
NAME = PLAIN | {VOICED, HALF_VOICED} | set("()-.")  # of parties; written narrowly, without ヲ
BANK = PLAIN | {VOICED, HALF_VOICED, "-"}  # of banks and branches
READ = NAME | set("ｦ/\\｢｣,")  # what files of other banks are seen to hold


class CharacterError(ValueError):
    """A character that a bank refuses: its place (from 1), and why, to be filled with the values."""

    def __init__(self, place: int, why: str, **values: str) -> None:
        self.place, self.why, self.values = place, why, {"place": place, **values}
        super().__init__(why % self.values)


def kana(text: str) -> str:
    """A name in the form of bank files: half-width kana and capitals; small kana large, long marks as hyphens.
    Raises CharacterError for what has no such form (kanji, hiragana that cannot be read, commas)."""
    katakana = "".join(
        chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in unicodedata.normalize("NFKC", text)
    )
    out = "".join(_half(one) for one in unicodedata.normalize("NFD", katakana.upper()))
    out = "".join(SMALL.get(one, one) for one in out)
    return check_name(out)


def _half(one: str) -> str:
    if one in "ー‐‑–—−":
        return "-"
    if one == "・":
        return "."
    if one in ("\u3099", "\u309a"):
        return VOICED if one == "\u3099" else HALF_VOICED
    return HALF.get(one, one)


# full-width katakana -> half-width, by what the half-width ones normalize to
HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}


def check_bank_name(text: str) -> str:
    """As `check_name`, for the narrower names of banks and branches."""
    return check_name(text, BANK)


def check_name(text: str, allowed: set[str] = NAME) -> str:
    """The text, if every character may stand in a file and every sound mark follows a kana that takes it."""
    for place, one in enumerate(text, 1):
        if one not in allowed:
            raise CharacterError(place, "character %(place)s “%(sign)s” cannot stand in a bank file", sign=one)
        before = text[place - 2] if place > 1 else ""
        if (one == VOICED and before not in TAKES_VOICED) or (one == HALF_VOICED and before not in TAKES_HALF):
            raise CharacterError(
                place, "character %(place)s is a sound mark, which cannot follow “%(before)s”", before=before
            )
    return text
