"""What the stand-in remembers: objects as Stripe shapes them, answers by idempotency key, messages that wait to leave."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS object (id TEXT PRIMARY KEY, kind TEXT, at REAL, body TEXT);
CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, asked TEXT, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, at REAL, body TEXT, tries INTEGER DEFAULT 0,
                                    next REAL DEFAULT 0, arrived REAL);
"""
Object = dict[str, Any]


class Store:
    """One file, one lock: enough for a demonstration."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
        self._db.executescript("PRAGMA journal_mode=WAL;" + TABLES)

    def make(self, prefix: str, kind: str, **body: Any) -> Object:
        """A new object with a fresh id."""
        made = {"id": f"{prefix}_{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), **body}
        self.save(made)
        return made

    def save(self, thing: Object) -> None:
        self._db.execute(
            "INSERT INTO object VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], time.time(), json.dumps(thing)),
        )

    def get(self, reference: str) -> Object | None:
        row = self._db.execute("SELECT body FROM object WHERE id = ?", (reference,)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Object]:
        """The newest first."""
        rows = self._db.execute("SELECT body FROM object WHERE kind = ? ORDER BY at DESC, rowid DESC", (kind,))
        return [json.loads(body) for (body,) in rows.fetchall()]

    def answered(self, key: str) -> tuple[str, int, Object] | None:
        row = self._db.execute("SELECT asked, status, body FROM answer WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1], json.loads(row[2])) if row else None

    def answer(self, key: str, asked: str, status: int, body: Object) -> None:
        self._db.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)", (key, asked, status, json.dumps(body)))

    def tell(self, kind: str, thing: Object) -> None:
        """Put a message into the queue."""
        reference = f"evt_{secrets.token_hex(12)}"
        message = {
            "id": reference, "object": "event", "type": kind, "created": int(time.time()), "livemode": False,
            "data": {"object": thing},
        }  # fmt: skip
        self._db.execute(
            "INSERT INTO message (id, at, body) VALUES (?, ?, ?)", (reference, time.time(), json.dumps(message))
        )

    def waiting(self) -> list[tuple[str, str, int]]:
        """(id, body, tries) of messages that should leave now."""
        rows = self._db.execute(
            "SELECT id, body, tries FROM message WHERE arrived IS NULL AND next <= ? AND tries < 20 ORDER BY at LIMIT 20",
            (time.time(),),
        )
        return rows.fetchall()

    def left(self, reference: str, arrived: bool, tries: int) -> None:
        self._db.execute(
            "UPDATE message SET arrived = ?, tries = ?, next = ? WHERE id = ?",
            (time.time() if arrived else None, tries, time.time() + min(2**tries, 600), reference),
        )

    def messages(self) -> list[tuple[str, str, bool]]:
        """(id, kind, whether it arrived) of the newest ones."""
        rows = self._db.execute("SELECT id, body, arrived FROM message ORDER BY at DESC LIMIT 30").fetchall()
        return [(reference, json.loads(body)["type"], arrived is not None) for reference, body, arrived in rows]

    def again(self, reference: str) -> None:
        self._db.execute("UPDATE message SET arrived = NULL, tries = 0, next = 0 WHERE id = ?", (reference,))

    def close(self) -> None:
        self._db.close()
