"""Kinds of alerts: facts that a person must not miss, sent as a text message when they were not seen in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKind:
    """
    A kind of alert, by the word before the colon of its subjects.

    ``is_pending(user_id, key)`` returns whether the fact still waits for the person; ``text(user_id, key)`` returns the
    message in the active language. An urgent one does not wait until the person has looked at the last one.
    """

    name: str
    is_pending: Callable[[int, str], bool]
    text: Callable[[int, str], str]
    is_urgent: bool = False


_kinds: dict[str, AlertKind] = {}


def register_alert_kind(kind: AlertKind) -> None:
    """
    Register a kind of alert.

    :raises ValueError: if the name is taken
    """
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of alerts are called {kind.name}")


def find_alert_kind(subject: str) -> AlertKind | None:
    """Return the kind of a subject that a client names, or None if there is none."""
    return _kinds.get(subject.partition(":")[0])


def get_alert_kind(subject: str) -> AlertKind:
    """Return the kind of a subject; each alert is of a registered kind."""
    return _kinds[subject.partition(":")[0]]
