"""Orders of several lines: all of them are bought or none, each from its own stock, and cancelled and sent together."""

from __future__ import annotations

import itertools

import pytest

from payments.maintenance import integrity_checks as money
from shop import api, errors
from shop.actions import checkout
from shop.actions.purchase_requests import LINES_MAX, PurchaseLine, build_request_of_lines
from shop.api import VariantChange
from shop.maintenance import integrity_checks
from shop.models import Attempt, Order, OrderLine, StockMove
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.conftest import ADDRESS, stock_of, variant_of

keys = itertools.count(1)


@pytest.fixture
def buy_lines(now):
    """Buy several things: ``buy_lines(ana, (product, 2), (shirts, 1, "Biru", "M"), total=…)``."""

    def place(buyer, *wanted, total, **fields):
        lines = [
            PurchaseLine(product.public_id, quantity, variant_of(product, *values).public_id if values else None)
            for product, quantity, *values in wanted
        ]
        purchase = build_request_of_lines(
            **{
                "buyer_id": buyer.pk,
                "lines": lines,
                "address": ADDRESS,
                "note": "",
                "expected_total": Money(total),
                "idempotency_key": f"lines-{next(keys)}",
                **fields,
            }
        )
        return checkout.place_purchase(purchase, authorization=BY_PIN, now=now)

    return place


@pytest.fixture
def necklace(shop, make_product):
    """Three necklaces for Rp60.000."""
    return make_product(shop, "Kalung", price=Money(60_000_00), quantity=3)


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


def test_lines_of_one_shop_are_one_order(ana, bo, shirts, necklace, buy_lines, now):
    wanted = [(necklace, 1), (shirts, 2, "Biru", "M"), (shirts, 1, "Merah", "S")]

    placed = buy_lines(ana, *wanted, total=165_000_00)

    assert isinstance(placed, api.CheckoutCompleted)
    shown = api.fetch_order(user_id=ana.pk, order=placed.order)
    assert [(line.full_name, line.quantity, line.total) for line in shown.lines] == [
        ("Kalung", 1, Money(60_000_00)),
        ("Gelang manik (Biru, M)", 2, Money(80_000_00)),
        ("Gelang manik (Merah, S)", 1, Money(25_000_00)),
    ]
    assert (shown.summary.pieces, shown.summary.total, shown.summary.first_line) == (
        4,
        Money(165_000_00),
        shown.lines[0],
    )
    assert balance(ana, now) == 835_000_00
    assert (stock_of(necklace, bo), stock_of(shirts, bo)) == ((3, 0, 1), (12, 0, 3))
    assert all_is_well(now) == []


def test_lines_of_the_same_variant_are_merged(ana, bo, product, necklace, buy_lines, now):
    (only,) = product.variants
    named = PurchaseLine(product.public_id, 2, only.public_id)
    lines = [PurchaseLine(product.public_id, 1), PurchaseLine(necklace.public_id, 1), named]

    placed = buy_lines(ana, total=135_000_00, lines=lines)

    assert isinstance(placed, api.CheckoutCompleted)
    lines = OrderLine.objects.order_by("position").values_list("position", "product_name", "quantity")
    assert list(lines) == [(1, "Gelang manik", 3), (2, "Kalung", 1)]
    assert stock_of(product, bo) == (10, 0, 3)
    assert all_is_well(now) == []


def test_one_line_that_is_short_refuses_all(ana, bo, product, necklace, buy_lines, now):
    refused = buy_lines(ana, (product, 1), (necklace, 4), total=265_000_00)

    assert refused == api.CheckoutRefused("shop.sold_out", {"left": 3, "line": 2})
    assert not Order.objects.exists()
    assert (stock_of(product, bo), stock_of(necklace, bo)) == ((10, 0, 0), (3, 0, 0))
    assert balance(ana, now) == 1_000_000_00


def test_line_that_is_not_sold_any_more_is_named(ana, bo, product, necklace, buy_lines, now):
    api.unpublish_product(owner_id=bo.pk, product=necklace.public_id, now=now)

    refused = buy_lines(ana, (product, 1), (necklace, 1), total=85_000_00)

    assert refused == api.CheckoutRefused("shop.not_for_sale", {"line": 2})


