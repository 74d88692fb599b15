"""Parcels of orders: under which number they travel, who may say otherwise, and whose a courier's word is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import api, errors
from shop.maintenance import integrity_checks
from shop.models import Order, OrderCounter, OrderEvent, OrderTimer, Shipment
from shop.queries import orders as queries
from superapp.core.models import Fact
from tests.shop.html_clients import browser_of, text


@pytest.fixture
def order(ana, product, buy):
    """Two bracelets, paid."""
    return buy(ana, product, 2).order


@pytest.fixture
def send(now):
    """Send an order of somebody's shop, under a number: ``send(bo, order, "1", later=60)``."""

    def do(owner, order, resi="JNE 00123", later=0):
        at = now + timedelta(seconds=later)
        api.accept_order(user_id=owner.pk, order=order, now=at)
        api.ship_order(user_id=owner.pk, order=order, courier="jne", resi=resi, now=at)

    return do


@pytest.fixture
def correct(bo, now):
    """Give an order of bo's another number."""

    def do(order):
        api.correct_resi(user_id=bo.pk, order=order, courier="jne", resi="jne 00132", now=now)

    return do


def states_of(*ids):
    found = dict(Order.objects.values_list("pk", "state"))
    return [found[order] for order in ids]


@pytest.mark.parametrize(("courier", "resi"), [("", "1"), ("JNE", " "), ("JNE", "x" * 41), ("y" * 41, "1")])
def test_parcel_requires_courier_and_tracking_number(courier, resi, bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    with pytest.raises(errors.ShipmentInvalid):
        api.ship_order(user_id=bo.pk, order=order, courier=courier, resi=resi, now=now)


def test_tracking_number_correction_is_hinted_to_both(ana, bo, order, send, correct, now):
    send(bo, order)

    correct(order)

    shown = api.fetch_order(user_id=ana.pk, order=order)
    assert (shown.summary.state, shown.summary.rev, shown.summary.can) == ("shipped", 4, ("confirm",))
    assert (shown.shipment.courier, shown.shipment.resi, shown.shipment.shipped_at) == ("JNE", "JNE 00132", now)
    assert [(step.transition, step.actor, step.resi) for step in shown.steps[2:]] == [
        ("shipped", "merchant", "JNE 00123"),
        ("resi_corrected", "merchant", "JNE 00132"),
    ]
    told = OrderEvent.objects.get(seq=4)
    assert (told.actor_id, told.evidence) == (
        bo.pk,
        {"courier": "JNE", "resi": "JNE 00132", "was_courier": "JNE", "was_resi": "JNE 00123"},
    )
    counts = OrderCounter.objects.order_by("user_id").values_list("orders", "unfinished", "rev")
    assert list(counts) == [(1, 1, 4), (1, 1, 4)]
    fact = Fact.objects.filter(name="shop.order_moved").latest("pk")
    assert (fact.payload["transition"], fact.payload["version"], fact.payload["state"]) == (
        "resi_corrected",
        4,
        "shipped",
    )
    assert integrity_checks.check_integrity(now=now) == []


def test_courier_report_matches_only_the_corrected_number(bo, order, send, correct, now):
    send(bo, order)
    correct(order)

    with pytest.raises(errors.OrderNotFound):
        api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=now)
    api.record_courier_delivery(courier="JNE", resi="JNE 00132", evidence={}, now=now)

    assert Order.objects.get().state == "delivered"


def test_correction_from_an_outdated_page_is_refused_unless_already_made(bo, order, send, correct, now):
    send(bo, order)
    correct(order)
    wish = {"user_id": bo.pk, "order": order, "courier": "JNE", "expected_rev": 3, "now": now}

    assert api.correct_resi(resi="JNE 00132", **wish).summary.rev == 4
    with pytest.raises(errors.NotNow):
        api.correct_resi(resi="JNE 00999", **wish)
    with pytest.raises(errors.ShipmentInvalid):
        api.correct_resi(resi=" ", **wish)
    assert Shipment.objects.get().resi == "JNE 00132"


def test_two_orders_of_one_buyer_can_share_a_parcel(ana, bo, product, buy, order, send, now):
    second = buy(ana, product).order
    send(bo, order)
    send(bo, second, later=60)

    for _ in range(2):
        api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=now + timedelta(days=1))

    assert states_of(order, second) == ["delivered", "delivered"]
    assert OrderTimer.objects.filter(kind="complete", state="waiting").count() == 2
    assert OrderEvent.objects.filter(transition="delivered").count() == 2
    # What is delivered takes nothing more in.
    third = buy(ana, product).order
    send(bo, third, later=2 * 86_400)
    api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=now + timedelta(days=3))
    assert states_of(third) == ["shipped"]
    assert integrity_checks.check_integrity(now=now) == []


