"""Orders that nobody confirms: a long clock, a case for an operator, and the decision that ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from payments import api as payments
from payments import errors as payment_errors
from payments.maintenance import integrity_checks as money_proof
from payments.writers import ledger
from shop import api, errors
from shop.maintenance import integrity_checks
from shop.maintenance.order_timers import run_due_timers, start_missing_review_timers
from shop.models import Order, OrderEvent, OrderTimer, ReviewCase
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance, top_up
from tests.shop.conftest import stock_of

DUE = timedelta(days=30)


@pytest.fixture
def order(ana, bo, product, buy, now):
    """Two bracelets for Rp50.000, on their way."""
    order = buy(ana, product, 2).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JNE 00123", now=now)
    return order


@pytest.fixture
def op(make_user):
    return make_user("op", is_staff=True)


@pytest.fixture
def case(order, now):
    """The same order 30 days later: its number."""
    assert run_due_timers(now + DUE) == 1
    return Order.objects.get().number


def decide(op, number, verdict, now, reason="JNE: paket hilang"):
    return api.decide_review_case(number=number, operator_id=op.pk, verdict=verdict, reason=reason, now=now + DUE)


def merchant(shop):
    ledger.roll_up_due(None)
    return payments.get_merchant_balance(api.merchant_reference(shop.public_id)).available


def state():
    order = Order.objects.get()
    return order.state, order.cancelled_by, ReviewCase.objects.get().closed_at is not None


def test_shipped_order_runs_into_a_case_once_and_its_money_stays(ana, bo, order, now):
    for side in (ana, bo):
        summary = api.fetch_order(user_id=side.pk, order=order).summary
        assert (summary.due, summary.due_at) == ("review", now + DUE)
    assert run_due_timers(now + DUE - timedelta(seconds=1)) == 0

    assert run_due_timers(now + DUE) == 1
    assert run_due_timers(now + 2 * DUE) == 0

    (case,) = ReviewCase.objects.all()
    assert (case.order_id, case.opened_at, case.closed_at) == (order, now + DUE, None)
    shown = api.fetch_order(user_id=ana.pk, order=order)
    assert (shown.summary.state, shown.summary.due, shown.steps[-1].transition, shown.steps[-1].actor) == (
        "shipped",
        "",
        "review_opened",
        "system",
    )
    assert payments.get_escrow_balances() == {f"shop.order:{order}": 50_000_00}
    told = Fact.objects.filter(name="shop.order_moved", payload__transition="review_opened")
    assert [(fact.payload["actor"], fact.payload["state"]) for fact in told] == [("system", "shipped")]
    assert integrity_checks.check_integrity(now=now + 2 * DUE) == []


def test_length_of_the_clock_is_a_setting(settings, ana, bo, product, buy, now):
    settings.ORDER_REVIEW_DAYS = 12
    order = buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    shipped = api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)

    assert shipped.summary.due_at == now + timedelta(days=12)


def test_merchants_word_leaves_the_clock_running(bo, order, now):
    api.report_delivery(user_id=bo.pk, order=order, now=now)

    assert run_due_timers(now + DUE) == 1
    assert (Order.objects.get().state, ReviewCase.objects.count()) == ("delivered", 1)


def test_corrected_number_leaves_the_clock_as_it_was(bo, order, now):
    later = now + timedelta(days=3)
    api.correct_resi(user_id=bo.pk, order=order, courier="JNE", resi="other", now=later)

    assert api.fetch_order(user_id=bo.pk, order=order).summary.due_at == now + DUE


def test_couriers_word_replaces_the_clock_by_that_which_completes(ana, order, now):
    later = now + timedelta(days=28)
    api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=later)

    assert dict(OrderTimer.objects.filter(kind__in=["review", "complete"]).values_list("kind", "state")) == {
        "review": "stopped",
        "complete": "waiting",
    }
    assert run_due_timers(now + DUE) == 0
    assert run_due_timers(later + timedelta(days=4)) == 1
    assert (Order.objects.get().state, ReviewCase.objects.count()) == ("completed", 0)


@pytest.mark.parametrize("ends", ["confirm", "cancel"])
def test_clock_stops_with_the_order(ends, ana, bo, order, now):
    if ends == "confirm":
        api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)
    else:
        api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)

    assert not OrderTimer.objects.filter(state="waiting").exists()
    assert run_due_timers(now + 2 * DUE) == 0
    assert not ReviewCase.objects.exists()


def test_operator_pays_the_shop(ana, bo, op, shop, order, case, now):
    assert decide(op, case, "complete", now, "  JNE: diterima Ana ") is True

    assert state() == ("completed", "", True)
    assert merchant(shop) == Money(50_000_00)
    assert payments.get_escrow_balances() == {}
    event = OrderEvent.objects.get(transition="completed")
    assert (event.actor_kind, event.actor_id, event.reason) == ("operator", op.pk, "JNE: diterima Ana")
    assert api.fetch_order(user_id=ana.pk, order=order).steps[-1].reason == "JNE: diterima Ana"
    assert integrity_checks.check_integrity(now=now) == money_proof.check_integrity(now=now) == []


def test_operator_pays_the_buyer_back_and_no_pieces_return(ana, bo, op, shop, product, order, case, now):
    assert decide(op, case, "refund", now) is True

    assert state() == ("cancelled", "operator", True)
    assert (balance(ana, now), merchant(shop), stock_of(product, bo)) == (1_000_000_00, Money(0), (8, 0, 0))
    assert integrity_checks.check_integrity(now=now) == money_proof.check_integrity(now=now) == []


@pytest.mark.parametrize("verdict", ["complete", "refund"])
def test_decision_made_twice_is_made_once(verdict, ana, op, make_user, shop, case, now):
    decide(op, case, verdict, now)
    stands = (Order.objects.get().version, balance(ana, now), merchant(shop))

    assert decide(op, case, verdict, now) is False
    assert decide(make_user("second", is_staff=True), case, verdict, now, "once more") is False

    assert (Order.objects.get().version, balance(ana, now), merchant(shop)) == stands


def test_decision_the_other_way_is_refused(ana, op, case, now):
    decide(op, case, "refund", now)

    with pytest.raises(errors.CaseClosed):
        decide(op, case, "complete", now)
    assert state() == ("cancelled", "operator", True)


@pytest.mark.parametrize(
    ("ends", "left"), [("confirm", "completed"), ("cancel", "cancelled"), ("courier and time", "completed")]
)
def test_case_closes_by_itself_when_the_order_ends_and_cannot_be_decided_any_more(
    ends, left, ana, bo, op, order, case, now
):
    later = now + DUE + timedelta(days=1)
    if ends == "confirm":
        api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=later)
    elif ends == "cancel":
        api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=later)
    else:
        api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=later)
        assert (state(), len(api.list_review_cases())) == (("delivered", "", False), 1)
        assert run_due_timers(later + timedelta(days=4)) == 1

    assert state()[0::2] == (left, True)
    assert api.list_review_cases() == []
    had = balance(ana, now)
    for verdict in ("complete", "refund"):
        with pytest.raises(errors.CaseClosed):
            decide(op, case, verdict, now)
    assert (balance(ana, now), OrderEvent.objects.filter(actor_kind="operator").count()) == (had, 0)
    assert integrity_checks.check_integrity(now=later) == []


@pytest.mark.parametrize("handle", ["eve", "ana", "bo"])
def test_outsider_and_both_sides_cannot_decide(handle, make_user, ana, bo, case, now):
    person = {"ana": ana, "bo": bo}.get(handle) or make_user("eve")

    with pytest.raises(payment_errors.OperatorsOnly):
        decide(person, case, "refund", now)
    with pytest.raises(payment_errors.OperatorsOnly):  # Nor learn whether there is such an order.
        decide(person, "NS-000000-000000", "refund", now)

    assert state() == ("shipped", "", False)
    assert payments.get_escrow_balances() != {}


@pytest.mark.parametrize("side", ["ana", "bo"])
def test_operator_does_not_decide_an_order_of_their_own(side, ana, bo, case, now):
    person = {"ana": ana, "bo": bo}[side]
    person.is_staff = True
    person.save()

    with pytest.raises(errors.OwnCase):
        decide(person, case, "complete", now)
    assert state() == ("shipped", "", False)


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "x" * 201])
def test_decision_without_a_reason_is_refused(reason, op, case, now):
    with pytest.raises(errors.TextInvalid):
        decide(op, case, "refund", now, reason)
    assert state() == ("shipped", "", False)


def test_order_without_a_case_is_not_decided(op, order, now):
    with pytest.raises(errors.CaseNotFound):
        decide(op, Order.objects.get().number, "refund", now)
    with pytest.raises(errors.OrderNotFound):
        decide(op, "NS-000000-000000", "refund", now)


def test_refund_that_the_wallet_cannot_take_leaves_the_case_open(real_db, make_user, ana, op, case, now):
    from payments.actions import wallets
    from payments.models import Account

    wallets.ledger.set_ceiling(Account.objects.get(owner=ana).pk, 1_000_000_00)
    top_up(make_user, ana, 50_000_00, now)

    with pytest.raises(payment_errors.CeilingExceeded):
        decide(op, case, "refund", now)
    assert state() == ("shipped", "", False)


def test_order_that_an_older_version_shipped_gets_its_clock_and_some_days_of_notice(ana, bo, product, buy, order, now):
    reported = buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=reported, now=now)
    api.ship_order(user_id=bo.pk, order=reported, courier="TIKI", resi="2", now=now)
    api.report_delivery(user_id=bo.pk, order=reported, now=now)
    arrived = buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=arrived, now=now)
    api.ship_order(user_id=bo.pk, order=arrived, courier="TIKI", resi="3", now=now)
    api.record_courier_delivery(courier="TIKI", resi="3", evidence={}, now=now)
    OrderTimer.objects.filter(kind="review").delete()
    assert len(integrity_checks.check_integrity(now=now)) == 2
    upgraded = now + timedelta(days=3)

    assert start_missing_review_timers(upgraded) == 2
    assert start_missing_review_timers(upgraded) == 0

    clocks = OrderTimer.objects.filter(kind="review").values_list("order", "due_at", "state")
    assert set(clocks) == {(one, now + DUE, "waiting") for one in (order, reported)}
    OrderTimer.objects.filter(kind="review").delete()
    upgraded = now + timedelta(days=100)
    assert start_missing_review_timers(upgraded) == 2
    assert set(OrderTimer.objects.filter(kind="review").values_list("due_at", flat=True)) == {
        upgraded + timedelta(days=7)
    }


# The operator's command.


@pytest.fixture
def command(monkeypatch, capsys, now):
    """Run it a day after the case was opened, and return what it said."""
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + DUE + timedelta(days=1))

    def run(*arguments):
        capsys.readouterr()
        call_command("review_orders", *arguments)
        return capsys.readouterr().out

    return run


def test_command_lists_what_an_operator_needs(command, order, case):
    listed = command()

    at, opened = "2027-03-01T02:03:04.567Z", "2027-03-31T02:03:04.567Z"
    assert listed.splitlines() == [
        f"{case}  Rp50.000  shipped, open since {opened}",
        "  buyer    Ana (@ana)",
        "  merchant Bo (@bo), shop Manik Bo (/toko/manik-bo/)",
        f"  parcel   JNE JNE 00123, shipped {at}",
        "  courier  has reported nothing",
        f"  {at}  placed by buyer",
        f"  {at}  accepted by merchant",
        f"  {at}  shipped by merchant JNE JNE 00123",
        f"  {opened}  review_opened by system",
        "1 open.",
    ]


def test_command_says_what_the_courier_reported(command, order, case, now):
    later = now + DUE + timedelta(days=1)
    api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={"said": "DELIVERED"}, now=later)

    assert (
        "  courier  reported the delivery (said: DELIVERED); completes by itself 2027-04-05T02:03:04.567Z" in command()
    )


def test_command_decides_once_and_the_list_is_empty(command, ana, op, case, now):
    decision = (case.lower(), "--refund", "--by", "op", "--reason", "JNE: hilang")

    assert command(*decision) == "Cancelled: the buyer has the money back. Both are told.\n"
    assert command(*decision) == "Decided so before: nothing was done.\n"
    assert command() == "No order waits for a decision.\n"

    assert (state(), balance(ana, now)) == (("cancelled", "operator", True), 1_000_000_00)
    with pytest.raises(CommandError, match=f"argument number: '{case}': "):
        command(case, "--complete", "--by", "op", "--reason", "x")


def test_command_pays_the_shop(command, shop, op, case):
    said = command(case, "--complete", "--by", "@op", "--reason", "JNE: diterima")

    assert said == "Completed: the shop was paid. Both are told.\n"
    assert merchant(shop) == Money(50_000_00)


@pytest.mark.parametrize(
    "missing",
    [
        ["--refund", "--by", "op"],
        ["--refund", "--reason", "x"],
        ["--by", "op", "--reason", "x"],
        ["--refund", "--complete", "--by", "op", "--reason", "x"],
        ["--refund", "--by", "op", "--reason", " "],
        ["--refund", "--by", "eve", "--reason", "x"],
        ["--refund", "--by", "nobody", "--reason", "x"],
    ],
)
def test_command_refuses_what_is_incomplete_or_not_theirs_and_changes_nothing(missing, command, make_user, op, case):
    make_user("eve")

    with pytest.raises(CommandError):
        command(case, *missing)
    assert state() == ("shipped", "", False)


def test_command_without_an_order_decides_nothing(command, op, case):
    with pytest.raises(CommandError, match="name the order"):
        command("--refund", "--by", "op", "--reason", "x")
    assert state() == ("shipped", "", False)