def test_changed_total_of_several_lines_is_refused_once(ana, product, necklace, buy_lines):
    key = {"idempotency_key": "k"}
    first, again = (buy_lines(ana, (product, 1), (necklace, 1), total=80_000_00, **key) for _ in range(2))

    assert first == api.CheckoutTotalChanged(Money(80_000_00), Money(85_000_00), Money(25_000_00))
    assert again == api.CheckoutTotalChanged(Money(80_000_00), Money(85_000_00), Money(25_000_00), replayed=True)
    with pytest.raises(errors.KeyReused):
        buy_lines(ana, (necklace, 1), (product, 1), total=80_000_00, **key)


def test_lines_of_several_shops_are_refused(ana, product, make_user, make_shop, make_product, buy_lines):
    other = make_product(make_shop(make_user("cy"), handle="toko-cy"), "Sarung")

    with pytest.raises(errors.SeveralShops):
        buy_lines(ana, (product, 1), (other, 1), total=50_000_00)

    assert not Attempt.objects.exists()


def test_line_that_does_not_exist_stores_nothing(ana, product, necklace, shirts, buy_lines):
    missing = PurchaseLine(product.public_id, 1, necklace.variants[0].public_id)

    with pytest.raises(errors.VariantNotFound):
        buy_lines(ana, total=50_000_00, lines=[PurchaseLine(necklace.public_id, 1), missing])
    with pytest.raises(errors.VariantNeeded):
        buy_lines(ana, (necklace, 1), (shirts, 1), total=85_000_00)

    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("count", "quantity", "error"),
    [(0, 1, InputInvalid), (LINES_MAX + 1, 1, InputInvalid), (2, 0, errors.QuantityInvalid)],
    ids=["no lines", "too many lines", "no pieces"],
)
def test_lines_out_of_bounds_are_refused(ana, product, buy_lines, count, quantity, error):
    with pytest.raises(error):
        buy_lines(ana, *[(product, quantity)] * count, total=25_000_00)


def test_merged_lines_are_bounded_together(ana, product, buy_lines):
    with pytest.raises(errors.QuantityInvalid):
        buy_lines(ana, (product, 600), (product, 600), total=25_000_00)


def test_order_of_several_lines_is_cancelled_with_all_its_pieces(ana, bo, product, necklace, buy_lines, now):
    order = buy_lines(ana, (necklace, 2), (product, 3), total=195_000_00).order

    api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)

    assert (stock_of(product, bo), stock_of(necklace, bo)) == ((10, 0, 0), (3, 0, 0))
    assert StockMove.objects.filter(kind="release").count() == 2
    assert balance(ana, now) == 1_000_000_00
    assert all_is_well(now) == []


def test_order_of_several_lines_is_sent_with_all_its_pieces(ana, bo, shirts, necklace, buy_lines, change, now):
    order = buy_lines(ana, (shirts, 1, "Biru", "M"), (necklace, 2), total=160_000_00).order
    change(VariantChange(values=("Biru", "M"), is_sold=False))

    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)

    assert (stock_of(necklace, bo), StockMove.objects.filter(kind="ship").count()) == ((1, 0, 0), 2)
    assert all_is_well(now) == []


def test_order_of_as_many_lines_as_possible(ana, bo, set_options, change, product, buy_lines, now):
    made = set_options(api.ProductOption("Ukuran", tuple(f"{n}" for n in range(LINES_MAX))))
    change(*[VariantChange(values=one.values, on_hand=1, price=Money(1_000_00)) for one in made.variants])

    placed = buy_lines(ana, *[(made, 1, *one.values) for one in made.variants], total=50_000_00)

    assert isinstance(placed, api.CheckoutCompleted)
    assert OrderLine.objects.count() == LINES_MAX
    assert stock_of(product, bo) == (LINES_MAX, 0, LINES_MAX)
    assert all_is_well(now) == []
