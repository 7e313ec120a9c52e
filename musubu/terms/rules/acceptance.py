"""Texts that must be shown to, and accepted by, the person they bind."""

from __future__ import annotations

import hashlib

from musubu.terms.load import Terms


def shown(terms: Terms) -> list[str]:
    """The clauses that must be shown and accepted."""
    return [clause for clause, body in terms.clauses.items() if "show" in str(body.get("kind", ""))]


def fingerprint(text: str) -> str:
    """What an acceptance keeps of the very words: their SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()
