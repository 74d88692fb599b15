"""The page on which receipts are checked, for whoever has no modules; and the keys for programs."""

from __future__ import annotations

import pytest
from django.test import Client

from superapp.core import signed_receipts

DOCUMENT = {
    "kind": "shop.order_paid",
    "issuer": "http://localhost:8000",
    "number": "NS-1",
    "seller": {"name": "Warung <b>Bu Tini</b>"},
    "lines": [{"text": "Sambal", "quantity": 2, "total": {"amount_minor": 56_000_00, "asset": "IDR"}}],
    "total": {"amount_minor": 56_000_00, "asset": "IDR"},
    "at": "2027-03-01T02:03:04.567Z",
}


def test_receipt_check_page_is_public_and_empty(client):
    page = client.get("/bukti/periksa/")

    assert page.status_code == 200
    assert 'data-part="ours" role="status" hidden' in page.content.decode()
    assert 'data-part="not-ours" role="alert" hidden' in page.content.decode()


def test_valid_receipt_is_shown_with_its_content(client, db):
    answer = client.post("/bukti/periksa/", {"receipt": f"  {signed_receipts.sign(DOCUMENT)}\n"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-part="ours" role="status">' in page
    assert 'data-part="not-ours" role="alert" hidden' in page
    assert "Rp56.000" in page
    assert "1 Maret 2027, 09.03 WIB" in page
    assert "Warung &lt;b&gt;Bu Tini" in page


def test_receipt_shows_the_shop_address_beside_its_name(client, db):
    seller = {"name": "Bank Nusantara", "handle": "warung-tini", "town": "Solo <i>"}
    named, nameless = ({**DOCUMENT, "seller": {**DOCUMENT["seller"], **more}} for more in (seller, {}))

    told, untold = (client.post("/bukti/periksa/", {"receipt": signed_receipts.sign(one)}) for one in (named, nameless))

    assert 'data-part="seller-is" dir="auto">/toko/warung-tini/ · Solo &lt;i&gt;</p>' in told.content.decode()
    assert 'data-part="seller-is" dir="auto" hidden></p>' in untold.content.decode()


def test_receipt_without_shipping_says_it_is_paid_separately(client, db):
    free, paid = (
        client.post(
            "/bukti/periksa/", {"receipt": signed_receipts.sign({**DOCUMENT, "shipping": amount})}
        ).content.decode()
        for amount in ({"amount_minor": 0, "asset": "IDR"}, {"amount_minor": 9_000_00, "asset": "IDR"})
    )

    assert 'data-part="shipping-apart">Ongkir tidak termasuk dalam total ini.</p>' in free
    assert 'data-part="shipping-apart" hidden>' in paid


def test_receipt_says_that_later_events_are_not_in_it(client, db):
    answer = client.post("/bukti/periksa/", {"receipt": signed_receipts.sign(DOCUMENT)})

    assert "Yang terjadi sesudahnya, misalnya pembatalan, tidak termasuk." in answer.content.decode()


def test_receipt_links_only_its_buyer_to_the_order(make_user):
    ana, eve = make_user("ana"), make_user("eve")
    text = signed_receipts.sign({**DOCUMENT, "about": "/pesanan/1/", "buyer": str(ana.public_id)})
    pages = {}

    for name, user in {"ana": ana, "eve": eve, "stranger": None}.items():
        browser = Client()
        if user:
            browser.force_login(user)
        pages[name] = browser.post("/bukti/periksa/", {"receipt": text}).content.decode()

    assert '<p data-part="back"><a class="button button--small" data-part="order" href="/pesanan/1/">' in pages["ana"]
    assert ["/pesanan/1/" in pages[name].partition("<form")[0] for name in ("eve", "stranger")] == [False, False]


def test_receipt_page_has_the_navigation_for_a_logged_in_person(client, make_user):
    stranger = client.get("/bukti/periksa/").content.decode()
    client.force_login(make_user("ana"))
    ana = client.get("/bukti/periksa/").content.decode()

    bars = [page.partition('<nav class="places"')[2].partition(">")[0] for page in (stranger, ana)]
    assert [bar.endswith(" hidden") for bar in bars] == [True, False]


@pytest.mark.parametrize("text", ["x", "a.b.c", signed_receipts.RECEIPT_CHARS_MAX * 3 * "a", "é"])
def test_invalid_receipt_is_called_not_ours(client, db, text):
    answer = client.post("/bukti/periksa/", {"receipt": text})

    assert answer.status_code == 422
    assert 'data-part="not-ours" role="alert">' in answer.content.decode()


def test_receipt_keys_are_published_as_jwks(client):
    answer = client.get("/bukti/kunci.json")

    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.json() == {"keys": [signed_receipts.current_key().jwk()]}
    assert "d" not in answer.json()["keys"][0]
