"""Reads of requests. Who asks is an argument: a request between others is as unknown as one that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from peer_payments.contracts import RequestDetails
from peer_payments.domain.rules import REMINDER_INTERVAL
from peer_payments.errors import RequestNotFound
from peer_payments.models import BillSplit, MoneyRequest
from superapp.accounts import api as accounts
from superapp.core.money import Money

LISTED_MAX, OPEN_LISTED_MAX = 50, 200
EXPIRED_AT_ONCE_MAX = 200


def get_request(user_id: int, request: UUID) -> MoneyRequest:
    """
    Return a request of which this person is one of the two sides.

    :raises RequestNotFound: if there is none
    """
    return _get(_of_person(user_id), request)


def lock_request(user_id: int, request: UUID) -> MoneyRequest:
    """
    Lock and return a request of which this person is one of the two sides.

    :raises RequestNotFound: if there is none
    """
    return _get(_of_person(user_id).select_for_update(of=("self",)), request)


def find_made_request(requester_id: int, idempotency_key: str) -> MoneyRequest | None:
    """Return the request that a person made under this key, or None."""
    return MoneyRequest.objects.filter(requester_id=requester_id, idempotency_key=idempotency_key).first()


def count_open(requester_id: int, payer_id: int) -> tuple[int, int]:
    """Return how many requests of a person are open, shares of bills left out, and how many of them to this payer."""
    payers = MoneyRequest.objects.filter(requester_id=requester_id, state=MoneyRequest.State.OPEN, split=None)
    ids = list(payers.values_list("payer_id", flat=True))
    return len(ids), ids.count(payer_id)


def has_open_shares(requester_id: int, payer_ids: Collection[int], *, at_least: int) -> bool:
    """Return whether one of these people has so many open shares, or more, of bills that a person split."""
    shares = MoneyRequest.objects.filter(
        requester_id=requester_id, payer_id__in=payer_ids, state=MoneyRequest.State.OPEN, split__isnull=False
    )
    return shares.values("payer_id").annotate(count=Count("pk")).filter(count__gte=at_least).exists()


def filter_paid_between(user_id: int, peer_ids: Collection[int]) -> set[int]:
    """Return the peers who have paid a money request of the user, or whose request the user has paid."""
    paid = MoneyRequest.objects.filter(state=MoneyRequest.State.PAID)
    payers = paid.filter(requester_id=user_id, payer_id__in=peer_ids).values_list("payer_id", flat=True)
    requesters = paid.filter(payer_id=user_id, requester_id__in=peer_ids).values_list("requester_id", flat=True)
    return set(payers.union(requesters))


def count_requests_to_pay(user_id: int) -> int:
    """Return how many open requests wait for this person to pay or decline, shares of bills among them."""
    return MoneyRequest.objects.filter(payer_id=user_id, state=MoneyRequest.State.OPEN).count()


def list_requests(user_id: int) -> list[RequestDetails]:
    """
    Return the requests of which a person is one of the two sides: open ones, then the latest closed ones, newest first.

    Requests that somebody makes and cancels again push no open one off the list.
    """
    newest = _of_person(user_id).order_by("-id")
    is_open = Q(state=MoneyRequest.State.OPEN)
    return describe_requests([*newest.filter(is_open)[:OPEN_LISTED_MAX], *newest.exclude(is_open)[:LISTED_MAX]])


def lock_expired(now: datetime) -> list[MoneyRequest]:
    """Lock and return open requests that are due to expire, oldest first; those locked by others are left out."""
    due = MoneyRequest.objects.filter(state=MoneyRequest.State.OPEN, expires_at__lte=now).order_by("pk")
    skips = connection.features.has_select_for_update_skip_locked
    return list(due.select_for_update(skip_locked=skips)[:EXPIRED_AT_ONCE_MAX])


def describe_requests(rows: Iterable[MoneyRequest]) -> list[RequestDetails]:
    """Return requests with the two people of each, who are fetched once for all."""
    listed = list(rows)
    splits = dict(
        BillSplit.objects.filter(pk__in={row.split_id for row in listed if row.split_id}).values_list("pk", "public_id")
        if any(row.split_id for row in listed)
        else ()
    )
    people = accounts.get_people({side for row in listed for side in (row.requester_id, row.payer_id)})
    return [
        RequestDetails(
            public_id=row.public_id,
            requester_id=row.requester_id,
            payer_id=row.payer_id,
            requester=people[row.requester_id],
            payer=people[row.payer_id],
            amount=Money(row.amount),
            note=row.note,
            state=row.state,
            version=row.version,
            attempt=row.attempts,
            journal=row.journal,
            made_at=row.made_at,
            expires_at=row.expires_at,
            closed_at=row.closed_at,
            reminder_from=row.notified_at + REMINDER_INTERVAL,
            split=splits.get(row.split_id or 0),
        )
        for row in listed
    ]


def _of_person(user_id: int) -> QuerySet[MoneyRequest]:
    return MoneyRequest.objects.filter(Q(requester_id=user_id) | Q(payer_id=user_id))


def _get(rows: QuerySet[MoneyRequest], request: UUID) -> MoneyRequest:
    try:
        return rows.get(public_id=request)
    except MoneyRequest.DoesNotExist:
        raise RequestNotFound from None
