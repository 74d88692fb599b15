"""Amounts: whole, of one asset, and never rounded by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superapp.core.errors import AmountInvalid, AmountNotWhole, AssetsMixed
from superapp.core.money import MINOR_MAX, Money, from_wire, parse

AMOUNTS = st.integers(-MINOR_MAX, MINOR_MAX)


@pytest.mark.parametrize(
    "minor", ["1", 1.0, 1.5, float("nan"), float("inf"), 1e30, 10**30, -(10**30), True, None, b"1", [1], MINOR_MAX + 1]
)
def test_money_of_a_fraction_is_refused(minor):
    with pytest.raises(AmountInvalid):
        Money(minor)


@pytest.mark.parametrize("asset", ["", "idr", "XXX", None, 5, ["IDR"]])
def test_unknown_asset_is_refused(asset):
    with pytest.raises(AmountInvalid):
        Money(1, asset)


def test_sums_and_order_stay_within_one_asset():
    assert Money(5) + Money(7) - Money(2) == Money(10)
    assert (-Money(5), Money(5) * 3, 3 * Money(5)) == (Money(-5), Money(15), Money(15))
    assert Money(1) < Money(2) <= Money(2)
    assert Money(3) > Money(2) >= Money(2)
    for wrong in (
        lambda: Money(1) + Money(1, "USD"),
        lambda: Money(1) - Money(1, "USD"),
        lambda: Money(1) < Money(1, "USD"),
    ):
        with pytest.raises(AssetsMixed):
            wrong()
    assert Money(1) != Money(1, "USD")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Money(1) + 1,
        lambda: Money(1) * 1.5,
        lambda: Money(1) * True,
        lambda: Money(4) / 2,
        lambda: Money(4) // 2,
        lambda: Money(4) % 3,
        lambda: sum([Money(1), Money(2)]),
        lambda: float(Money(1)),
        lambda: round(Money(1)),
    ],
)
def test_money_refuses_plain_numbers_and_division(wrong):
    with pytest.raises(TypeError):
        wrong()


def test_sum_beyond_every_bound_is_refused():
    with pytest.raises(AmountInvalid):
        Money(MINOR_MAX) + Money(1)


@pytest.mark.parametrize(
    ("minor", "written"),
    [
        (0, "Rp0"),
        (125_000_000, "Rp1.250.000"),
        (125_000_050, "Rp1.250.000,50"),
        (5, "Rp0,05"),
        (-150_000, "-Rp1.500"),
        (99_999, "Rp999,99"),
    ],
)
def test_amount_is_formatted_for_people(minor, written):
    assert str(Money(minor)) == written


@pytest.mark.parametrize("minor", [1, 99, 101, 1_000_050])
def test_amount_with_a_fraction_of_a_rupiah_is_not_whole(minor):
    with pytest.raises(AmountNotWhole):
        Money(minor).require_whole()


def test_least_whole_amount_is_one_rupiah():
    assert Money(1_00).require_whole() == Money(1_00)
    for nothing in (0, -1_00):
        with pytest.raises(AmountInvalid):
            Money(nothing).require_whole()


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("Rp1.250.000", 125_000_000),
        ("Rp 1.250.000", 125_000_000),
        ("1.250.000", 125_000_000),
        ("1250000", 125_000_000),
        ("  1250000 ", 125_000_000),
        ("Rp1.250.000,50", 125_000_050),
        ("0,05", 5),
        ("0", 0),
    ],
)
def test_amount_is_parsed_as_people_write_it(written, minor):
    assert parse(written) == Money(minor)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "Rp", "1,250,000", "1.25", "1.2500", "12.50.000", "1250.000", "1e6", "1_000", "-5",
        "+5", "Rp-5", "5,5", "5,555",
        "5.", ",5", "05", "00", "Rp1.250.000 00", "Rp Rp5", "5 rb", "١٢٣", "½", "NaN", "Infinity", "0x10", "9" * 41,
        "1\n000", "1.000\n", None, 5,
    ],
)  # fmt: skip
def test_ambiguous_amount_text_is_refused(written):
    with pytest.raises(AmountInvalid):
        parse(written)


@given(st.integers(0, MINOR_MAX))
def test_formatted_amount_parses_to_itself(minor):
    assert parse(str(Money(minor))) == Money(minor)


@given(AMOUNTS, st.integers(1, 60))
def test_equal_parts_add_up_and_differ_by_at_most_one(minor, parts):
    split = [part.amount_minor for part in Money(minor).split(parts)]

    assert len(split) == parts
    assert sum(split) == minor
    assert max(split) - min(split) <= 1


@given(AMOUNTS, st.lists(st.integers(0, 1_000), min_size=1, max_size=12).filter(any))
def test_weighted_parts_add_up_and_are_close_to_their_weight(minor, weights):
    split = [part.amount_minor for part in Money(minor).split_by(weights)]

    assert sum(split) == minor
    for part, weight in zip(split, weights, strict=True):
        assert abs(part * sum(weights) - minor * weight) < sum(weights)
        assert part == 0 or weight > 0


@pytest.mark.parametrize("weights", [[], [0], [-1, 2], [1.5]])
def test_weights_of_zero_are_refused(weights):
    with pytest.raises((ValueError, TypeError)):
        Money(10).split_by(weights)


@pytest.mark.parametrize(
    ("minor", "rate", "share"), [(100, 70, 1), (71, 70, 0), (72, 70, 1), (10**15, 30, 3 * 10**12), (0, 70, 0)]
)
def test_share_is_rounded_half_up_once(minor, rate, share):
    assert Money(minor).share(rate) == Money(share)


def test_money_on_the_wire_has_one_form():
    assert Money(125).to_wire() == {"amount_minor": 125, "asset": "IDR"}
    assert from_wire({"amount_minor": 125, "asset": "IDR"}) == Money(125)
    for wrong in (125, "125", None, [], {}, {"amount_minor": 125}, {"amount_minor": "125", "asset": "IDR"},
                  {"amount_minor": 1.5, "asset": "IDR"}, {"amount_minor": 1, "asset": "IDR", "more": 1}):  # fmt: skip
        with pytest.raises(AmountInvalid):
            from_wire(wrong)