def test_tracking_number_of_another_buyer_is_refused_until_corrected(
    make_payer, ana, bo, product, buy, order, send, correct, now
):
    cy = make_payer("cy", 1_000_000_00)
    second = buy(cy, product).order
    send(bo, order)

    with pytest.raises(errors.ResiTaken):
        send(bo, second)
    api.ship_order(user_id=bo.pk, order=second, courier="JNE", resi="7", now=now)
    with pytest.raises(errors.ResiTaken):
        api.correct_resi(user_id=bo.pk, order=second, courier="JNE", resi="JNE 00123", now=now)
    assert api.fetch_order(user_id=cy.pk, order=second).summary.rev == 3
    correct(order)
    api.correct_resi(user_id=bo.pk, order=second, courier="JNE", resi="JNE 00123", now=now)

    assert dict(Shipment.objects.values_list("pk", "resi")) == {order: "JNE 00132", second: "JNE 00123"}


def test_courier_report_goes_to_the_next_order_after_a_correction(
    monkeypatch, make_payer, make_shop, make_product, bo, order, buy, send, now
):
    eve, cy = make_payer("eve", 1_000_000_00), make_payer("cy", 1_000_000_00)
    theirs = buy(cy, make_product(make_shop(eve, handle="toko-eve"), name="Cincin")).order
    send(eve, theirs)
    send(bo, order, later=60)
    looked = queries.list_orders_of_parcel

    def looked_too_early(*parcel):
        found = looked(*parcel)
        if theirs in found:
            api.correct_resi(user_id=eve.pk, order=theirs, courier="JNE", resi="8", now=now)
        return found

    monkeypatch.setattr(queries, "list_orders_of_parcel", looked_too_early)

    assert api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=now)
    assert states_of(order, theirs) == ["delivered", "shipped"]


def test_tracking_number_mistyped_by_another_shop_is_freed_by_its_correction(
    make_payer, make_shop, make_product, ana, bo, order, buy, send, now
):
    eve, cy = make_payer("eve", 1_000_000_00), make_payer("cy", 1_000_000_00)
    other = make_product(make_shop(eve, handle="toko-eve"), name="Cincin")
    theirs = buy(cy, other).order
    send(eve, theirs)
    send(bo, order, later=60)
    later = now + timedelta(minutes=2)
    api.correct_resi(user_id=eve.pk, order=theirs, courier="JNE", resi="JNE 00132", now=later)

    api.record_courier_delivery(courier="JNE", resi="JNE 00123", evidence={}, now=now + timedelta(days=1))

    assert states_of(order, theirs) == ["delivered", "shipped"]


def test_shipped_order_cannot_be_shipped_again_under_another_number(bo, order, send, correct, now):
    send(bo, order)

    with pytest.raises(errors.NotNow):
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="ANOTHER", now=now)
    assert Shipment.objects.get().resi == "JNE 00123"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("jne", "JNE"), ("SICEPAT", "SiCepat"), (" pos  indonesia ", "Pos Indonesia"), ("Kurir Kita", "KURIR KITA")],
)
def test_courier_name_is_normalized(written, kept, bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier=written, resi="7", now=now)

    api.record_courier_delivery(courier=written.swapcase(), resi="7", evidence={}, now=now)

    parcel = Shipment.objects.get()
    assert (parcel.courier, parcel.delivered_source) == (kept, "courier")


def test_tracking_number_correction_form_shows_old_and_new_to_both(monkeypatch, ana, bo, order, now):
    monkeypatch.setattr("superapp.core.clock.now", lambda: now)
    as_ana, as_bo = browser_of(ana), browser_of(bo)
    path = f"/pesanan/{order}/"
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JT132", now=now)
    assert 'name="resi" value="JT132"' in as_bo.get(path).content.decode()
    assert f"{path}resi/" not in as_ana.get(path).content.decode()

    refused = as_bo.post(f"{path}resi/", {"courier": "JNE", "resi": ""})
    corrected = [as_bo.post(f"{path}resi/", {"rev": 3, "courier": "JNE", "resi": "JT123"}) for _ in range(2)]

    assert refused.status_code == 422
    assert "Isi nomor resinya." in text(refused)
    assert [answer.status_code for answer in corrected] == [302, 302]
    assert "Sudah diperbaiki. Pembeli bisa melihat nomor yang baru." in text(as_bo.get(path))
    assert Order.objects.get().version == 4
    for browser in (as_ana, as_bo):
        page = text(browser.get(path))
        assert "Dikirim dengan JNE, resi JT132 kata toko" in page
        assert "Resi diperbaiki: JNE, JT123 kata toko" in page
        assert "JNE JT123" in page
