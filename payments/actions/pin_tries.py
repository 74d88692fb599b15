"""
Wrong tries of a PIN: counted by browser, so that nobody's right entry gives another's guesses back.

A browser that is trusted, or in which the right PIN was once typed, has five wrong tries of its own and is locked by
nobody else. All others, who may be strangers with the owner's number, have five each and ten together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from payments import errors, push, queries
from payments.models import PinTries
from superapp.accounts import api as accounts

WRONG_MAX = 5
STRANGERS_WRONG_MAX = 10


@dataclass(frozen=True, slots=True)
class WrongTries:
    """Wrong tries in a browser that its owner has not been told of, by the name of the device; newest at ``at``."""

    device: UUID | None
    name: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How many wrong tries are left in a browser, and whether it is known by its trust, or by the right PIN."""

    left: int
    is_known: bool


def standing(user_id: int, device_id: int | None) -> Standing:
    """Return how this person's PIN stands on one of their devices."""
    return _standing(queries.pin_tries_of(user_id), user_id, device_id)


def is_locked(user_id: int, device_id: int | None) -> bool:
    """Return whether this person's PIN is locked on one of their devices."""
    rows = queries.pin_tries_of(user_id)
    # Nearly always nothing was tried, and then it does not matter where.
    return any(row.wrong for row in rows) and _standing(rows, user_id, device_id).left == 0


def _standing(rows: list[PinTries], user_id: int, device_id: int | None) -> Standing:
    here = _browser_of(user_id, device_id)
    known = {_browser(row) for row in rows if _is_known(row)}
    if accounts.is_trusted_device(user_id, device_id):
        known.add(here)
    left = WRONG_MAX - sum(row.wrong for row in rows if _browser(row) == here)
    if here in known:
        return Standing(max(0, left), is_known=True)
    strangers = sum(row.wrong for row in rows if _browser(row) not in known)
    return Standing(max(0, min(left, STRANGERS_WRONG_MAX - strangers)), is_known=False)


def count_wrong(user_id: int, device_id: int | None, now: datetime, *, was: Standing) -> None:
    """
    Count a wrong try. The caller has locked the PIN. The owner is told of it elsewhere if a stranger may have tried, or
    if this locks a browser that is known.
    """
    row = _row(user_id, device_id)
    is_told = not was.is_known or was.left <= 1
    PinTries.objects.filter(pk=row.pk).update(
        wrong=F("wrong") + 1, untold=F("untold") + 1 if is_told else F("untold"), tried_at=now
    )
    if is_told:
        push.pin_was_tried(user_id)


def forget_wrong(user_id: int, device_id: int | None, now: datetime, *, was: Standing) -> None:
    """Give this browser all its tries back, and none to others: the right PIN was typed in it. The PIN is locked."""
    if was.is_known and was.left == WRONG_MAX:
        return
    here = _browser_of(user_id, device_id)
    PinTries.objects.filter(pk__in=[row.pk for row in queries.pin_tries_of(user_id) if _browser(row) == here]).update(
        wrong=0
    )
    if device_id is not None:
        PinTries.objects.filter(pk=_row(user_id, device_id).pk).update(proved_at=now)


def begin_anew(user_id: int, device_id: int | None, now: datetime) -> None:
    """Forget all tries with the old PIN, which say nothing of the new one; it is known where it was set."""
    PinTries.objects.filter(user_id=user_id).delete()
    if device_id is not None:
        PinTries.objects.filter(pk=_row(user_id, device_id).pk).update(proved_at=now)


def wrong_elsewhere(user_id: int, device_id: int | None) -> list[WrongTries]:
    """Return the wrong tries in other browsers that this person has not been told of, the newest first."""
    return untold_tries(user_id, device_id)[0]


def untold_tries(user_id: int, device_id: int | None) -> tuple[list[WrongTries], bool]:
    """
    Return the wrong tries in other browsers that this person has not been told of, the newest first; and whether there
    are some of this browser, of which the others are told.
    """
    untold = [row for row in queries.pin_tries_of(user_id) if row.untold and row.tried_at is not None]
    if not untold:
        return [], False
    here = _browser_of(user_id, device_id)
    elsewhere = [
        WrongTries(
            device=row.device.public_id if row.device else None,
            name=row.device.name if row.device else "",
            count=row.untold,
            at=row.tried_at,
        )
        for row in sorted(untold, key=_tried_at, reverse=True)
        if row.tried_at is not None and _browser(row) != here
    ]
    return elsewhere, len(elsewhere) < len(untold)


def forgive_wrong(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    Say on a trusted device that it was oneself: every browser gets its tries back. Twice is once.

    :raises PinTriesKept: if the device is not trusted
    """
    del now  # For the door: what changes something takes the time of it.
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.PinTriesKept
    with transaction.atomic():
        queries.lock_pin(user_id)
        PinTries.objects.filter(user_id=user_id).update(wrong=0, untold=0)
    push.pin_was_tried(user_id)


def _row(user_id: int, device_id: int | None) -> PinTries:
    own = device_id if accounts.browser_of_device(user_id, device_id) is not None else None
    # Two at once cannot make two: the caller has locked the PIN.
    found = PinTries.objects.filter(user_id=user_id, device=own).first()
    return found or PinTries.objects.create(user_id=user_id, device_id=own)


def _browser_of(user_id: int, device_id: int | None) -> str:
    """By what a browser is told again: its hash, or the device alone where it has none, or nothing."""
    browser = accounts.browser_of_device(user_id, device_id)
    return "" if browser is None else browser or f"device {device_id}"


def _browser(row: PinTries) -> str:
    if row.device is None:
        return ""
    return row.device.browser_hash or f"device {row.device_id}"


def _is_known(row: PinTries) -> bool:
    return row.proved_at is not None or (row.device is not None and row.device.trusted_at is not None)


def _tried_at(row: PinTries) -> float:
    return row.tried_at.timestamp() if row.tried_at else 0.0
