"""A place without shops, or without buying: its doors are closed with one code, and orders that stand go their way."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.apps import apps

from shop import api, errors, urls
from shop.models import Order, Product, Shop
from shop.pages import page_cache
from superapp.realtime import registry
from superapp.web import form_throttle
from superapp.wiring import card_types
from tests.harness.socket_client import browser_on, log_in
from tests.payments.purses import balance
from tests.shop.conftest import ADDRESS
from tests.shop.html_clients import browser_of, text
from tests.shop.storefronts import address_of, read

SAID = "Jual beli tidak tersedia di sini"
ID = str(uuid.uuid4())
PARTS = {
    "uuid:product": ID, "uuid:key": ID, "uuid:shop": ID, "uuid:order": ID, "uuid:bill": ID, "slug:handle": "manik-bo",
    "uuid:payout": ID, "slug:slug": "gelang-manik", "slug:digest": "x", "slug:name": "0" * 64, "int:part": "1",
    "int:size": "320",
}  # fmt: skip
BUYING = {"begin", "buy"}
# What is there whatever is offered: orders that were placed, what was earned, photos, and what robots may read.
OPEN = {
    "front_page", "robots", "photo_file", "purchases", "purchases_shell", "order", "accept", "pack", "ship",
    "correct_resi", "delivered", "confirm", "cancel", "sales", "withdraw", "open_payments", "await_payment",
    "refund", "code_payment", "open_dispute", "drop_dispute", "answer_dispute", "accept_offer", "decline_offer",
    "request_cancellation", "decline_cancellation", "desk_disputes", "settlements", "settlement",
    "payout_account", "confirm_payout_account", "pay_out", "confirm_payout", "payout", "payout_state",
    "courier_events",
}  # fmt: skip
OPEN_COMMANDS = {
    "shop.purchases", "shop.sales", "shop.purchase_changes", "shop.sale_changes", "shop.order", "shop.accept",
    "shop.pack", "shop.ship", "shop.correct_resi", "shop.report_delivery", "shop.confirm", "shop.cancel",
    "shop.earnings", "shop.withdraw",
}  # fmt: skip
AMOUNT = {"amount_minor": 25_000_00, "asset": "IDR"}
FIELDS = {
    "shop.open": {"handle": "toko-ana", "name": "Ana", "town": "Solo"},
    "shop.change": {"name": "Lain"},
    "shop.product_add": {"name": "Lain", "price": AMOUNT, "idempotency_key": "k"},
    "shop.product_change": {"product": ID, "name": "Lain"},
    "shop.options_set": {"product": ID, "options": []},
    "shop.variants_change": {"product": ID, "variants": [{"values": []}], "idempotency_key": "k"},
    "shop.product_move": {"product": ID, "position": 0},
    "shop.photos_arrange": {"product": ID, "photos": []},
    "shop.stock_set": {"product": ID, "on_hand": 1, "idempotency_key": "k"},
    "shop.quote": {"product": ID},
    "shop.shipping_options": {"product": ID, "region": "32.73"},
    "shop.buy": {
        "product": ID, "quantity": 1, "address": ADDRESS, "expected_total": AMOUNT, "pin": "112233",
        "idempotency_key": "k",
    },
}  # fmt: skip


@pytest.fixture
def profile(settings):
    """Have the operator offer this from now on: ``profile("chat_only")``."""

    def become(name):
        settings.LEGAL_PROFILE = name

    return become


def path_of(pattern):
    return "/" + re.sub(r"<([^>]+)>", lambda part: PARTS[part[1]], str(pattern.pattern))


def closed_pages(profile_name):
    names = {pattern.name for pattern in urls.urlpatterns} - OPEN
    return names if profile_name == "chat_only" else BUYING


@pytest.mark.parametrize("name", ["chat_only", "social_commerce"])
def test_every_page_of_a_disabled_shop_feature_is_404(ana, shop, product, profile, name, monkeypatch):
    browser = browser_of(ana)
    # So many forms at once are more than one person may send.
    monkeypatch.setattr(form_throttle.command_throttle, "take", lambda *_taken: None)
    profile(name)

    closed = closed_pages(name)
    for pattern in urls.urlpatterns:
        if pattern.name not in closed:
            continue
        answers = [browser.get(path_of(pattern)), browser.post(path_of(pattern))]
        if pattern.name in ("add_photo", "logo"):  # For modules: of the methods that they know.
            assert (answers[1].status_code, answers[1].json()["code"]) == (403, "shop.not_offered"), pattern.name
            continue
        assert [answer.status_code for answer in answers] == [403, 403], pattern.name
        assert SAID in answers[0].content.decode()

    assert len(closed) == {"chat_only": 40, "social_commerce": 2}[name]


@pytest.mark.parametrize("name", ["chat_only", "social_commerce"])
def test_commands_are_refused_with_one_code_over_socket_and_rest(real_db, connect, ana, profile, name):
    device = log_in(ana)
    socket, browser = connect(device=device), browser_on(device)
    commands = {each for each in registry.commands if each.startswith("shop.")} - OPEN_COMMANDS
    profile(name)

    closed = commands if name == "chat_only" else {"shop.quote", "shop.buy"}
    assert len(commands) == 14
    for each in sorted(closed):
        method, route = registry.commands[each].rest.split(" ")
        path = f"/api/v1/{route}".replace("<uuid:product>", ID)
        fields = {key: value for key, value in FIELDS.get(each, {}).items() if f"<uuid:{key}>" not in route}
        if method == "GET":
            answer = browser.get(path, fields)
        else:
            answer = browser.generic(method, path, json.dumps(fields), content_type="application/json")
        assert socket.err(each, **FIELDS.get(each, {}))["code"] == "shop.not_offered", each
        assert (answer.status_code, answer.json()["code"]) == (403, "shop.not_offered"), each
    for each in sorted(commands - closed):
        assert "shop.not_offered" not in json.dumps(socket.ask(each, **FIELDS.get(each, {}))), each


def test_shop_commands_without_shops_are_refused(ana, bo, shop, product, buy, make_shop, make_product, profile):
    profile("chat_only")
    for do in (lambda: buy(ana, product), lambda: make_shop(ana, "toko-ana"), lambda: make_product(shop, "Lain")):
        with pytest.raises(errors.NotOffered):
            do()
    profile("social_commerce")
    with pytest.raises(errors.NotOffered):
        buy(ana, product)

    assert (Order.objects.count(), Shop.objects.count(), Product.objects.count()) == (0, 1, 1)
    assert make_product(shop, "Lain").name == "Lain"


def test_products_are_shown_without_buying_when_selling_is_disabled(client, shop, product, profile):
    sold = read(client, address_of(shop, product))
    profile("social_commerce")
    page_cache._pages.clear()

    shown = read(client, address_of(shop, product))

    assert ("/beli/" in sold, "/beli/" in shown) == (True, False)
    assert "You can look and ask here, but not buy." in shown
    assert "Rp25.000" in shown
    assert 'href="/obrolan/toko/manik-bo/' in shown
    assert client.get("/toko/").status_code == client.get("/sitemap.xml").status_code == 200


@pytest.mark.parametrize("name", ["chat_only", "social_commerce"])
def test_existing_order_is_processed_and_refunded_with_selling_disabled(
    ana, bo, make_user, shop, product, buy, now, profile, name
):
    sent, given_back = (buy(ana, product).order for _each in range(2))
    profile(name)
    as_ana, as_bo = browser_of(ana, is_trusted=True), browser_of(bo, is_trusted=True)
    as_eve = browser_of(make_user("eve"))

    assert as_bo.post(f"/pesanan/{sent}/terima/").status_code == 302
    assert as_bo.post(f"/pesanan/{sent}/kirim/", {"courier": "JNE", "resi": "JT1"}).status_code == 302
    assert as_ana.post(f"/pesanan/{sent}/selesai/").status_code == 302
    assert as_ana.post(f"/pesanan/{given_back}/batal/", {"reason": "Saya berubah pikiran"}).status_code == 302

    assert [api.fetch_order(user_id=ana.pk, order=each).summary.state for each in (sent, given_back)] == [
        "completed",
        "cancelled",
    ]
    assert balance(ana, now) == 1_000_000_00 - 25_000_00
    for browser, path in ((as_ana, "/pesanan/"), (as_bo, "/tokoku/pesanan/")):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Gelang manik" in text(page)
    assert as_eve.get(f"/pesanan/{sent}/").status_code == 404


def test_navigation_has_selling_only_with_shops(profile, ana, client):
    config = apps.get_app_config("shop")
    assert [item["view"] for item in config.navigation_items] == ["shop:shops"]
    assert config.offline_shells == {"/pesanan/": "shop:purchases_shell", "/tokoku/": "shop:today_shell"}
    profile("social_commerce")
    assert [item["view"] for item in config.navigation_items] == ["shop:shops"]

    profile("chat_only")

    assert config.navigation_items == ()
    assert config.offline_shells == {"/pesanan/": "shop:purchases_shell"}
    page = browser_of(ana).get("/pesanan/").content.decode()
    assert 'href="/tokoku/"' not in page
    assert 'class="sides"' not in page
    assert "Sitemap:" not in client.get("/robots.txt").content.decode()


def test_contact_shop_page_without_shops_is_403(ana, shop, profile):
    browser = browser_of(ana)
    profile("social_commerce")
    assert browser.get("/obrolan/toko/manik-bo/").status_code == 200

    profile("chat_only")

    assert browser.get("/obrolan/toko/manik-bo/").status_code == 403


@pytest.mark.parametrize("name", ["chat_only", "social_commerce"])
def test_order_card_is_rendered_whatever_is_enabled(monkeypatch, profile, name):
    profile(name)
    registered = {}
    monkeypatch.setattr("chat.api.register_card", lambda called, _type: registered.update({called: True}))

    card_types.register()

    assert registered == {"shop.order": True}
