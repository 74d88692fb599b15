"""Reads of bills. Who asks is an argument: only members of the group, the maker and those with a share see one."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from peer_payments.contracts import SplitDetails
from peer_payments.domain.groups import find_group
from peer_payments.errors import SplitNotFound
from peer_payments.models import BillSplit, MoneyRequest
from peer_payments.queries.requests import describe_requests
from superapp.accounts import api as accounts
from superapp.core.money import Money

LISTED_MAX = 50


def get_split(user_id: int, split: UUID) -> BillSplit:
    """
    Return a bill for its maker, for somebody who has or had a share of it, or for a present member of the group.

    :raises SplitNotFound: for anybody else, and if there is none
    """
    row = BillSplit.objects.filter(public_id=split).first()
    if row is None:
        raise SplitNotFound
    is_part = row.maker_id == user_id or MoneyRequest.objects.filter(split=row, payer_id=user_id).exists()
    if not is_part and find_group(row.group, user_id) is None:
        raise SplitNotFound
    return row


def lock_split(maker_id: int, split: UUID) -> BillSplit:
    """
    Lock and return a bill for its maker.

    :raises SplitNotFound: for anybody else, and if there is none
    """
    row = BillSplit.objects.select_for_update().filter(public_id=split, maker_id=maker_id).first()
    if row is None:
        raise SplitNotFound
    return row


def lock_open_shares(split: BillSplit) -> list[int]:
    """Lock the open shares of a bill, in the order of their primary keys, and return these."""
    shares = MoneyRequest.objects.filter(split=split, state=MoneyRequest.State.OPEN)
    return list(shares.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def find_made_split(maker_id: int, idempotency_key: str) -> BillSplit | None:
    """Return the bill that a person split under this key, or None."""
    return BillSplit.objects.filter(maker_id=maker_id, idempotency_key=idempotency_key).first()


def list_splits(user_id: int) -> list[SplitDetails]:
    """Return the latest bills that a person made or has a share of, newest first, at most ``LISTED_MAX``."""
    shares = MoneyRequest.objects.filter(payer_id=user_id, split__isnull=False)
    mine = Q(maker_id=user_id) | Q(pk__in=shares.values("split_id"))
    return describe_splits(BillSplit.objects.filter(mine).order_by("-id")[:LISTED_MAX])


def describe_splits(rows: Iterable[BillSplit]) -> list[SplitDetails]:
    """Return bills with their shares and people, who are fetched once for all."""
    listed = list(rows)
    requests = list(MoneyRequest.objects.filter(split__in=listed).order_by("pk"))
    split_ids = [row.split_id for row in requests]
    described = list(zip(split_ids, describe_requests(requests), strict=True))
    makers = accounts.get_people({row.maker_id for row in listed})
    found = []
    for row in listed:
        shares = sorted((one for split, one in described if split == row.pk), key=lambda one: one.payer["name"])
        counted = [share for share in shares if share.state != "cancelled"]
        is_done = bool(counted) and all(share.state == "paid" for share in counted)
        found.append(
            SplitDetails(
                public_id=row.public_id,
                group=row.group,
                maker_id=row.maker_id,
                maker=makers[row.maker_id],
                title=row.title,
                total=Money(row.total),
                own_share=Money(row.own_share),
                method=row.method,
                items=tuple((item["name"], Money(item["amount_minor"])) for item in row.items),
                shares=tuple(shares),
                state="done" if is_done else "closed" if row.closed_at else "open",
                version=row.version + sum(share.version for share in shares),
                made_at=row.made_at,
            )
        )
    return found
