"""The way of an order: who may move it where, and what becomes of pieces and money."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from payments import api as payments
from payments import errors as payment_errors
from payments.maintenance import integrity_checks
from payments.writers import ledger
from shop import api, errors
from shop.maintenance import integrity_checks as shop_proof
from shop.maintenance import order_timers
from shop.maintenance.order_timers import run_due_timers
from shop.models import Order, OrderCounter, OrderEvent, OrderTimer, Shipment
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.conftest import stock_of


@pytest.fixture
def order(ana, product, buy):
    """Two bracelets, paid."""
    return buy(ana, product, 2).order


@pytest.fixture
def go(ana, bo, order, now):
    """Make moves one after the other: ``go("accept", "pack", "ship")``."""

    def do(*verbs):
        shown = None
        for verb in verbs:
            shown = DO[verb](ana, bo, order, now)
        return shown

    return do


DO = {
    "accept": lambda ana, bo, order, now: api.accept_order(user_id=bo.pk, order=order, now=now),
    "pack": lambda ana, bo, order, now: api.pack_order(user_id=bo.pk, order=order, now=now),
    "ship": lambda ana, bo, order, now: api.ship_order(
        user_id=bo.pk, order=order, courier="JNE", resi="jne 00123", now=now
    ),
    "correct": lambda ana, bo, order, now: api.correct_resi(
        user_id=bo.pk, order=order, courier="jne", resi="jne 00132", now=now
    ),
    "report": lambda ana, bo, order, now: api.report_delivery(user_id=bo.pk, order=order, now=now),
    "courier": lambda ana, bo, order, now: api.record_courier_delivery(
        courier="JNE", resi="JNE 00123", evidence={"code": "DELIVERED"}, now=now
    ),
    "confirm": lambda ana, bo, order, now: api.confirm_receipt(
        user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now
    ),
    "buyer cancels": lambda ana, bo, order, now: api.cancel_order(
        user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now
    ),
    "merchant cancels": lambda ana, bo, order, now: api.cancel_order(
        user_id=bo.pk, device_id=make_trusted_device(bo), order=order, reason="Habis", now=now
    ),
}


def merchant(shop):
    ledger.roll_up_due(None)
    return payments.get_merchant_balance(api.merchant_reference(shop.public_id)).available


def test_order_goes_through_all_states_and_the_merchant_is_paid(ana, bo, shop, product, order, go, now):
    accepted = go("accept")
    assert (accepted.summary.state, accepted.summary.can) == ("accepted", ("pack", "ship", "refund", "cancel"))
    assert (accepted.summary.due, accepted.summary.due_at) == ("expire", now + timedelta(days=5))
    go("pack")
    shipped = go("ship")
    assert stock_of(product, bo) == (8, 0, 0)
    assert (shipped.shipment.courier, shipped.shipment.resi) == ("JNE", "JNE 00123")
    assert (shipped.summary.due, shipped.summary.due_at) == ("review", now + timedelta(days=30))
    assert api.fetch_order(user_id=ana.pk, order=order).summary.can == ("confirm",)

    done = go("confirm")

    assert (done.summary.state, done.summary.rev, done.summary.can, done.fee) == ("completed", 5, (), None)
    assert [(step.transition, step.actor) for step in done.steps] == [
        ("placed", "buyer"),
        ("accepted", "merchant"),
        ("packed", "merchant"),
        ("shipped", "merchant"),
        ("completed", "buyer"),
    ]
    assert merchant(shop) == Money(50_000_00)
    assert payments.get_escrow_balances() == {}
    counts = OrderCounter.objects.order_by("user_id").values_list("orders", "unfinished", "rev")
    assert list(counts) == [(1, 0, 5), (1, 0, 5)]
    facts = Fact.objects.filter(name="shop.order_moved").order_by("pk")
    assert [(fact.payload["transition"], fact.payload["version"], fact.payload["actor"]) for fact in facts] == [
        ("accepted", 2, "merchant"),
        ("packed", 3, "merchant"),
        ("shipped", 4, "merchant"),
        ("completed", 5, "buyer"),
    ]
    assert integrity_checks.check_integrity(now=now) == []


def test_fee_is_deducted_by_the_fee_rule(ana, bo, shop, make_product, buy, go, now):
    dear = make_product(shop, name="Kalung", price=Money(600_000_00))
    order = buy(ana, dear).order
    for verb in ("accept", "ship", "confirm"):
        DO[verb](ana, bo, order, now)

    assert merchant(shop) == Money(600_000_00 - 1_800_00)
    assert api.fetch_order(user_id=bo.pk, order=order).fee == Money(1_800_00)


@pytest.mark.parametrize(
    ("before", "who", "said"),
    [
        ((), "buyer cancels", "buyer"),
        ((), "merchant cancels", "merchant"),
        (("accept",), "merchant cancels", "merchant"),
        (("accept", "pack"), "merchant cancels", "merchant"),
    ],
)
def test_order_cancelled_before_shipping_returns_stock_and_money(before, who, said, ana, bo, product, order, go, now):
    go(*before)

    shown = go(who)

    assert (shown.summary.state, shown.summary.cancelled_by) == ("cancelled", said)
    assert stock_of(product, bo) == (10, 0, 0)
    assert balance(ana, now) == 1_000_000_00
    assert payments.get_escrow_balances() == {}
    assert not OrderTimer.objects.filter(state="waiting").exists()
    assert set(OrderCounter.objects.values_list("orders", "unfinished")) == {(1, 0)}


@pytest.mark.parametrize("before", [("accept", "ship"), ("accept", "ship", "report"), ("accept", "ship", "courier")])
def test_order_refunded_for_a_lost_parcel_returns_money_and_no_stock(before, ana, bo, product, go, now):
    go(*before, "merchant cancels")

    assert stock_of(product, bo) == (8, 0, 0)
    assert balance(ana, now) == 1_000_000_00
    assert not OrderTimer.objects.filter(state="waiting").exists()


def test_cancellation_reason_is_stored_with_the_transition(bo, order, go):
    go("merchant cancels")

    assert OrderEvent.objects.get(seq=2).reason == "Habis"
    assert api.fetch_order(user_id=bo.pk, order=order).steps[-1].reason == "Habis"


REFUSED = [
    *(((), verb) for verb in ("pack", "ship", "report", "confirm")),
    *((("accept",), verb) for verb in ("report", "confirm", "buyer cancels")),
    *((("accept", "pack"), verb) for verb in ("accept", "report", "confirm", "buyer cancels")),
    *((("accept", "ship"), verb) for verb in ("accept", "pack", "buyer cancels")),
    *(((), verb) for verb in ("correct",)),
    *((("accept", "pack"), verb) for verb in ("correct",)),
    *((("accept", "ship", said), "correct") for said in ("report", "courier", "confirm", "merchant cancels")),
    *((("accept", "ship", "courier"), verb) for verb in ("accept", "pack", "ship", "buyer cancels")),
    *((("accept", "ship", "confirm"), verb) for verb in ("accept", "ship", "report", "buyer cancels")),
    (("accept", "ship", "confirm"), "merchant cancels"),
    *((("buyer cancels",), verb) for verb in ("accept", "pack", "ship", "report", "confirm")),
]  # fmt: skip


@pytest.mark.parametrize(("before", "verb"), REFUSED, ids=[f"{'-'.join(path)}-{verb}" for path, verb in REFUSED])
def test_illegal_transition_is_refused_and_changes_nothing(before, verb, ana, bo, product, order, go, now):
    go(*before)
    stands = api.fetch_order(user_id=ana.pk, order=order)
    had = balance(ana, now), stock_of(product, bo)

    with pytest.raises(errors.NotNow):
        go(verb)

    assert api.fetch_order(user_id=ana.pk, order=order) == stands
    assert (balance(ana, now), stock_of(product, bo)) == had


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        (("accept",), "accept"),
        (("accept", "pack"), "pack"),
        (("accept", "ship"), "ship"),
        (("accept", "ship", "correct"), "correct"),
        (("accept", "ship", "correct", "report"), "correct"),
        (("accept", "ship", "report"), "report"),
        (("accept", "ship", "courier"), "courier"),
        (("accept", "ship", "confirm"), "confirm"),
        (("buyer cancels",), "buyer cancels"),
        (("buyer cancels",), "merchant cancels"),
    ],
)
def test_repeated_transition_changes_nothing(before, verb, ana, bo, product, order, go, now):
    go(*before)
    version, had = Order.objects.get().version, (balance(ana, now), stock_of(product, bo))

    go(verb)

    assert Order.objects.get().version == version
    assert (balance(ana, now), stock_of(product, bo)) == had


@pytest.mark.parametrize("verb", ["accept", "pack", "ship", "correct", "report", "merchant cancels"])
def test_buyer_cannot_make_merchant_transitions(verb, ana, order, now):
    # The verb of cancelling is for both, and says who did it.
    before = ("accept", "pack") if verb == "merchant cancels" else ()
    for step in before:
        DO[step](ana, Order.objects.get().shop.owner, order, now)
    with pytest.raises(errors.NotNow):
        DO[verb](ana, ana, order, now)
    assert OrderEvent.objects.count() == 1 + len(before)


def test_merchant_cannot_confirm_for_the_buyer(bo, order, go, now):
    go("accept", "ship")

    with pytest.raises(errors.NotNow):
        api.confirm_receipt(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)
    assert payments.get_escrow_balances() == {f"shop.order:{order}": 50_000_00}


@pytest.mark.parametrize("verb", sorted(set(DO) - {"courier"}))
def test_order_of_others_is_not_found(verb, make_user, order, now):
    eve = make_user("eve")

    with pytest.raises(errors.OrderNotFound):
        DO[verb](eve, eve, order, now)

    assert OrderEvent.objects.count() == 1
    with pytest.raises(errors.OrderNotFound):
        api.fetch_order(user_id=eve.pk, order=order)


def test_outdated_expected_rev_is_refused(bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, expected_rev=1, now=now)

    with pytest.raises(errors.NotNow):
        api.pack_order(user_id=bo.pk, order=order, expected_rev=1, now=now)
    assert api.pack_order(user_id=bo.pk, order=order, expected_rev=2, now=now).summary.state == "packed"


def test_order_not_accepted_in_time_is_cancelled_and_refunded(ana, bo, product, order, now):
    assert run_due_timers(now + timedelta(days=2) - timedelta(seconds=1)) == 0

    assert run_due_timers(now + timedelta(days=2)) == 1
    assert run_due_timers(now + timedelta(days=3)) == 0

    shown = api.fetch_order(user_id=ana.pk, order=order)
    assert (shown.summary.state, shown.summary.cancelled_by, shown.steps[-1].actor) == (
        "cancelled",
        "expired",
        "system",
    )
    assert (balance(ana, now), stock_of(product, bo)) == (1_000_000_00, (10, 0, 0))


def test_order_not_shipped_in_time_is_cancelled_and_refunded(ana, bo, order, go, now):
    go("accept", "pack")

    assert run_due_timers(now + timedelta(days=4)) == 0
    assert run_due_timers(now + timedelta(days=5)) == 1
    assert (api.fetch_order(user_id=ana.pk, order=order).summary.cancelled_by, balance(ana, now)) == (
        "expired",
        1_000_000_00,
    )


def test_only_a_courier_report_starts_the_completion_timer(ana, shop, order, go, now):
    go("accept", "ship", "report")
    assert run_due_timers(now + timedelta(days=29)) == 0
    reported = api.fetch_order(user_id=ana.pk, order=order)
    assert (reported.summary.state, reported.summary.due, reported.shipment.delivered_source) == (
        "delivered",
        "review",
        "merchant",
    )

    go("courier")

    heard = api.fetch_order(user_id=ana.pk, order=order)
    assert (heard.summary.due, heard.summary.due_at) == ("complete", now + timedelta(days=4))
    assert heard.shipment.delivered_source == "courier"
    assert run_due_timers(now + timedelta(days=4)) == 1
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "completed"
    assert merchant(shop) == Money(50_000_00)


def test_late_courier_report_changes_nothing(ana, order, go, now):
    go("accept", "ship", "confirm", "courier")

    assert Order.objects.get().version == 4
    assert Shipment.objects.get().delivered_at is None
    with pytest.raises(errors.OrderNotFound):
        api.record_courier_delivery(courier="JNE", resi="UNKNOWN", evidence={}, now=now)


def test_refund_above_the_wallet_ceiling_keeps_the_order_and_is_retried(
    real_db, make_user, ana, bo, product, order, now
):
    from payments.actions import wallets
    from payments.models import Account
    from tests.payments.purses import top_up

    wallets.ledger.set_ceiling(Account.objects.get(owner=ana).pk, 1_000_000_00)
    top_up(make_user, ana, 50_000_00, now)

    with pytest.raises(payment_errors.CeilingExceeded):
        api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)
    assert run_due_timers(now + timedelta(days=2)) == 0
    assert (Order.objects.get().state, stock_of(product, bo)) == ("paid", (10, 0, 2))
    assert run_due_timers(now + timedelta(days=2, minutes=59)) == 0
    # However often it is put off, it was due when it was due, and a night's proof tells of it.
    (late,) = shop_proof.check_integrity(now=now + timedelta(days=2, minutes=31))
    assert (late.rule, late.detail) == ("timers are kept", f"due at {now + timedelta(days=2)}")

    wallets.ledger.set_ceiling(Account.objects.get(owner=ana).pk, 2_000_000_00)
    assert run_due_timers(now + timedelta(days=2, hours=1)) == 1
    assert (Order.objects.get().state, balance(ana, now)) == ("cancelled", 1_050_000_00)


def test_failing_timer_is_logged_postponed_and_others_run(real_db, monkeypatch, caplog, ana, product, buy, order, now):
    other = buy(ana, product).order
    due = now + timedelta(days=2)
    moves = order_timers.transitions.run_timer

    def breaks_for_one(timer, *, now):
        if timer.order_id == order:
            raise RuntimeError("nobody anticipated this")
        return moves(timer, now=now)

    with monkeypatch.context() as broken:
        broken.setattr("shop.maintenance.order_timers.transitions.run_timer", breaks_for_one)
        assert run_due_timers(due) == 1

    assert dict(Order.objects.values_list("pk", "state")) == {order: "paid", other: "cancelled"}
    waits = OrderTimer.objects.get(order=order)
    assert (waits.due_at, waits.again_at) == (due, due + order_timers.RETRY_AFTER)
    assert [entry.levelname for entry in caplog.records if "order_timer_failed" in entry.getMessage()] == ["ERROR"]
    assert run_due_timers(due + timedelta(minutes=59)) == 0
    assert run_due_timers(due + order_timers.RETRY_AFTER) == 1


def test_operator_can_record_a_courier_report(order, go, monkeypatch, capsys, now):
    monkeypatch.setattr("superapp.core.clock.now", lambda: now)
    go("accept", "ship")

    call_command("courier_delivered", "jne", "jne 00123", "--evidence", "jne.co.id: DELIVERED TO ANA")

    call_command("courier_delivered", "JNE", "JNE 00123", "--evidence", "once more")

    assert capsys.readouterr().out == "Noted as the courier's word.\nNothing moved: no order waits for it.\n"
    said = OrderEvent.objects.get(transition="delivered")
    assert (said.actor_kind, said.evidence) == ("courier", {"said": "jne.co.id: DELIVERED TO ANA"})
    assert OrderTimer.objects.get(kind="complete").due_at == now + timedelta(days=4)
    with pytest.raises(CommandError, match="argument resi: 'UNKNOWN': Order not found"):
        call_command("courier_delivered", "JNE", "UNKNOWN", "--evidence", "x")
    with pytest.raises(CommandError, match="argument --evidence: say what shows it"):
        call_command("courier_delivered", "JNE", "JNE 00123", "--evidence", " ")
