"""A readable difference between two versions of terms: figures and texts, clause by clause."""

from __future__ import annotations

from difflib import SequenceMatcher

from musubu.terms.load import Terms
from musubu.terms.texts import Document


def figures(old: Terms, new: Terms) -> list[str]:
    """One line for each figure that differs: clause, key, old and new value."""
    lines = []
    for clause in [*old.clauses, *(clause for clause in new.clauses if clause not in old.clauses)]:
        before, after = old.clauses.get(clause, {}), new.clauses.get(clause, {})
        for key in [*before, *(key for key in after if key not in before)]:
            if before.get(key) != after.get(key):
                lines.append(f"{clause} {key}: {before.get(key, '-')} → {after.get(key, '-')}")
    return lines


def texts(old: Document, new: Document) -> list[tuple[str, list[tuple[str, str]]]]:
    """Clauses whose words differ: (clause id, [(same | gone | new, words), …])."""
    changed = []
    for clause in [*old.clauses, *(clause for clause in new.clauses if clause not in old.clauses)]:
        before, after = (document.clauses.get(clause, ("", ""))[1] for document in (old, new))
        if before != after:
            changed.append((clause, _words(before, after)))
    return changed


def _words(before: str, after: str) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("same", before[i:j]))
            continue
        parts += [("gone", before[i:j])] if j > i else []
        parts += [("new", after[k:m])] if m > k else []
    return parts
