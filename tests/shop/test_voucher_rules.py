"""Rules of vouchers: what each takes off, why one does not apply, and which are best, tried against all there are."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.domain.vouchers import (
    Basket,
    Obstacle,
    ObstacleKind,
    Voucher,
    VoucherKind,
    choose_best,
    combine,
    compute_discount,
    find_obstacle,
)

NOW = datetime(2027, 3, 1, tzinfo=UTC)
RP = 100
FIXED = Voucher(
    key="fixed",
    is_platforms=False,
    kind=VoucherKind.FIXED,
    value=10_000 * RP,
    cap_sen=None,
    items_min_sen=0,
    starts_at=NOW,
    ends_at=NOW + timedelta(days=1),
    is_paused=False,
    uses=0,
    uses_max=10,
    uses_by_buyer=0,
    uses_each_max=1,
    is_for_buyer=True,
)
PERCENT = dataclasses.replace(FIXED, key="percent", kind=VoucherKind.PERCENT, value=15, cap_sen=20_000 * RP)
SHIPPING = dataclasses.replace(FIXED, key="shipping", kind=VoucherKind.FREE_SHIPPING, value=0, cap_sen=8_000 * RP)
BASKET = Basket(100_000 * RP, 9_000 * RP)


@pytest.mark.parametrize(
    ("voucher", "basket", "rupiah"),
    [
        (FIXED, BASKET, 10_000),
        (PERCENT, BASKET, 15_000),
        (PERCENT, Basket(500_000 * RP), 20_000),
        (PERCENT, Basket(9_999 * RP), 1_499),
        (SHIPPING, BASKET, 8_000),
        (SHIPPING, Basket(100_000 * RP, 5_000 * RP), 5_000),
        # An order of nothing is none.
        (FIXED, Basket(10_000 * RP), 9_999),
        (FIXED, Basket(10_000 * RP, 1_000 * RP), 10_000),
        (FIXED, Basket(7_000 * RP), 6_999),
        (FIXED, Basket(1 * RP), 0),
    ],
)
def test_voucher_takes_off_whole_rupiah(voucher, basket, rupiah):
    assert compute_discount(voucher, basket) == rupiah * RP


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"is_for_buyer": False}, ObstacleKind.NOT_FOR_YOU),
        ({"is_paused": True}, ObstacleKind.PAUSED),
        ({"starts_at": NOW + timedelta(seconds=1)}, ObstacleKind.NOT_STARTED),
        ({"ends_at": NOW}, ObstacleKind.ENDED),
        ({"uses": 10}, ObstacleKind.USED_UP),
        ({"uses_by_buyer": 1}, ObstacleKind.USED_BY_YOU),
    ],
    ids=str,
)
def test_voucher_that_does_not_apply_says_why(changes, kind):
    voucher = dataclasses.replace(FIXED, **changes)

    assert find_obstacle(FIXED, BASKET, NOW) is None
    assert find_obstacle(voucher, BASKET, NOW) == Obstacle(kind)
    assert choose_best([voucher], BASKET, NOW).total_sen == 0


def test_voucher_says_how_much_is_missing_to_its_minimum():
    voucher = dataclasses.replace(FIXED, items_min_sen=120_000 * RP)

    assert find_obstacle(voucher, BASKET, NOW) == Obstacle(ObstacleKind.BELOW_MINIMUM, 20_000 * RP)
    assert find_obstacle(voucher, Basket(120_000 * RP), NOW) is None


def test_free_shipping_says_where_there_is_none_to_pay():
    assert find_obstacle(SHIPPING, Basket(100_000 * RP), NOW) == Obstacle(ObstacleKind.NO_SHIPPING)


def test_voucher_of_the_platform_is_computed_on_what_that_of_the_shop_leaves():
    platforms = dataclasses.replace(PERCENT, is_platforms=True)

    savings = combine(FIXED, platforms, BASKET)

    assert (savings.discount_sen, savings.subsidy_sen) == (10_000 * RP, 13_500 * RP)


def test_best_takes_no_voucher_that_saves_nothing_and_of_equal_ones_that_which_ends_first():
    later = dataclasses.replace(FIXED, key="later", ends_at=FIXED.ends_at + timedelta(days=1))
    nothing = dataclasses.replace(FIXED, key="nothing", kind=VoucherKind.PERCENT, value=0, is_platforms=True)

    best = choose_best([later, FIXED, nothing], BASKET, NOW)

    assert (best.shops, best.platforms) == (FIXED, None)
    assert choose_best([], BASKET, NOW).total_sen == 0


RUPIAH = st.integers(0, 300_000).map(lambda amount: amount * RP)
BASKETS = st.builds(Basket, RUPIAH.filter(bool), RUPIAH)
VOUCHERS = st.builds(
    Voucher,
    key=st.uuids(),
    is_platforms=st.booleans(),
    kind=st.sampled_from(VoucherKind),
    value=st.one_of(st.integers(0, 100), st.integers(0, 10**8)).map(int),
    cap_sen=st.one_of(st.none(), RUPIAH),
    items_min_sen=RUPIAH,
    starts_at=st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
    ends_at=st.sampled_from([NOW, NOW + timedelta(days=2)]),
    is_paused=st.booleans(),
    uses=st.integers(0, 3),
    uses_max=st.integers(1, 3),
    uses_by_buyer=st.integers(0, 2),
    uses_each_max=st.integers(1, 2),
    is_for_buyer=st.booleans(),
).map(
    lambda voucher: (
        dataclasses.replace(voucher, value=voucher.value % 101) if voucher.kind == VoucherKind.PERCENT else voucher
    )
)


@given(VOUCHERS, BASKETS)
def test_discount_is_never_negative_nor_more_than_its_part_its_cap_or_all(voucher, basket):
    found = compute_discount(voucher, basket)

    part = basket.shipping_sen if voucher.kind == VoucherKind.FREE_SHIPPING else basket.items_sen
    assert 0 <= found <= part
    assert found <= part if voucher.cap_sen is None else found <= voucher.cap_sen
    assert found < basket.items_sen + basket.shipping_sen
    assert found % RP == 0


@given(st.lists(VOUCHERS, max_size=6), BASKETS)
def test_best_is_the_best_of_all_that_apply(vouchers, basket):
    best = choose_best(vouchers, basket, NOW)

    applying = [one for one in vouchers if find_obstacle(one, basket, NOW) is None]
    by_one = [compute_discount(one, basket) for one in applying]
    by_two = [
        combine(one, other, basket).total_sen
        for one, other in itertools.permutations(applying, 2)
        if not one.is_platforms and other.is_platforms
    ]
    assert best.total_sen == max([0, *by_one, *by_two])
    used = [one for one in (best.shops, best.platforms) if one is not None]
    assert all(one in applying for one in used)
    assert [one.is_platforms for one in used] == sorted(one.is_platforms for one in used)
    assert best.discount_sen + best.subsidy_sen < basket.items_sen + basket.shipping_sen


@given(VOUCHERS, BASKETS, RUPIAH)
def test_more_items_never_save_less(voucher, basket, more):
    larger = Basket(basket.items_sen + more, basket.shipping_sen)

    assert compute_discount(voucher, larger) >= compute_discount(voucher, basket)
