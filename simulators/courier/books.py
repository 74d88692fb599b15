"""The books of the simulated courier: parcels, what was scanned of them, messages to the client, and faults."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PARCELS_SHOWN = 50
_TABLES = """
CREATE TABLE IF NOT EXISTS parcel (
    id INTEGER PRIMARY KEY, courier TEXT NOT NULL, waybill TEXT NOT NULL, known_at TEXT NOT NULL,
    UNIQUE (courier, waybill)
);
CREATE TABLE IF NOT EXISTS scan (
    id INTEGER PRIMARY KEY, parcel INTEGER NOT NULL REFERENCES parcel, code TEXT NOT NULL, text TEXT NOT NULL,
    place TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, courier TEXT NOT NULL, body TEXT NOT NULL, due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '', is_open INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS fault (name TEXT PRIMARY KEY, times INTEGER NOT NULL, value TEXT NOT NULL);
"""
Event = dict[str, str]


@dataclass(frozen=True, slots=True)
class Push:
    """A message to the client that has not arrived yet."""

    number: int
    courier: str
    body: bytes
    attempts: int


class Books:
    """The books in one file. Several threads may use them at once."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "books.sqlite3"
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_TABLES)

    def hand_in(self, courier: str, waybill: str, now: datetime) -> None:
        """Note a parcel that was handed in; a known one stays as it is."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO parcel (courier, waybill, known_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [courier, waybill, now.isoformat()],
            )

    def knows(self, courier: str, waybill: str) -> bool:
        return bool(self._read("SELECT 1 FROM parcel WHERE courier = ? AND waybill = ?", [courier, waybill]))

    def scan(self, courier: str, waybill: str, event: Event, *, push_due_at: float | None) -> None:
        """Note what was scanned of a parcel, and the message about it unless ``push_due_at`` is None."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO scan (parcel, code, text, place, at)"
                " SELECT id, ?, ?, ?, ? FROM parcel WHERE courier = ? AND waybill = ?",
                [event["code"], event["text"], event["place"], event["at"], courier, waybill],
            )
            if push_due_at is not None:
                body = json.dumps({"waybill": waybill, "events": [event]})
                connection.execute(
                    "INSERT INTO push (courier, body, due_at) VALUES (?, ?, ?)", [courier, body, push_due_at]
                )

    def list_events(self, courier: str, waybill: str) -> list[Event]:
        """List what was scanned of a parcel, in the order of scanning."""
        rows = self._read(
            "SELECT s.code, s.at, s.text, s.place FROM scan s JOIN parcel p ON p.id = s.parcel"
            " WHERE p.courier = ? AND p.waybill = ? ORDER BY s.id",
            [courier, waybill],
        )
        return [dict(row) for row in rows]

    def list_parcels(self) -> list[dict[str, Any]]:
        """List the newest parcels with the last thing that was scanned of each."""
        rows = self._read(
            "SELECT p.courier, p.waybill, s.code, s.text, s.at FROM parcel p LEFT JOIN scan s ON s.id ="
            " (SELECT max(id) FROM scan WHERE parcel = p.id) ORDER BY p.id DESC LIMIT ?",
            [PARCELS_SHOWN],
        )
        return [dict(row) for row in rows]

    def list_due_pushes(self, moment: float) -> list[Push]:
        rows = self._read(
            "SELECT id, courier, body, attempts FROM push WHERE is_open AND due_at <= ? ORDER BY due_at, id LIMIT 50",
            [moment],
        )
        return [Push(row["id"], row["courier"], row["body"].encode(), row["attempts"]) for row in rows]

    def list_pushes(self) -> list[dict[str, Any]]:
        rows = self._read("SELECT * FROM push ORDER BY id DESC LIMIT ?", [PARCELS_SHOWN])
        return [dict(row) for row in rows]

    def close_push(self, push: Push, answer: str) -> None:
        """Note that the client answered for good."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE push SET is_open = 0, attempts = attempts + 1, answer = ? WHERE id = ?",
                [answer[:200], push.number],
            )

    def put_off_push(self, push: Push, answer: str, due_at: float) -> None:
        """Note that the client did not answer, and when it is told again."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE push SET attempts = attempts + 1, answer = ?, due_at = ? WHERE id = ?",
                [answer[:200], due_at, push.number],
            )

    def set_fault(self, name: str, times: int, value: str) -> None:
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO fault VALUES (?, ?, ?)", [name, times, value])

    def strike(self, name: str) -> str | None:
        """Use up one strike of a fault, and return its value; None if it does not strike."""
        with self._writing() as connection:
            rows = connection.execute(
                "UPDATE fault SET times = times - 1 WHERE name = ? AND times > 0 RETURNING value", [name]
            ).fetchall()
        return str(rows[0]["value"]) if rows else None

    def list_faults(self) -> dict[str, tuple[int, str]]:
        return {row["name"]: (row["times"], row["value"]) for row in self._read("SELECT * FROM fault", [])}

    def _read(self, statement: str, values: list[Any]) -> list[sqlite3.Row]:
        with closing(self._connect()) as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection
