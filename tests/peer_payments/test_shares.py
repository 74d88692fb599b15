"""Shares of a bill, computed: they sum up to it, and the maker bears what cannot be divided."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_payments import errors
from peer_payments.domain import shares
from peer_payments.domain.rules import AMOUNT_MAX
from peer_payments.domain.shares import BillItem
from superapp.core.errors import AmountNotWhole
from superapp.core.money import Money

ANA, BO, CITA, *OTHERS = (UUID(int=number) for number in range(1, 60))


def test_maker_bears_what_cannot_be_divided():
    parts = shares.split_equally(Money(100_000_00), shares.put_first(ANA, [BO, CITA, ANA, BO]))

    assert parts == {ANA: Money(33_334_00), BO: Money(33_333_00), CITA: Money(33_333_00)}


def test_first_others_bear_it_where_the_maker_has_no_share():
    parts = shares.split_equally(Money(100_001_00), shares.put_first(ANA, [CITA, BO]))

    assert parts == {CITA: Money(50_001_00), BO: Money(50_000_00)}


def test_each_item_is_split_among_those_who_had_it():
    items = [
        BillItem("mie", Money(25_000_00), (BO,)),
        BillItem("teh", Money(10_000_00), (CITA, BO, ANA)),
        BillItem("es", Money(5_000_00), (ANA,)),
    ]

    parts = shares.split_by_item(items, ANA)

    assert parts == {BO: Money(28_333_00), ANA: Money(8_334_00), CITA: Money(3_333_00)}


@given(total=st.integers(1, 10**10).map(lambda rupiah: rupiah * 100), count=st.integers(1, 50))
def test_equal_shares_sum_up_to_the_bill_and_differ_by_one_rupiah_at_most(total, count):
    parts = list(shares.split_equally(Money(total), [ANA, BO, CITA, *OTHERS][:count]).values())

    assert sum(parts, Money(0)) == Money(total)
    assert max(parts) - min(parts) <= Money(1_00)
    assert max(parts) == parts[0]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({}, id="nobody"),
        pytest.param({ANA: Money(5_00)}, id="the maker alone"),
        pytest.param({ANA: Money(5_00), BO: Money(0)}, id="others with nothing"),
        pytest.param({BO: Money(5_00), CITA: Money(-1)}, id="negative"),
        pytest.param(dict.fromkeys([BO, CITA, *OTHERS][:51], Money(5_00)), id="too many"),
    ],
)
def test_bill_that_nobody_else_shares_is_refused(parts):
    with pytest.raises(errors.BillInvalid):
        shares.require_shares(parts, ANA)


@pytest.mark.parametrize(
    "owed",
    [
        pytest.param({BO: Money(1_00)}, id="one person, the least"),
        pytest.param(dict.fromkeys([BO, CITA, *OTHERS][:50], Money(5_00)), id="as many as may be"),
    ],
)
def test_shares_of_others_are_asked_for_though_the_maker_bears_nothing(owed):
    assert shares.require_shares({ANA: Money(0), **owed}, ANA) == owed


def test_share_that_no_request_may_have_is_refused():
    with pytest.raises(errors.AmountTooLarge):
        shares.require_shares({BO: AMOUNT_MAX + Money(1_00)}, ANA)


@pytest.mark.parametrize(
    "owed",
    [
        pytest.param({BO: Money(1)}, id="one sen"),
        pytest.param({ANA: Money(50_00), BO: Money(50_000_50)}, id="a fraction"),
    ],
)
def test_share_with_a_fraction_of_a_rupiah_is_refused(owed):
    with pytest.raises(AmountNotWhole):
        shares.require_shares(owed, ANA)


def test_bill_with_a_fraction_of_a_rupiah_is_not_divided():
    with pytest.raises(AmountNotWhole):
        shares.split_equally(Money(100_000_01), [ANA, BO])


def test_item_that_nobody_had_is_refused():
    with pytest.raises(errors.BillInvalid):
        shares.split_by_item([BillItem("mie", Money(5_00), ())], ANA)
