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


def test_overdue_shipped_order_gets_one_review_case_and_keeps_escrow(ana, bo, order, now):
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


def test_review_timer_length_is_a_setting(settings, ana, bo, product, buy, now):
    settings.ORDER_REVIEW_DAYS = 12
    order = buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    shipped = api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)

    assert shipped.summary.due_at == now + timedelta(days=12)


def test_delivery_claimed_by_the_merchant_keeps_the_review_timer(bo, order, now):
    api.report_delivery(user_id=bo.pk, order=order, now=now)

    assert run_due_timers(now + DUE) == 1
    assert (Order.objects.get().state, ReviewCase.objects.count()) == ("delivered", 1)


def test_corrected_tracking_number_keeps_the_review_timer(bo, order, now):
    later = now + timedelta(days=3)
    api.correct_resi(user_id=bo.pk, order=order, courier="JNE", resi="other", now=later)

    assert api.fetch_order(user_id=bo.pk, order=order).summary.due_at == now + DUE


def test_courier_report_replaces_the_review_timer_by_the_completion_timer(ana, order, now):
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
def test_review_timer_stops_with_the_order(ends, ana, bo, order, now):
    if ends == "confirm":
        api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)
    else:
        api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)

    assert not OrderTimer.objects.filter(state="waiting").exists()
    assert run_due_timers(now + 2 * DUE) == 0
    assert not ReviewCase.objects.exists()


def test_decision_for_the_shop_releases_the_money(ana, bo, op, shop, order, case, now):
    assert decide(op, case, "complete", now, "  JNE: diterima Ana ") is True

    assert state() == ("completed", "", True)
    assert merchant(shop) == Money(50_000_00)
    assert payments.get_escrow_balances() == {}
    event = OrderEvent.objects.get(transition="completed")
    assert (event.actor_kind, event.actor_id, event.reason) == ("operator", op.pk, "JNE: diterima Ana")
    assert api.fetch_order(user_id=ana.pk, order=order).steps[-1].reason == "JNE: diterima Ana"
    assert integrity_checks.check_integrity(now=now) == money_proof.check_integrity(now=now) == []


def test_decision_for_the_buyer_refunds_and_returns_no_stock(ana, bo, op, shop, product, order, case, now):
    assert decide(op, case, "refund", now) is True

    assert state() == ("cancelled", "operator", True)
    assert (balance(ana, now), merchant(shop), stock_of(product, bo)) == (1_000_000_00, Money(0), (8, 0, 0))
    assert integrity_checks.check_integrity(now=now) == money_proof.check_integrity(now=now) == []


@pytest.mark.parametrize("verdict", ["complete", "refund"])
def test_repeated_decision_changes_nothing(verdict, ana, op, make_user, shop, case, now):
    decide(op, case, verdict, now)
    stands = (Order.objects.get().version, balance(ana, now), merchant(shop))

    assert decide(op, case, verdict, now) is False
    assert decide(make_user("second", is_staff=True), case, verdict, now, "once more") is False

    assert (Order.objects.get().version, balance(ana, now), merchant(shop)) == stands


def test_opposite_decision_is_refused(ana, op, case, now):
    decide(op, case, "refund", now)

    with pytest.raises(errors.CaseClosed):
        decide(op, case, "complete", now)
    assert state() == ("cancelled", "operator", True)


@pytest.mark.parametrize(
    ("ends", "left"), [("confirm", "completed"), ("cancel", "cancelled"), ("courier and time", "completed")]
)
def test_case_is_closed_with_its_order_and_cannot_be_decided(ends, left, ana, bo, op, order, case, now):
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
def test_case_can_be_decided_only_by_an_operator(handle, make_user, ana, bo, case, now):
    person = {"ana": ana, "bo": bo}.get(handle) or make_user("eve")

    with pytest.raises(payment_errors.OperatorsOnly):
        decide(person, case, "refund", now)
    with pytest.raises(payment_errors.OperatorsOnly):  # Nor learn whether there is such an order.
        decide(person, "NS-000000-000000", "refund", now)

    assert state() == ("shipped", "", False)
    assert payments.get_escrow_balances() != {}


@pytest.mark.parametrize("side", ["ana", "bo"])
def test_operator_cannot_decide_their_own_order(side, ana, bo, case, now):
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


def test_decision_without_a_case_is_refused(op, order, now):
    with pytest.raises(errors.CaseNotFound):
        decide(op, Order.objects.get().number, "refund", now)
    with pytest.raises(errors.OrderNotFound):
        decide(op, "NS-000000-000000", "refund", now)


def test_refund_above_the_wallet_ceiling_keeps_the_case_open(real_db, make_user, ana, op, case, now):
    from payments.actions import wallets
    from payments.models import Account

    wallets.ledger.set_ceiling(Account.objects.get(owner=ana).pk, 1_000_000_00)
    top_up(make_user, ana, 50_000_00, now)

    with pytest.raises(payment_errors.CeilingExceeded):
        decide(op, case, "refund", now)
    assert state() == ("shipped", "", False)


def test_order_shipped_by_an_older_version_gets_a_review_timer_with_notice(ana, bo, product, buy, order, now):
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


def test_review_command_lists_open_cases(command, order, case):
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


def test_review_command_shows_the_courier_report(command, order, case, now):
    later = now + DUE + timedelta(days=1)
    api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={"said": "DELIVERED"}, now=later)

    assert (
        "  courier  reported the delivery (said: DELIVERED); completes by itself 2027-04-05T02:03:04.567Z" in command()
    )


def test_review_command_decides_a_case_once(command, ana, op, case, now):
    decision = (case.lower(), "--refund", "--by", "op", "--reason", "JNE: hilang")

    assert command(*decision) == "Cancelled and refunded. Both are told.\n"
    assert command(*decision) == "Decided so before: nothing was done.\n"
    assert command() == "No order waits for a decision.\n"

    assert (state(), balance(ana, now)) == (("cancelled", "operator", True), 1_000_000_00)
    with pytest.raises(CommandError, match=f"argument number: '{case}': "):
        command(case, "--complete", "--by", "op", "--reason", "x")


def test_review_command_can_pay_the_shop(command, shop, op, case):
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
def test_review_command_refuses_incomplete_or_foreign_decisions(missing, command, make_user, op, case):
    make_user("eve")

    with pytest.raises(CommandError):
        command(case, *missing)
    assert state() == ("shipped", "", False)


def test_review_command_without_an_order_decides_nothing(command, op, case):
    with pytest.raises(CommandError, match="name the order"):
        command("--refund", "--by", "op", "--reason", "x")
    assert state() == ("shipped", "", False)
