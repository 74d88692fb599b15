"""
Rules of vouchers: what one takes off an order, why one does not apply, and which ones are best together.

Amounts are in sen and rounded down to whole rupiah. An order takes one voucher of its shop, which lowers what the shop
gets, and one of the platform, which the platform pays. Something is always left to pay: an order of nothing is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RUPIAH = 100
PERCENT_MAX = 100


class VoucherKind(StrEnum):
    FIXED = "fixed"
    PERCENT = "percent"
    FREE_SHIPPING = "free_shipping"


class ObstacleKind(StrEnum):
    """Reasons why a voucher does not apply, in the order in which a person wants to know them."""

    NOT_FOR_YOU = "not_for_you"
    PAUSED = "paused"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    USED_UP = "used_up"
    USED_BY_YOU = "used_by_you"
    BELOW_MINIMUM = "below_minimum"
    NO_SHIPPING = "no_shipping"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The reason why a voucher does not apply; ``missing_sen`` is what the items lack to its minimum."""

    kind: ObstacleKind
    missing_sen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """
    A voucher as one buyer has it at a moment.

    ``value`` is an amount in sen of a fixed one, and a percentage of one in percent. ``cap_sen`` is the most that it
    takes off, None for no cap. ``uses_max`` and ``uses_each_max`` limit all uses and those of one buyer.
    """

    key: Hashable
    is_platforms: bool
    kind: VoucherKind
    value: int
    cap_sen: int | None
    items_min_sen: int
    starts_at: datetime
    ends_at: datetime
    is_paused: bool
    uses: int
    uses_max: int
    uses_by_buyer: int
    uses_each_max: int
    is_for_buyer: bool


@dataclass(frozen=True, slots=True)
class Basket:
    """An order before any voucher: the cost of its items, and that of their shipping."""

    items_sen: int
    shipping_sen: int = 0


@dataclass(frozen=True, slots=True)
class Savings:
    """The part of an order that a voucher of the shop and one of the platform take off; None and 0 without one."""

    shops: Voucher | None = None
    platforms: Voucher | None = None
    discount_sen: int = 0
    subsidy_sen: int = 0

    @property
    def total_sen(self) -> int:
        return self.discount_sen + self.subsidy_sen


def find_obstacle(voucher: Voucher, basket: Basket, now: datetime) -> Obstacle | None:
    """Return why a voucher does not apply to an order now, or None if it does."""
    missing = voucher.items_min_sen - basket.items_sen
    reasons = (
        (not voucher.is_for_buyer, ObstacleKind.NOT_FOR_YOU),
        (voucher.is_paused, ObstacleKind.PAUSED),
        (now < voucher.starts_at, ObstacleKind.NOT_STARTED),
        (now >= voucher.ends_at, ObstacleKind.ENDED),
        (voucher.uses >= voucher.uses_max, ObstacleKind.USED_UP),
        (voucher.uses_by_buyer >= voucher.uses_each_max, ObstacleKind.USED_BY_YOU),
        (missing > 0, ObstacleKind.BELOW_MINIMUM),
        (voucher.kind == VoucherKind.FREE_SHIPPING and not basket.shipping_sen, ObstacleKind.NO_SHIPPING),
    )
    kind = next((kind for is_so, kind in reasons if is_so), None)
    if kind is None:
        return None
    return Obstacle(kind, missing if kind is ObstacleKind.BELOW_MINIMUM else 0)


def compute_discount(voucher: Voucher, basket: Basket) -> int:
    """
    Return what a voucher that applies takes off an order, in sen.

    It is at most the part that it lowers, items or shipping, and leaves a rupiah of the order.
    """
    part = basket.shipping_sen if voucher.kind == VoucherKind.FREE_SHIPPING else basket.items_sen
    wanted = {
        VoucherKind.FIXED: voucher.value,
        VoucherKind.PERCENT: part * voucher.value // PERCENT_MAX,
        VoucherKind.FREE_SHIPPING: part,
    }[voucher.kind]
    most = basket.items_sen + basket.shipping_sen - RUPIAH
    found = min(wanted, part, most, *([] if voucher.cap_sen is None else [voucher.cap_sen]))
    return max(0, found // RUPIAH * RUPIAH)


def combine(shops: Voucher | None, platforms: Voucher | None, basket: Basket) -> Savings:
    """Return what two vouchers that apply take off together; the platform's is computed on what the shop's leaves."""
    discount = compute_discount(shops, basket) if shops else 0
    rest = _lower(basket, shops, discount)
    return Savings(shops, platforms, discount, compute_discount(platforms, rest) if platforms else 0)


def choose_best(vouchers: Iterable[Voucher], basket: Basket, now: datetime) -> Savings:
    """
    Return the vouchers that save most together, one of the shop and one of the platform at most.

    Of those that save the same, the ones that need fewer vouchers and end first are taken.
    """
    applying = [voucher for voucher in vouchers if find_obstacle(voucher, basket, now) is None]
    pairs = itertools.product(_with_none(applying, is_platforms=False), _with_none(applying, is_platforms=True))
    return max((combine(shops, platforms, basket) for shops, platforms in pairs), key=_preference)


def _with_none(vouchers: Sequence[Voucher], *, is_platforms: bool) -> list[Voucher | None]:
    return [None, *(voucher for voucher in vouchers if voucher.is_platforms == is_platforms)]


def _preference(savings: Savings) -> tuple[int, int, float]:
    used = [voucher for voucher in (savings.shops, savings.platforms) if voucher is not None]
    return savings.total_sen, -len(used), -sum(voucher.ends_at.timestamp() for voucher in used)


def _lower(basket: Basket, voucher: Voucher | None, discount: int) -> Basket:
    if voucher is None:
        return basket
    if voucher.kind == VoucherKind.FREE_SHIPPING:
        return Basket(basket.items_sen, basket.shipping_sen - discount)
    return Basket(basket.items_sen - discount, basket.shipping_sen)
