"""Fee rules: which one counts, what a merchant is told, and that a journal keeps the one it paid by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from payments import api, errors, queries
from payments.actions.fee_rules import NewFeeRule, add_fee_rule
from payments.maintenance.integrity_checks import check_integrity
from payments.models import AppliedFee, FeeRule
from payments.queries import fees
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.test_qris_payments import bill_of, open_account, pay

QRIS, ORDER = api.FeeChannel.QRIS, api.FeeChannel.ORDER


@pytest.fixture(autouse=True)
def _fresh():
    """No process-wide copy of the rules outlives a test that adds some."""
    queries.forget_fee_rules()
    yield
    queries.forget_fee_rules()


@pytest.fixture
def op(make_user):
    return make_user("op", is_staff=True)


def new_rule(now, **fields):
    common = {"name": "regular", "channel": "qris", "basis_points": 50, "reason": "PADG 1/2027"}
    return NewFeeRule(**{**common, "valid_from": now + timedelta(days=1), **fields})


@pytest.mark.parametrize(
    ("criteria", "category", "minor", "fee"),
    [
        pytest.param("UMI", "5814", 500_000_00, 0, id="micro up to half a million"),
        pytest.param("UMI", "5814", 500_000_01, 1_500_00, id="micro above it, on all of it"),
        pytest.param("UKE", "5814", 20_000_00, 140_00, id="small"),
        pytest.param("UME", "5814", 20_000_00, 140_00, id="medium"),
        pytest.param("UBE", "5814", 20_000_00, 140_00, id="large"),
        pytest.param("URE", "5814", 20_000_00, 140_00, id="regular"),
        pytest.param("PSO", "5814", 20_000_00, 80_00, id="public service"),
        pytest.param("BLU", "5814", 20_000_00, 80_00, id="public body"),
        pytest.param("UBE", "5541", 20_000_00, 80_00, id="fuel"),
        pytest.param("UMI", "8220", 20_000_00, 120_00, id="education, though micro"),
        pytest.param("UKE", "8398", 20_000_00, 0, id="donation"),
        pytest.param("UKE", "9311", 20_000_00, 0, id="government"),
        pytest.param("UKE", "5814", 71, 0, id="rounded down"),
        pytest.param("UKE", "5814", 72, 1, id="rounded up"),
    ],
)
def test_built_in_rates_are_the_national_ones(criteria, category, minor, fee, db, now):
    rule = api.find_fee_rule(QRIS, Money(minor), at=now, criteria=criteria, category=category)

    assert rule.of(Money(minor)) == Money(fee)


@pytest.mark.parametrize(("minor", "fee"), [(500_000_00, 0), (500_000_01, 1_500_00)])
def test_orders_pay_the_rates_of_a_micro_merchant(minor, fee, db, now):
    assert api.find_fee_rule(ORDER, Money(minor), at=now).of(Money(minor)) == Money(fee)


def test_later_rule_counts_from_its_date_on_and_earlier_sales_keep_theirs(op, now):
    added = add_fee_rule(new_rule(now), operator_id=op.pk, now=now)
    about = {"criteria": "UKE", "category": "5814"}

    before = api.find_fee_rule(QRIS, Money(100), at=added.valid_from - timedelta(microseconds=1), **about)
    after = api.find_fee_rule(QRIS, Money(100), at=added.valid_from, **about)

    assert (before.basis_points, after.pk) == (70, added.pk)
    assert api.find_fee_rule(QRIS, Money(100), at=added.valid_from, criteria="PSO").basis_points == 40
    assert api.list_fee_bands(QRIS, at=now, **about) == [api.FeeBand(None, 70)]
    assert api.find_next_fee_change(QRIS, after=now, **about) == added.valid_from
    assert api.find_next_fee_change(QRIS, after=added.valid_from, **about) is None
    assert api.find_next_fee_change(ORDER, after=now) is None


def test_rule_for_a_time_ends_by_itself(op, now):
    promo = new_rule(now, criteria="UKE", basis_points=0, valid_until=now + timedelta(days=8))
    added = add_fee_rule(promo, operator_id=op.pk, now=now)

    def rate(at):
        return api.find_fee_rule(QRIS, Money(100), at=at, criteria="UKE").basis_points

    assert (rate(added.valid_from), rate(added.valid_until)) == (0, 70)


def test_narrower_rule_counts_before_a_later_and_wider_one(op, now):
    rules = [
        new_rule(now, basis_points=1, category_from="5800", category_to="5899"),
        new_rule(now, basis_points=2, criteria="UKE", valid_from=now + timedelta(days=2)),
        new_rule(now, basis_points=3, valid_from=now + timedelta(days=3)),
    ]
    for rule in rules:
        add_fee_rule(rule, operator_id=op.pk, now=now)

    def rate(criteria, category):
        about = {"criteria": criteria, "category": category}
        return api.find_fee_rule(QRIS, Money(100), at=now + timedelta(days=9), **about).basis_points

    assert [rate("UKE", category) for category in ("5799", "5800", "5899", "5900")] == [2, 1, 1, 2]
    assert [rate("URE", category) for category in ("5799", "5800")] == [3, 1]


def test_of_rules_from_the_same_moment_the_one_added_last_counts(op, now):
    for basis_points in (20, 90, 10):
        add_fee_rule(new_rule(now, basis_points=basis_points), operator_id=op.pk, now=now)

    assert api.find_fee_rule(QRIS, Money(100), at=now + timedelta(days=1)).basis_points == 10


def test_rule_for_amounts_counts_above_one_bound_and_up_to_the_other(op, now):
    bounds = {"amount_above": Money(100), "amount_up_to": Money(200)}
    added = add_fee_rule(new_rule(now, **bounds), operator_id=op.pk, now=now)

    rates = [api.find_fee_rule(QRIS, Money(minor), at=added.valid_from).basis_points for minor in (100, 101, 200, 201)]

    assert rates == [70, 50, 50, 70]
    assert api.list_fee_bands(QRIS, at=added.valid_from) == [
        api.FeeBand(Money(100), 70),
        api.FeeBand(Money(200), 50),
        api.FeeBand(None, 70),
    ]


def test_next_change_is_the_first_that_changes_what_this_merchant_pays(op, now):
    days = [now + timedelta(days=number) for number in range(5)]
    promo = {"basis_points": 10, "valid_from": days[2], "valid_until": days[4]}
    for fields in (promo, {"basis_points": 70, "valid_from": days[1]}, {"criteria": "PSO", "valid_from": days[1]}):
        add_fee_rule(new_rule(now, **fields), operator_id=op.pk, now=now)

    assert [api.find_next_fee_change(QRIS, after=day, criteria="UKE") for day in days] == [
        days[2], days[2], days[4], days[4], None,
    ]  # fmt: skip
    assert api.find_next_fee_change(QRIS, after=now, criteria="PSO") == days[1]


def test_rule_that_another_process_added_is_known_within_a_minute(db, now, monkeypatch):
    def list_after(seconds):
        monkeypatch.setattr(fees, "time", SimpleNamespace(monotonic=lambda: 1_000.0 + seconds))
        return queries.list_fee_rules()

    before = list_after(0)
    row = FeeRule.objects.create(
        name="new", channel="qris", basis_points=1, valid_from=now, reason="SE 8", added_at=now
    )

    assert list_after(fees.READ_EVERY_SECONDS) == before
    assert list_after(fees.READ_EVERY_SECONDS + 0.5) == [*before, row]
    assert list_after(fees.READ_EVERY_SECONDS + 1) == [*before, row]
    assert api.get_fee_rule(row.pk) == row


def test_bands_join_where_the_rate_is_the_same(op, now):
    limit = Money(1_000_000_00)
    added = add_fee_rule(new_rule(now, criteria="UMI", basis_points=30, amount_above=limit), operator_id=op.pk, now=now)

    bands = api.list_fee_bands(QRIS, at=added.valid_from, criteria="UMI")

    assert bands == [api.FeeBand(Money(500_000_00), 0), api.FeeBand(None, 30)]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"basis_points": 10_001}, "basis_points"),
        ({"basis_points": -1}, "basis_points"),
        ({"channel": "cash"}, "channel"),
        ({"criteria": "XXX"}, "criteria"),
        ({"category_from": "9", "category_to": "9999"}, "category"),
        ({"category_from": "9999", "category_to": "0000"}, "category"),
        ({"amount_above": Money(5), "amount_up_to": Money(5)}, "amount"),
        ({"valid_from": datetime(2020, 1, 1, tzinfo=UTC)}, "valid_from"),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}, "valid_until"),
        ({"reason": " "}, "reason"),
        ({"name": "two words"}, "name"),
        ({"name": "é"}, "name"),
        ({"name": "n" * 33}, "name"),
        ({"reason": "r" * 201}, "reason"),
        ({"reason": "SE\n7"}, "reason"),
        ({"amount_above": Money(-1)}, "amount"),
        ({"category_from": "58A2"}, "category"),
        ({"category_to": "٩٩٩٩"}, "category"),
        ({"category_to": "99999"}, "category"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rule_that_contradicts_itself_is_refused_by_its_field(fields, names, op, now):
    with pytest.raises(errors.FeeRuleInvalid) as refused:
        add_fee_rule(new_rule(now, **fields), operator_id=op.pk, now=now)

    assert refused.value.params == {"field": names}
    assert not FeeRule.objects.filter(added_by=op).exists()


def test_rule_at_its_bounds_is_added(op, now):
    begins = now + fees.NOTICE
    until = begins + timedelta(microseconds=1)
    one_sen = {"amount_above": Money(0), "amount_up_to": Money(1)}

    for basis_points in (0, 10_000):
        add_fee_rule(
            new_rule(
                now, name="n" * 32, basis_points=basis_points, reason="r" * 200, valid_from=begins, valid_until=until,
                category_from="5814", category_to="5814", **one_sen,
            ),
            operator_id=op.pk,
            now=now,
        )  # fmt: skip

    assert FeeRule.objects.filter(added_by=op, category_from="5814", amount_up_to=1).count() == 2


@pytest.mark.parametrize(
    ("notice", "lasts"),
    [(fees.NOTICE - timedelta(microseconds=1), timedelta(days=1)), (fees.NOTICE, timedelta(0))],
    ids=["begins too soon", "ends as it begins"],
)
def test_rule_without_notice_or_duration_is_refused(notice, lasts, op, now):
    rule = new_rule(now, valid_from=now + notice, valid_until=now + notice + lasts)

    with pytest.raises(errors.FeeRuleInvalid):
        add_fee_rule(rule, operator_id=op.pk, now=now)


def test_only_an_operator_adds_a_rule(make_user, now):
    with pytest.raises(errors.OperatorsOnly):
        add_fee_rule(new_rule(now), operator_id=make_user("eve").pk, now=now)

    assert not FeeRule.objects.filter(added_by__isnull=False).exists()


def test_command_adds_a_rule_and_lists_all(op, capsys):
    call_command(
        "fee_rule", "add", "micro", "qris", "10", "2999-01-01", "SE 7", "--by", "op", "--criteria", "UMI",
        "--category", "5814", "--above", "Rp1.000.000", "--up-to", "Rp2.000.000", "--valid-until", "2999-02-01",
    )  # fmt: skip
    call_command("fee_rule", "list")

    added = FeeRule.objects.get(added_by=op)
    assert (added.criteria, added.category_from, added.category_to) == ("UMI", "5814", "5814")
    assert (added.amount_above, added.amount_up_to) == (1_000_000_00, 2_000_000_00)
    said = capsys.readouterr().out
    assert said.count(f"{added.pk}  micro  qris  UMI  5814-5814  above Rp1.000.000 up to Rp2.000.000  10 bp") == 2
    assert "regular  qris  any  0000-9999  above Rp0  70 bp" in said


@pytest.mark.parametrize(
    ("by", "date", "names"), [("eve", "2999-01-01", "--by"), ("op", "2020-01-01", "valid_from")], ids=["eve", "past"]
)
def test_command_names_the_argument_that_is_refused(by, date, names, op, make_user):
    make_user("eve")

    with pytest.raises(CommandError, match=f"argument {names}"):
        call_command("fee_rule", "add", "micro", "qris", "10", date, "SE 7", "--by", by)


def test_release_keeps_the_rule_it_paid_by_once(make_payer, now):
    ana = make_payer("ana", 600_000_00)
    order = {"reference": "shop.order:5", "authorization": BY_PIN, "now": now}
    rule = api.find_fee_rule(ORDER, Money(600_000_00), at=now)
    api.pay_into_escrow(**order, payer_id=ana.pk, amount=Money(600_000_00), idempotency_key="pay")

    for _ in range(2):
        released = api.release_escrow(**order, merchant="shop.storefront:1", fee=rule, idempotency_key="release")

    applied = AppliedFee.objects.get()
    assert (applied.journal_id, applied.rule_id) == (released.journal_id, rule.pk)
    assert (applied.gross, applied.fee) == (600_000_00, 1_800_00)
    assert check_integrity(now=now) == []


def test_payment_by_code_keeps_the_rule_it_paid_by_even_if_it_was_free(make_payer, now):
    ana = make_payer("ana", 100_000_00)
    account = open_account(now, criteria="UMI")

    pay(ana, bill_of(now, amount=20_000_00).payload, now, amount=20_000_00)

    applied = AppliedFee.objects.get()
    assert (applied.rule.name, applied.rule.basis_points, applied.gross, applied.fee) == ("micro", 0, 20_000_00, 0)
    (received,) = api.list_qris_payments(account.merchant)
    assert (received.fee, received.basis_points) == (Money(0), 0)
