"""Bills that are split in a group: making and closing. Shares are requests, paid and removed as those are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from payments.errors import KeyReused
from peer_payments import errors
from peer_payments.contracts import SplitDetails
from peer_payments.domain import rules, shares
from peer_payments.domain.feature_gates import requires_payments
from peer_payments.domain.groups import Group, find_group
from peer_payments.domain.shares import BillItem
from peer_payments.events import SplitChanged
from peer_payments.models import KEY_CHARS_MAX, BillSplit, MoneyRequest
from peer_payments.queries import splits as queries
from peer_payments.queries.requests import has_open_shares
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit
from superapp.core import ids, outbox
from superapp.core.errors import InputInvalid
from superapp.core.money import Money

_MADE = RateLimit("bills split", 20, timedelta(hours=1))


@requires_payments
def split_equally(
    *, maker_id: int, group: str, title: str, total: Money, people: Sequence[UUID], idempotency_key: str, now: datetime
) -> SplitDetails:
    """
    Split a bill in equal parts among members of a group, the maker included if they are among ``people``.

    Once per idempotency key. What cannot be divided is borne by the maker, or else by those who come first.

    :raises AmountInvalid, AmountNotWhole, AmountTooLarge, TitleMissing, NoteTooLong: if the input is not in bounds
    :raises BillInvalid: if nobody else has a share of it, or too many have
    :raises GroupNotFound, WritingNotAllowed: if the maker is no member of the group, or may not write in it
    :raises KeyReused, RateLimited: if the key was used for another bill, or there were too many
    :raises TooManyRequests: if one of them has too many open shares of this maker's bills
    """
    rules.require_amount(total)
    maker = _public_id(maker_id)
    parts = shares.split_equally(total, shares.put_first(maker, people))
    return _split(maker_id, group, title, parts, method="equal", idempotency_key=idempotency_key, now=now)


@requires_payments
def split_by_hand(
    *, maker_id: int, group: str, title: str, amounts: Mapping[UUID, Money], idempotency_key: str, now: datetime
) -> SplitDetails:
    """
    Split a bill by an amount for each member; the bill is their sum. The same rules and errors as equal parts have.

    :raises AmountInvalid, AmountNotWhole, AmountTooLarge, TitleMissing, NoteTooLong: if the input is not in bounds
    :raises BillInvalid: if nobody else has a share of it, or too many have
    :raises GroupNotFound, WritingNotAllowed: if the maker is no member of the group, or may not write in it
    :raises KeyReused, RateLimited: if the key was used for another bill, or there were too many
    :raises TooManyRequests: if one of them has too many open shares of this maker's bills
    """
    return _split(maker_id, group, title, amounts, method="amounts", idempotency_key=idempotency_key, now=now)


@requires_payments
def split_by_item(
    *, maker_id: int, group: str, title: str, items: Sequence[BillItem], idempotency_key: str, now: datetime
) -> SplitDetails:
    """
    Split each line of a bill among those who had it; the bill is the sum of the lines.

    :raises AmountInvalid, AmountNotWhole, AmountTooLarge, TitleMissing, NoteTooLong: if the input is not in bounds
    :raises BillInvalid: if nobody else has a share of it, or too many have
    :raises GroupNotFound, WritingNotAllowed: if the maker is no member of the group, or may not write in it
    :raises KeyReused, RateLimited: if the key was used for another bill, or there were too many
    :raises TooManyRequests: if one of them has too many open shares of this maker's bills
    """
    if not 0 < len(items) <= shares.ITEMS_MAX:
        raise errors.BillInvalid
    for item in items:
        rules.require_amount(item.amount)
    parts = shares.split_by_item(items, _public_id(maker_id))
    lines = [
        {"name": rules.clean_note(item.name), **item.amount.to_wire(), "people": [str(one) for one in item.people]}
        for item in items
    ]
    return _split(maker_id, group, title, parts, method="items", items=lines, idempotency_key=idempotency_key, now=now)


def close_split(*, maker_id: int, split: UUID, now: datetime) -> SplitDetails:
    """
    Close a bill: shares that are not paid are removed, those that are stay paid. Closing again changes nothing.

    :raises SplitNotFound: if this person did not make it
    """
    with transaction.atomic():
        row = queries.lock_split(maker_id, split)
        if row.closed_at is None:
            # One statement for all, and one fact, so that the card of a large bill is not written once for each share.
            MoneyRequest.objects.filter(pk__in=queries.lock_open_shares(row)).update(
                state=MoneyRequest.State.CANCELLED, closed_at=now, version=F("version") + 1
            )
            row.closed_at, row.version = now, row.version + 1
            row.save(update_fields=["closed_at", "version"])
            _publish(row)
    return queries.describe_splits([row])[0]


def _split(
    maker_id: int,
    group: str,
    title: str,
    parts: Mapping[UUID, Money],
    *,
    method: shares.Method,
    items: Sequence[Mapping[str, object]] = (),
    idempotency_key: str,
    now: datetime,
) -> SplitDetails:
    title = rules.clean_note(title)
    if not title:
        raise errors.TitleMissing
    if not (0 < len(idempotency_key) <= KEY_CHARS_MAX and idempotency_key.isprintable()):
        raise InputInvalid(detail="idempotency_key")
    maker = _public_id(maker_id)
    owed = shares.require_shares(parts, maker)
    total = rules.require_amount(sum(parts.values(), Money(0)))
    found = find_group(group, maker_id)
    if found is None:
        raise errors.GroupNotFound
    payers = _members(found, owed, maker_id)
    wanted = (group, title, total.amount_minor, {payers[one]: share.amount_minor for one, share in owed.items()})
    made = queries.find_made_split(maker_id, idempotency_key)
    if made is not None:
        return _replay(made, wanted)
    if not found.may_write:  # The bill is a card in the group, with words of the maker.
        raise errors.WritingNotAllowed
    accounts.consume_rate_limits([(_MADE, str(maker_id))], now=now)
    with transaction.atomic():
        accounts.lock_people({maker_id})  # The same form sent twice at once is one bill.
        made = queries.find_made_split(maker_id, idempotency_key)
        if made is not None:
            return _replay(made, wanted)
        if has_open_shares(maker_id, payers.values(), at_least=rules.OPEN_SHARES_OF_PAIR_MAX):
            raise errors.TooManyRequests
        row = BillSplit.objects.create(
            maker_id=maker_id,
            group=group,
            title=title,
            total=total.amount_minor,
            own_share=parts.get(maker, Money(0)).amount_minor,
            method=method,
            items=list(items),
            idempotency_key=idempotency_key,
            made_at=now,
        )
        MoneyRequest.objects.bulk_create(
            MoneyRequest(
                requester_id=maker_id,
                payer_id=payers[person],
                amount=share.amount_minor,
                split=row,
                note=title,
                idempotency_key=f"split:{ids.new_id()}",
                made_at=now,
                expires_at=now + rules.REQUEST_LIFETIME,
                notified_at=now,
            )
            for person, share in owed.items()
        )
        _publish(row)
    return queries.describe_splits([row])[0]


def _members(group: Group, owed: Mapping[UUID, Money], maker_id: int) -> dict[UUID, int]:
    """
    Return the user id of each person with a share.

    :raises BillInvalid: if one is no member of the group, or the two have blocked each other
    """
    people = {UUID(person["id"]): user_id for user_id, person in accounts.get_people(group.other_ids).items()}
    chosen = {person: people[person] for person in owed if person in people}
    if len(chosen) < len(owed) or accounts.filter_blocked_between(maker_id, chosen.values()):
        raise errors.BillInvalid
    return chosen


def _replay(made: BillSplit, wanted: tuple[str, str, int, dict[int, int]]) -> SplitDetails:
    of_made = dict(MoneyRequest.objects.filter(split=made).values_list("payer_id", "amount"))
    if (made.group, made.title, made.total, of_made) != wanted:
        raise KeyReused
    return queries.describe_splits([made])[0]


def _publish(row: BillSplit) -> None:
    outbox.publish(SplitChanged(split=str(row.public_id), maker_id=row.maker_id))


def _public_id(user_id: int) -> UUID:
    return accounts.get_public_ids({user_id})[user_id]
