"""
Notifications to the client of what was paid, tried until the client answers.

A row is written in the transaction that moves the money, so that a crash loses none; after one, the client may be told
again of what it knew.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from simulators.bank import client_calls, faults, transfers
from simulators.bank.client_calls import ClientAnswer, ClientUnreachable
from simulators.bank.models import Notification
from simulators.bank.money import read_amount, write_amount
from simulators.bank.settings import current
from superapp.core import clock
from superapp.core.money import SEN_PER_RUPIAH

FIRST_DELAY_SECONDS, DELAY_SECONDS_MAX = 0.25, 60.0
PAUSE_SECONDS = 0.5
# Answers with which the client says that it knows of the payment: paid before, or another request was about it.
KNOWN_CASES = {"14", "18"}
# The request was refused for now, or for how it was made, and not for what it says.
TEMPORARY = {401, 408, 409, 425, 429}
VA_PAYMENT_PATH, QR_NOTIFY_PATH = "/transfer-va/payment", "/qr/qr-mpm-notify"

log = logging.getLogger(__name__)
_wake = threading.Event()


def write(kind: Notification.Kind, *, reference: str, body: dict[str, Any], now: datetime) -> None:
    """Write down that the client must be told; inside the transaction that moves the money."""
    held_back = timedelta(seconds=int(faults.strike("reorder_callbacks") or 0))
    Notification.objects.create(kind=kind, reference=reference, body=body, written_at=now, next_at=now + held_back)
    transaction.on_commit(_wake.set)


def send_due(now: datetime) -> bool:
    """Send what is due, oldest first, and return whether there was any."""
    due = Notification.objects.filter(state=Notification.State.WAITING, next_at__lte=now).order_by("next_at", "id")
    found = list(due[:50])
    for notification in found:
        _send(notification, clock.now())
    return bool(found)


def retry_all_now(now: datetime) -> None:
    """Make all that wait due: a bank that was just started does not know how long the client was away."""
    Notification.objects.filter(state=Notification.State.WAITING).update(next_at=now)


def run_worker() -> None:
    """Send notifications, and fail the transfers that are to fail, for as long as the process lives."""
    retry_all_now(clock.now())
    while True:
        transfers.fail_due_transfers(current().keys, clock.now())
        if not send_due(clock.now()):
            _wake.wait(PAUSE_SECONDS)
        _wake.clear()


def _send(notification: Notification, now: datetime) -> None:
    notification.attempts += 1
    try:
        answer = _call(notification, now)
    except ClientUnreachable as fault:
        _put_off(notification, str(fault), now)
        return
    notification.last_answer = str(answer)
    if _is_known(answer):
        notification.state = Notification.State.DELIVERED
    elif 400 <= answer.status < 500 and answer.status not in TEMPORARY:
        notification.state = Notification.State.REFUSED
        log.warning("client refused %s %s: %s", notification.kind, notification.reference, answer)
    else:
        _put_off(notification, str(answer), now)
        return
    notification.save()
    if notification.state == Notification.State.DELIVERED:
        _repeat(notification, now)


def _is_known(answer: ClientAnswer) -> bool:
    return answer.status == 200 or (answer.status == 404 and answer.case in KNOWN_CASES)


def _put_off(notification: Notification, answer: str, now: datetime) -> None:
    delay = min(FIRST_DELAY_SECONDS * 2 ** min(notification.attempts, 20), DELAY_SECONDS_MAX)
    notification.next_at = now + timedelta(seconds=delay)
    notification.last_answer = answer[:200]
    notification.save()


def _repeat(notification: Notification, now: datetime) -> None:
    for _ in range(int(faults.strike("repeat_callbacks") or 0)):
        try:
            _call(notification, now)
        except ClientUnreachable as fault:
            log.warning("repeated %s was not answered: %s", notification.reference, fault)


def _call(notification: Notification, now: datetime) -> ClientAnswer:
    if notification.kind == Notification.Kind.VA_PAYMENT:
        return client_calls.call_with_token(VA_PAYMENT_PATH, _with_fault(notification.body, "paidAmount"), now)
    return client_calls.call_signed(QR_NOTIFY_PATH, _with_fault(notification.body, "amount"), now)


def _with_fault(body: dict[str, Any], name: str) -> dict[str, Any]:
    wrong_by = int(faults.strike("wrong_amount") or 0) * SEN_PER_RUPIAH
    return {**body, name: write_amount(max(0, read_amount(body[name]) + wrong_by))} if wrong_by else body
