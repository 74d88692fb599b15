"""Money that moved for an order says which shop and which goods, wherever its owner reads of it."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest
from django.utils import translation

from payments import api as payments
from payments.domain.purposes import Purpose, register_purpose_resolver, resolve_purposes
from payments.pages import presenters
from payments.queries import serializers
from shop import api as shops
from tests.harness.socket_client import browser_on, log_in, make_trusted_device
from tests.payments import wallet_statements
from tests.payments.purses import PIN
from tests.shop.conftest import ana, bo, buy, make_product, make_shop, product, shop

__all__ = ["ana", "bo", "buy", "make_product", "make_shop", "product", "shop"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def history(user, now):
    return payments.list_wallet_movements(user.pk, now=now)


def test_statement_names_the_shop_as_counterparty(ana, bo, product, buy, now):
    buy(ana, product)
    period = {"since": now - timedelta(days=1), "until": now + timedelta(days=1), "now": now}

    rows = list(csv.DictReader(wallet_statements.stream_csv(ana.pk, **period)))

    assert [row["counterparty"] for row in rows if row["kind"] == "escrow_paid"] == ["Manik Bo"]


def test_payment_and_refund_name_the_shop_and_the_goods(ana, bo, product, buy, now):
    order = buy(ana, product, 2).order
    shops.cancel_order(
        user_id=ana.pk, order=order, device_id=make_trusted_device(ana), pin="", reason="", expected_rev=None, now=now
    )

    refund, paid, *_funded = presenters.present_movements(history(ana, now))

    assert (paid.title, paid.items) == ("Manik Bo", "Gelang manik ×\u00a02")
    assert (refund.title, refund.items) == ("Refund · Manik Bo", "Gelang manik ×\u00a02")
    assert paid.address == refund.address == f"/pesanan/{order}/"


def test_payout_names_the_shop_that_sold(ana, bo, product, buy, now):
    order = buy(ana, product).order
    shops.accept_order(user_id=bo.pk, order=order, now=now)
    shops.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JT1", now=now)
    shops.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now)
    shops.request_payout(owner_id=bo.pk, device_id=make_trusted_device(bo), idempotency_key="w", now=now)

    [paid_out] = presenters.present_movements(history(bo, now))

    assert (paid_out.title, paid_out.items, paid_out.address) == ("Sales · Manik Bo", "", "")


def test_purpose_keeps_the_shop_name_at_payment_time(ana, bo, product, buy, now):
    buy(ana, product)
    shops.change_shop(owner_id=bo.pk, name="Toko Baru", now=now)

    assert presenters.present_movements(history(ana, now))[0].title == "Manik Bo"


def test_row_has_a_purpose_for_payments_and_none_for_transfers(ana, bo, product, buy, now):
    order = buy(ana, product).order
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)

    answer = browser_on(log_in(ana)).get("/api/v1/wallet/history")

    paid, funded = answer.json()["rows"][:2]
    assert paid["purpose"] == {"name": "Manik Bo", "items": "Gelang manik", "address": f"/pesanan/{order}/"}
    assert funded["purpose"] is None


def test_wallet_pages_show_the_purpose_with_a_link_to_the_order(ana, product, buy):
    order = buy(ana, product, 2).order
    browser = browser_on(log_in(ana))

    wallet = browser.get("/dompet/").content.decode()
    journal = browser.get("/api/v1/wallet/history").json()["rows"][0]["journal"]
    receipt = browser.get(f"/dompet/bukti/{journal}/").content.decode()

    for page in (wallet, receipt):
        assert "Manik Bo" in page
        assert "Gelang manik ×\u00a02" in page
    assert f'href="/pesanan/{order}/"' in receipt


def test_purposes_of_many_postings_take_the_queries_of_one(ana, product, buy, now, django_assert_max_num_queries):
    buy(ana, product)
    [one] = history(ana, now)[:1]
    for _number in range(4):
        buy(ana, product)
    many = history(ana, now)

    with django_assert_max_num_queries(1):
        assert [row.purpose is not None for row in serializers.serialize_movements([one])] == [True]
    with django_assert_max_num_queries(1):
        assert sum(row.purpose is not None for row in serializers.serialize_movements(many)) == 5


@pytest.mark.parametrize(
    ("written", "found"), [("manik bo", 2), ("Gelang", 2), ("cincin", 1), ("tidak ada", 0), ("50%", 0)]
)
def test_wallet_search_finds_shops_and_products(ana, shop, product, make_product, buy, now, written, found):
    buy(ana, product)
    buy(ana, make_product(shop, name="Gelang dan cincin"))

    rows = payments.list_wallet_movements(ana.pk, now=now, search=written)

    assert [row.kind for row in rows] == ["escrow_paid"] * found


def test_wallet_search_finds_nothing_of_another_buyer(ana, make_payer, product, buy, now):
    buy(ana, product)
    eve = make_payer("eve", 100_000_00)

    assert payments.list_wallet_movements(eve.pk, now=now, search="Manik Bo") == []
    assert shops.search_orders(eve.pk, "Manik") == []


def test_unknown_reference_has_no_purpose(db):
    unknown = ["", "shop.order:5", "shop.order:01890000-0000-7000-8000-000000000009", "lottery:1", "shop.storefront:x"]

    assert resolve_purposes(unknown) == {}


def test_duplicate_resolver_of_a_prefix_is_refused():
    with pytest.raises(ValueError, match=r"shop\.order"):
        register_purpose_resolver("shop.order", lambda references: {one: Purpose(name="x") for one in references})


def test_purpose_texts_of_javascript_equal_those_of_templates(client, ana):
    page = browser_on(log_in(ana)).get("/dompet/").content.decode()

    assert json.dumps("movement:escrow_paid_out:purpose") in page
