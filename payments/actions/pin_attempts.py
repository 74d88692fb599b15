"""
Failed PIN attempts, counted per browser.

A known browser is trusted, or the right PIN was once typed in it. It has five attempts of its own and cannot be locked
by others. Unknown browsers, which may belong to strangers with the owner's number, have five attempts each and ten
together. A success in one browser does not reset another's count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from payments import errors, push, queries
from payments.contracts import FailedPinAttempts
from payments.models import PinTries
from superapp.accounts import api as accounts

FAILED_ATTEMPTS_MAX = 5
UNKNOWN_BROWSERS_ATTEMPTS_MAX = 10


@dataclass(frozen=True, slots=True)
class AttemptState:
    """The number of PIN attempts left in a browser, and whether that browser is known."""

    left: int
    is_known: bool


def get_attempt_state(user_id: int, device_id: int | None) -> AttemptState:
    """Return the PIN attempts that are left on one of a person's devices."""
    return _attempt_state(queries.list_pin_attempts(user_id), user_id, device_id)


def is_locked(user_id: int, device_id: int | None) -> bool:
    """Return whether a person's PIN is locked on one of their devices."""
    rows = queries.list_pin_attempts(user_id)
    # Usually there are no failed attempts; then skip the look-up of the browser.
    return any(row.wrong for row in rows) and _attempt_state(rows, user_id, device_id).left == 0


def _attempt_state(rows: list[PinTries], user_id: int, device_id: int | None) -> AttemptState:
    here = _identify_browser(user_id, device_id)
    known = {_identify_row_browser(row) for row in rows if _is_known(row)}
    if accounts.is_trusted_device(user_id, device_id):
        known.add(here)
    left = FAILED_ATTEMPTS_MAX - sum(row.wrong for row in rows if _identify_row_browser(row) == here)
    if here in known:
        return AttemptState(max(0, left), is_known=True)
    strangers = sum(row.wrong for row in rows if _identify_row_browser(row) not in known)
    return AttemptState(max(0, min(left, UNKNOWN_BROWSERS_ATTEMPTS_MAX - strangers)), is_known=False)


def record_failed_attempt(user_id: int, device_id: int | None, now: datetime, *, was: AttemptState) -> None:
    """
    Count a failed PIN attempt.

    The caller has locked the PIN. The attempt is reported on the owner's other devices if the browser is unknown, or if
    this locks a known browser.
    """
    row = _get_or_create_row(user_id, device_id)
    is_told = not was.is_known or was.left <= 1
    PinTries.objects.filter(pk=row.pk).update(
        wrong=F("wrong") + 1, untold=F("untold") + 1 if is_told else F("untold"), tried_at=now
    )
    if is_told:
        push.pin_attempts_changed(user_id)


def clear_failed_attempts(user_id: int, device_id: int | None, now: datetime, *, was: AttemptState) -> None:
    """
    Reset the failed attempts of this browser alone, after the right PIN was typed in it.

    The caller has locked the PIN. The browser is known from now on.
    """
    if was.is_known and was.left == FAILED_ATTEMPTS_MAX:
        return
    here = _identify_browser(user_id, device_id)
    PinTries.objects.filter(
        pk__in=[row.pk for row in queries.list_pin_attempts(user_id) if _identify_row_browser(row) == here]
    ).update(wrong=0)
    if device_id is not None:
        PinTries.objects.filter(pk=_get_or_create_row(user_id, device_id).pk).update(proved_at=now)


def reset_attempts(user_id: int, device_id: int | None, now: datetime) -> None:
    """Delete all failed attempts after a new PIN was set; the browser of this device is known from now on."""
    PinTries.objects.filter(user_id=user_id).delete()
    if device_id is not None:
        PinTries.objects.filter(pk=_get_or_create_row(user_id, device_id).pk).update(proved_at=now)


def list_failed_attempts_elsewhere(user_id: int, device_id: int | None) -> list[FailedPinAttempts]:
    """Return the unreported failed attempts in other browsers, newest first."""
    return list_unreported_attempts(user_id, device_id)[0]


def list_unreported_attempts(user_id: int, device_id: int | None) -> tuple[list[FailedPinAttempts], bool]:
    """Return the unreported failed attempts in other browsers, newest first, and whether this browser has some too."""
    untold = [row for row in queries.list_pin_attempts(user_id) if row.untold and row.tried_at is not None]
    if not untold:
        return [], False
    here = _identify_browser(user_id, device_id)
    elsewhere = [
        FailedPinAttempts(
            device=row.device.public_id if row.device else None,
            name=row.device.name if row.device else "",
            count=row.untold,
            at=row.tried_at,
        )
        for row in sorted(untold, key=_tried_at_timestamp, reverse=True)
        if row.tried_at is not None and _identify_row_browser(row) != here
    ]
    return elsewhere, len(elsewhere) < len(untold)


def acknowledge_failed_attempts(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    Confirm on a trusted device that failed attempts were one's own, and reset the counts of every browser.

    Idempotent. Raises PinTriesKept if the device is not trusted.
    """
    del now  # Every action of the facade that changes something takes the time.
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.PinTriesKept
    with transaction.atomic():
        queries.lock_pin(user_id)
        PinTries.objects.filter(user_id=user_id).update(wrong=0, untold=0)
    push.pin_attempts_changed(user_id)


def _get_or_create_row(user_id: int, device_id: int | None) -> PinTries:
    own = device_id if accounts.find_browser_hash(user_id, device_id) is not None else None
    # No duplicate can arise: the caller has locked the PIN.
    found = PinTries.objects.filter(user_id=user_id, device=own).first()
    return found or PinTries.objects.create(user_id=user_id, device_id=own)


def _identify_browser(user_id: int, device_id: int | None) -> str:
    """Return the browser's hash, else its device id, or an empty string without a browser."""
    browser = accounts.find_browser_hash(user_id, device_id)
    return "" if browser is None else browser or f"device {device_id}"


def _identify_row_browser(row: PinTries) -> str:
    if row.device is None:
        return ""
    return row.device.browser_hash or f"device {row.device_id}"


def _is_known(row: PinTries) -> bool:
    return row.proved_at is not None or (row.device is not None and row.device.trusted_at is not None)


def _tried_at_timestamp(row: PinTries) -> float:
    return row.tried_at.timestamp() if row.tried_at else 0.0
