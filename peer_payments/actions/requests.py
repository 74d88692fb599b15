"""Requests for money: making, paying, declining, cancelling, reminding and expiring. A request is closed once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from payments import api as payments
from payments.errors import KeyReused
from peer_payments import errors
from peer_payments.contracts import RequestDetails
from peer_payments.domain import rules
from peer_payments.domain.feature_gates import requires_payments
from peer_payments.events import RequestChanged, RequestReminded
from peer_payments.models import KEY_CHARS_MAX, MoneyRequest
from peer_payments.queries import requests as queries
from peer_payments.queries.people import may_pay
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit
from superapp.accounts.errors import PersonNotFound
from superapp.core import outbox
from superapp.core.errors import InputInvalid
from superapp.core.money import Money

REFERENCE_PREFIX = "peer.request:"
_MADE = RateLimit("money requests", 30, timedelta(hours=1))


@requires_payments
def request_money(
    *, requester_id: int, payer: UUID, amount: Money, note: str = "", idempotency_key: str, now: datetime
) -> RequestDetails:
    """
    Request money from a contact, once per idempotency key; a repeated call returns the first request.

    Refusals in this order: the input, the person, the key, the rate limit, the number of open requests.

    :raises AmountInvalid, AmountNotWhole, AmountTooLarge, NoteTooLong: if the input is not in bounds
    :raises PersonNotFound, FromOneself, NotContacts: if this person cannot be asked
    :raises KeyReused: if the key was used for a different request
    :raises RateLimited, TooManyRequests: if there were too many, or too many are still open
    """
    rules.require_amount(amount)
    note = rules.clean_note(note)
    if not (0 < len(idempotency_key) <= KEY_CHARS_MAX and idempotency_key.isprintable()):
        raise InputInvalid(detail="idempotency_key")
    payer_id = _get_payer_id(requester_id, payer)
    content = (payer_id, amount.amount_minor, note)
    made = queries.find_made_request(requester_id, idempotency_key)
    if made is not None:
        return _replay(made, content)
    accounts.consume_rate_limits([(_MADE, str(requester_id))], now=now)
    with transaction.atomic():
        # Two requests at the same moment would both be the last one allowed.
        accounts.lock_people({requester_id})
        made = queries.find_made_request(requester_id, idempotency_key)
        if made is not None:
            return _replay(made, content)
        _require_few_open(requester_id, payer_id)
        row = MoneyRequest.objects.create(
            requester_id=requester_id,
            payer_id=payer_id,
            amount=amount.amount_minor,
            note=note,
            idempotency_key=idempotency_key,
            made_at=now,
            expires_at=now + rules.REQUEST_LIFETIME,
            notified_at=now,
        )
        publish_change(row)
    return queries.describe_requests([row])[0]


@requires_payments
def pay_request(*, payer_id: int, request: UUID, attempt: int, device_id: int | None, pin: str, now: datetime) -> UUID:
    """
    Pay a request, once whoever taps twice or on two devices, and return the public id of the payment's journal.

    The money and the mark on the request are in one transaction. ``attempt`` is the number that the person was shown:
    a payment that the ledger refused stays refused under its number. Must not run inside the caller's transaction,
    since a wrong PIN must be committed.

    :raises RequestNotFound: if this person was not asked for this
    :raises RequestClosed: if it was declined or cancelled, or has expired
    :raises PersonNotFound: if one of the two has blocked the other, or has no account any more
    :raises PinWrong, PinLocked, PinMissing: if the PIN does not authorize it
    :raises InsufficientFunds, CeilingExceeded, AccountNotOpen: if the ledger refuses it
    """
    found = queries.get_request(payer_id, request)
    if found.payer_id != payer_id:
        raise errors.RequestNotFound
    if found.journal is not None:
        return found.journal
    _require_open(found)
    if not may_pay(payer_id, found.requester_id):
        raise PersonNotFound
    authorization = payments.verify_pin(user_id=payer_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        row = queries.lock_request(payer_id, request)
        if row.journal is not None:
            return row.journal
        _require_open(row)
        if not 0 <= attempt <= row.attempts:
            raise InputInvalid(detail="attempt")
        answer = payments.send_authorized(
            sender_id=payer_id,
            receiver_id=row.requester_id,
            amount=Money(row.amount),
            memo=row.note,
            reference=f"{REFERENCE_PREFIX}{row.public_id}",
            authorization=authorization,
            idempotency_key=f"{row.public_id}:{attempt}",
            now=now,
        )
        if isinstance(answer, payments.Posted):
            close(row, MoneyRequest.State.PAID, journal=answer.public_id, now=now)
            return answer.public_id
        if attempt == row.attempts:
            row.attempts += 1
            row.save(update_fields=["attempts"])
    raise answer.error()


def decline_request(*, payer_id: int, request: UUID, now: datetime) -> RequestDetails:
    """
    Decline to pay a request; declining again changes nothing.

    :raises RequestNotFound: if this person was not asked for this
    :raises RequestClosed: if it was paid or cancelled, or has expired
    """
    return _close_by(payer_id, request, MoneyRequest.State.DECLINED, side="payer_id", now=now)


def cancel_request(*, requester_id: int, request: UUID, now: datetime) -> RequestDetails:
    """
    Cancel one's own request; cancelling again changes nothing.

    :raises RequestNotFound: if this person did not make it
    :raises RequestClosed: if it was paid or declined, or has expired
    """
    return _close_by(requester_id, request, MoneyRequest.State.CANCELLED, side="requester_id", now=now)


@requires_payments
def remind_payer(*, requester_id: int, request: UUID, now: datetime) -> RequestDetails:
    """
    Remind the other person of an open request, at most once in ``REMINDER_INTERVAL``.

    :raises RequestNotFound: if this person did not make it
    :raises RequestClosed: if it is no longer open
    :raises NotContacts: if the two are contacts no more, or one has blocked the other
    :raises RemindedAlready: if the other person was told less than a day ago
    """
    with transaction.atomic():
        row = queries.lock_request(requester_id, request)
        if row.requester_id != requester_id:
            raise errors.RequestNotFound
        _require_open(row)
        if not accounts.are_contacts(requester_id, row.payer_id):
            raise errors.NotContacts
        wait = row.notified_at + rules.REMINDER_INTERVAL - now
        if wait > timedelta():
            raise errors.RemindedAlready(retry_after=int(wait.total_seconds()) + 1)
        row.notified_at, row.reminders = now, row.reminders + 1
        row.save(update_fields=["notified_at", "reminders"])
        outbox.publish(
            RequestReminded(
                request=str(row.public_id),
                requester_id=row.requester_id,
                payer_id=row.payer_id,
                number=row.reminders,
            )
        )
    return queries.describe_requests([row])[0]


def expire_requests(now: datetime) -> int:
    """Close requests that nobody answered in time, and return how many; a payment that came first stays."""
    with transaction.atomic():
        due = queries.lock_expired(now)
        for row in due:
            close(row, MoneyRequest.State.EXPIRED, now=now)
    return len(due)


def _get_payer_id(requester_id: int, payer: UUID) -> int:
    user_id = accounts.get_user_by_public_id(payer).pk
    if user_id == requester_id:
        raise errors.FromOneself
    if accounts.has_blocked(user_id, requester_id):
        raise PersonNotFound
    if not accounts.are_contacts(requester_id, user_id):
        raise errors.NotContacts
    return user_id


def _replay(made: MoneyRequest, content: tuple[int, int, str]) -> RequestDetails:
    if (made.payer_id, made.amount, made.note) != content:
        raise KeyReused
    return queries.describe_requests([made])[0]


def _require_few_open(requester_id: int, payer_id: int) -> None:
    of_all, of_pair = queries.count_open(requester_id, payer_id)
    if of_all >= rules.OPEN_REQUESTS_MAX or of_pair >= rules.OPEN_REQUESTS_OF_PAIR_MAX:
        raise errors.TooManyRequests


def _require_open(row: MoneyRequest) -> None:
    if row.state != MoneyRequest.State.OPEN:
        raise errors.RequestClosed


def _close_by(user_id: int, request: UUID, state: MoneyRequest.State, *, side: str, now: datetime) -> RequestDetails:
    with transaction.atomic():
        row = queries.lock_request(user_id, request)
        if getattr(row, side) != user_id:
            raise errors.RequestNotFound
        if row.state != state:
            _require_open(row)
            close(row, state, now=now)
    return queries.describe_requests([row])[0]


def close(row: MoneyRequest, state: MoneyRequest.State, *, journal: UUID | None = None, now: datetime) -> None:
    """Close a locked request, and publish it."""
    row.state, row.journal, row.closed_at, row.version = state, journal, now, row.version + 1
    row.save(update_fields=["state", "journal", "closed_at", "version"])
    publish_change(row)


def publish_change(row: MoneyRequest) -> None:
    """Publish the state of a request."""
    outbox.publish(
        RequestChanged(
            request=str(row.public_id),
            requester_id=row.requester_id,
            payer_id=row.payer_id,
            split=str(row.split.public_id) if row.split else "",
            version=row.version,
            state=row.state,
        )
    )
