"""A shop that names a parcel of another shop's is not paid for it by the courier's word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from shop import api, errors
from shop.maintenance import integrity_checks
from shop.maintenance.order_timers import run_due_timers
from shop.models import Order, OrderEvent, OrderTimer
from tests.harness.socket_client import make_trusted_device

PARCEL = {"courier": "JNE", "resi": "JNE 00123"}


@pytest.fixture
def contested(make_payer, make_shop, make_product, buy, ana, bo, product, now):
    """Two orders under one number: eve's, who named it first, and bo's, whose parcel it is."""
    eve, cy = make_payer("eve", 1_000_000_00), make_payer("cy", 1_000_000_00)
    squatting = buy(cy, make_product(make_shop(eve, handle="toko-eve"), name="Cincin")).order
    real = buy(ana, product).order
    for owner, order, minutes in ((eve, squatting, 0), (bo, real, 1)):
        at = now + timedelta(minutes=minutes)
        api.accept_order(user_id=owner.pk, order=order, now=at)
        api.ship_order(user_id=owner.pk, order=order, **PARCEL, now=at)
    return eve, squatting, real


def states():
    return dict(Order.objects.values_list("pk", "state"))


def test_parcel_named_by_two_shops_completes_no_order(contested, now):
    _eve, squatting, real = contested
    later = now + timedelta(days=1)

    with pytest.raises(errors.ResiContested):
        api.record_courier_delivery(**PARCEL, evidence={}, now=later)

    assert run_due_timers(later + timedelta(days=5)) == 0
    assert states() == {squatting: "shipped", real: "shipped"}
    waiting = OrderTimer.objects.filter(state="waiting").values_list("order_id", "kind")
    assert sorted(waiting) == sorted([(squatting, "review"), (real, "review")])
    assert not OrderEvent.objects.filter(transition="delivered").exists()
    assert integrity_checks.check_integrity(now=later) == []


@pytest.mark.parametrize("how", ["corrected", "cancelled"])
def test_parcel_named_by_one_remaining_shop_completes_its_order(contested, now, how):
    eve, squatting, real = contested
    if how == "corrected":
        api.correct_resi(user_id=eve.pk, order=squatting, courier="JNE", resi="7", now=now + timedelta(hours=1))
    else:
        device = make_trusted_device(eve)
        api.cancel_order(user_id=eve.pk, device_id=device, order=squatting, now=now + timedelta(hours=1))

    assert api.record_courier_delivery(**PARCEL, evidence={}, now=now + timedelta(days=1))

    assert states()[real] == "delivered"
    assert OrderTimer.objects.get(kind="complete", state="waiting").order_id == real


def test_shop_naming_a_delivered_parcel_gains_nothing(make_payer, make_shop, make_product, buy, ana, bo, product, now):
    eve, cy = make_payer("eve", 1_000_000_00), make_payer("cy", 1_000_000_00)
    late = buy(cy, make_product(make_shop(eve, handle="toko-eve"), name="Cincin")).order
    real = buy(ana, product).order
    for owner, order in ((bo, real), (eve, late)):
        api.accept_order(user_id=owner.pk, order=order, now=now)
        api.ship_order(user_id=owner.pk, order=order, **PARCEL, now=now + timedelta(days=order == late))
        api.record_courier_delivery(**PARCEL, evidence={}, now=now + timedelta(hours=1))

    assert states() == {real: "delivered", late: "shipped"}


def test_operator_sees_that_two_shops_name_a_parcel(contested, monkeypatch, now):
    monkeypatch.setattr("superapp.core.clock.now", lambda: now)

    with pytest.raises(CommandError, match="argument resi: 'JNE 00123': "):
        call_command("courier_delivered", "JNE", "JNE 00123", "--evidence", "jne.co.id: DELIVERED")
