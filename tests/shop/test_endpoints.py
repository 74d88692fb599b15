"""Selling through both doors: the same answers, the same refusals, numbers that heal, and nothing for outsiders."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest

from shop import api
from shop.models import Order, Shop
from superapp.accounts.models import Device
from superapp.realtime import registry
from tests.harness.socket_client import browser_on, log_in, make_trusted_device
from tests.payments.purses import PIN, balance
from tests.shop.conftest import ADDRESS


@pytest.fixture
def doors(real_db, connect):
    """Return the responses over socket and REST: ``doors(ana)("shop.purchases")``."""

    def doors(user, *, is_trusted=False):
        device = Device.objects.get(pk=make_trusted_device(user)) if is_trusted else log_in(user)
        socket, browser = connect(device=device), browser_on(device)

        def ask(do, /, **fields):
            return [answer_of(socket, do, fields), over_rest(browser, registry.commands[do], fields)]

        ask.socket = socket
        return ask

    return doors


def answer_of(socket, do, fields):
    return {key: value for key, value in socket.ask(do, **fields).items() if key != "id"}


def over_rest(browser, command, fields):
    method, route = command.rest.split(" ")
    fields = dict(fields)
    route = re.sub(r"<\w+:(\w+)>", lambda place: str(fields.pop(place[1])), route)
    if method == "GET":
        response = browser.get(f"/api/v1/{route}?{urlencode(fields)}")
    else:
        response = browser.generic(method, f"/api/v1/{route}", json.dumps(fields), content_type="application/json")
    body = json.loads(response.content)
    return {"ok": body} if response.status_code == 200 else {"err": body, "status": response.status_code}


def rupiah(whole):
    return {"amount_minor": whole * 100, "asset": "IDR"}


def wish(product, /, **fields):
    return {
        "product": str(product.public_id),
        "quantity": 1,
        "address": ADDRESS,
        "expected_total": rupiah(25_000),
        "pin": PIN,
        "idempotency_key": "tap",
        **fields,
    }


def test_shop_is_opened_and_filled_by_commands(doors, bo):
    ask = doors(bo)

    assert [answer["ok"] for answer in ask("shop.mine")] == [{"shop": None}] * 2
    opened = ask(
        "shop.open", handle="manik-bo", name="Manik", town="Bantul", opening_hours={"mon": [["08:00", "17:00"]]}
    )
    assert opened[0]["ok"] == opened[1]["ok"]
    added = ask("shop.product_add", name="Gelang", price=rupiah(25_000), quantity=3, idempotency_key="a")
    assert added[0]["ok"] == added[1]["ok"]
    product = added[0]["ok"]
    assert (product["state"], product["price"], product["stock"]["available"]) == ("draft", rupiah(25_000), 3)
    changed = ask("shop.product_change", product=product["id"], listed=True, price=rupiah(30_000))
    assert (changed[0]["ok"]["state"], changed[1]["ok"]["price"]) == ("listed", rupiah(30_000))
    weighed = ask("shop.product_change", product=product["id"], weight_grams=250)
    assert [answer["ok"]["weight_grams"] for answer in weighed] == [250, 250]
    kept = ask("shop.product_change", product=product["id"], name="Gelang")
    assert [answer["ok"]["weight_grams"] for answer in kept] == [250, 250]
    removed = ask("shop.product_change", product=product["id"], weight_grams=None)
    assert [answer["ok"]["weight_grams"] for answer in removed] == [None, None]
    too_heavy = ask("shop.product_change", product=product["id"], weight_grams=500_001)
    assert [answer["err"]["code"] for answer in too_heavy] == ["invalid", "invalid"]
    sorted_in = ask("shop.product_change", product=product["id"], category="gelang")
    assert [answer["ok"]["category"] for answer in sorted_in] == ["gelang", "gelang"]
    unknown = ask("shop.product_change", product=product["id"], category="tiada")
    assert [answer["err"]["code"] for answer in unknown] == ["shop.category_not_found"] * 2
    stock = ask("shop.stock_set", product=product["id"], on_hand=5, idempotency_key="s")
    assert [answer["ok"]["on_hand"] for answer in stock] == [5, 5]
    assert len(ask("shop.products")[1]["ok"]["rows"]) == 1
    assert ask("shop.change", is_open=False)[0]["ok"]["is_open"] is False
    assert Shop.objects.count() == 1


def test_variants_are_made_changed_and_bought_by_commands(doors, ana, bo, product):
    merchant, buyer, this = doors(bo), doors(ana), {"product": str(product.public_id)}

    made = merchant("shop.options_set", **this, options=[{"name": "Warna", "values": ["Merah", "Biru"]}])
    blue = {"values": ["Biru"], "price": rupiah(30_000), "on_hand": 2, "sku": "B", "weight_grams": 90}
    changed = merchant("shop.variants_change", **this, variants=[blue], idempotency_key="v")

    assert [[one["title"] for one in answer["ok"]["variants"]] for answer in made] == [["Merah", "Biru"]] * 2
    assert changed[0]["ok"] == changed[1]["ok"]
    shown = changed[0]["ok"]
    variant = shown["variants"][1]
    assert (variant["price"], variant["sku"], variant["stock"]["on_hand"]) == (rupiah(30_000), "B", 2)
    assert (shown["price"], shown["stock"]["on_hand"], shown["options"]) == (
        rupiah(25_000),
        12,
        [{"name": "Warna", "values": ["Merah", "Biru"]}],
    )
    without = buyer("shop.quote", **this)
    assert [answer["ok"]["why_not"]["code"] for answer in without] == ["shop.variant_needed"] * 2
    quoted = buyer("shop.quote", **this, variant=variant["id"])
    assert [(answer["ok"]["variant"], answer["ok"]["total"]) for answer in quoted] == [
        (variant["id"], rupiah(30_000))
    ] * 2
    bought = buyer("shop.buy", **wish(product, variant=variant["id"], expected_total=rupiah(30_000)))
    assert bought[0]["ok"] == bought[1]["ok"]
    (line,) = buyer("shop.order", order=bought[0]["ok"]["order"])[0]["ok"]["lines"]
    assert (line["name"], line["variant"], line["sku"]) == ("Gelang manik", "Biru", "B")
    counted = merchant("shop.stock_set", **this, variant=variant["id"], on_hand=7, idempotency_key="s")
    assert [answer["ok"]["on_hand"] for answer in counted] == [7, 7]
    last = [{"values": [value], "is_sold": False} for value in ("Merah", "Biru")]
    refused = merchant("shop.variants_change", **this, variants=last, idempotency_key="w")
    assert [answer["err"]["code"] for answer in refused] == ["shop.last_variant"] * 2


def test_order_goes_through_its_states_by_commands(doors, ana, bo, product):
    buyer, merchant = doors(ana), doors(bo)
    quoted = buyer("shop.quote", product=str(product.public_id), quantity=2)
    assert quoted[0]["ok"] == quoted[1]["ok"]
    assert (quoted[0]["ok"]["total"], quoted[0]["ok"]["why_not"]) == (rupiah(50_000), None)

    bought = buyer("shop.buy", **wish(product))

    assert bought[0]["ok"] == bought[1]["ok"]
    order = bought[0]["ok"]["order"]
    today = merchant("shop.sales")
    assert [row["id"] for row in today[0]["ok"]["items"]] == [order]
    assert (today[1]["ok"]["known"], today[1]["ok"]["expected_count"]) == (True, 1)
    for name, fields in (
        ("shop.accept", {"expected_rev": 1}),
        ("shop.pack", {}),
        ("shop.ship", {"courier": "JNE", "resi": "132"}),
        ("shop.correct_resi", {"courier": "JNE", "resi": "123"}),
        ("shop.report_delivery", {}),
    ):
        moved = merchant(name, order=order, **fields)
        assert "ok" in moved[0]
    assert merchant("shop.confirm", order=order)[0]["err"]["code"] == "shop.not_now"
    done = buyer("shop.confirm", order=order)
    assert done[0]["ok"] == done[1]["ok"]
    whole = done[0]["ok"]
    assert (whole["order"]["state"], whole["order"]["rev"], whole["shipment"]["resi"]) == ("completed", 7, "123")
    assert [step["actor"] for step in whole["steps"]] == ["buyer", *["merchant"] * 5, "buyer"]
    assert [step["resi"] for step in whole["steps"]] == ["", "", "", "132", "123", "", ""]
    assert (whole["address"], whole["fee"]) == (ADDRESS, None)
    assert merchant("shop.order", order=order)[0]["ok"]["fee"] == rupiah(0)
    assert buyer("shop.purchases", only="unfinished")[0]["ok"]["expected_count"] == 0
    assert [row["state"] for row in buyer("shop.purchase_changes", after=0)[1]["ok"]["rows"]] == ["completed"]


def test_refusal_is_the_same_over_socket_and_rest(doors, ana, product):
    refused = doors(ana)("shop.buy", **wish(product, expected_total=rupiah(20_000)))

    assert refused[0]["err"] == refused[1]["err"]
    assert (refused[1]["status"], refused[0]["err"]["code"]) == (409, "shop.order_changed")
    assert refused[0]["err"]["params"] == {
        "expected_minor": 20_000_00,
        "total_minor": 25_000_00,
        "price_minor": 25_000_00,
    }
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "1"}, "invalid"),
        ({"quantity": 1.5}, "invalid"),
        ({"quantity": 0}, "shop.quantity_invalid"),
        ({"quantity": -1}, "shop.quantity_invalid"),
        ({"address": {"name": "Ana"}}, "invalid"),
        ({"address": {**ADDRESS, "text": ""}}, "shop.address_invalid"),
        ({"expected_total": {"amount_minor": -1, "asset": "IDR"}}, "money.amount_invalid"),
        ({"expected_total": {"amount_minor": 1, "asset": "XAU"}}, "money.amount_invalid"),
        ({"idempotency_key": ""}, "invalid"),
        ({"idempotency_key": "a\nb"}, "invalid"),
        ({"pin": "000000"}, "payments.pin_wrong"),
        ({"product": "1"}, "invalid"),
        ({"product": "01890000-0000-7000-8000-000000000000"}, "shop.product_not_found"),
        ({"note": "x" * 201}, "shop.text_invalid"),
        ({"note": "a\u0000b"}, "invalid"),
    ],
)
def test_invalid_input_has_a_code_and_a_message(change, code, doors, ana, product):
    socket = doors(ana).socket

    answer = socket.ask("shop.buy", **wish(product, **change))

    assert (answer["err"]["code"], bool(answer["err"]["message"])) == (code, True)
    assert not Order.objects.exists()


def test_outsider_sees_no_order_and_no_shop_of_others(doors, ana, bo, make_user, product, buy):
    order = str(buy(ana, product).order)
    eve = doors(make_user("eve"))

    for name, fields in (
        ("shop.order", {}),
        ("shop.accept", {}),
        ("shop.confirm", {}),
        ("shop.cancel", {}),
        ("shop.ship", {"courier": "JNE", "resi": "1"}),
        ("shop.correct_resi", {"courier": "JNE", "resi": "1"}),
    ):
        refused = eve(name, order=order, **fields)
        assert [answer["err"]["code"] for answer in refused] == ["shop.order_not_found"] * 2
    assert eve("shop.sales")[0]["err"]["code"] == "shop.shop_not_found"
    assert eve("shop.product_change", product=str(product.public_id), name="x")[1]["status"] == 404
    assert eve("shop.purchases")[0]["ok"]["items"] == []
    shop = Shop.objects.get()
    for topic in (f"order:{order}", f"purchases:{ana.public_id}", f"sales:{shop.public_id}", "order:x", "sales:1"):
        assert "err" in eve.socket.ask("watch", topic=topic)
    assert Order.objects.get().version == 1


def test_order_change_is_hinted_to_both_roles(doors, ana, bo, product, buy, now):
    order = buy(ana, product).order
    buyer, merchant = doors(ana).socket, doors(bo).socket
    shop = Shop.objects.get()
    revs = [
        buyer.ask("watch", topic=f"order:{order}")["ok"]["rev"],
        buyer.ask("watch", topic=f"purchases:{ana.public_id}")["ok"]["rev"],
        merchant.ask("watch", topic=f"sales:{shop.public_id}")["ok"]["rev"],
    ]
    assert revs == [1, 1, 1]

    api.accept_order(user_id=bo.pk, order=order, now=now)

    heard = {hint["on"]: hint for hint in buyer.hints()}
    assert {topic: hint["rev"] for topic, hint in heard.items()} == {
        f"order:{order}": 2,
        f"purchases:{ana.public_id}": 2,
    }
    (hint,) = merchant.hints()
    assert hint == {"on": f"sales:{shop.public_id}", "rev": 2, "say": "sales.moved"}


def test_merchant_balance_is_seen_and_paid_out_only_by_the_owner(doors, make_payer, ana, bo, product, buy, now):
    order = buy(ana, product, 2).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)
    as_bo, as_eve = doors(bo, is_trusted=True), doors(make_payer("eve"))

    seen = as_bo("shop.earnings")
    part = as_bo("shop.withdraw", idempotency_key="part", amount=rupiah(20_000))
    rest = as_bo("shop.withdraw", idempotency_key="rest")
    nothing = as_bo("shop.withdraw", idempotency_key="more")
    foreign = as_eve("shop.earnings") + as_eve("shop.withdraw", idempotency_key="eve")

    assert [answer["ok"] for answer in seen] == [{"earned": rupiah(50_000)}] * 2
    assert [answer["ok"] for answer in part] == [{"earned": rupiah(30_000)}] * 2
    assert [answer["ok"] for answer in rest] == [{"earned": rupiah(0)}] * 2
    assert [answer["err"]["code"] for answer in nothing] == ["payments.nothing_to_pay_out"] * 2
    assert [answer["err"]["code"] for answer in foreign] == ["shop.shop_not_found"] * 4
    assert balance(bo, now) == 50_000_00


def test_hidden_and_draft_products_are_quoted_only_to_their_owner(doors, ana, bo, shop, make_product, product, now):
    draft = make_product(shop, name="Draf", listed=False)
    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)

    for one in (product, draft):
        refused = doors(ana)("shop.quote", product=str(one.public_id))
        assert refused[0]["err"] == refused[1]["err"]
        assert refused[0]["err"]["code"] == "shop.product_not_found"
    assert doors(bo)("shop.quote", product=str(product.public_id))[0]["ok"]["why_not"]["code"] == "shop.own_goods"


@pytest.mark.parametrize(("on_hand", "told"), [(0, 0), (3, 3), (10, 10), (37, 10)])
def test_stock_above_ten_is_hidden_from_others(doors, ana, bo, product, now, on_hand, told):
    api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=on_hand, idempotency_key="n", now=now)
    asked = {"product": str(product.public_id)}

    [seen, over_rest] = [answer["ok"]["product"]["stock"] for answer in doors(ana)("shop.quote", **asked)]
    own = doors(bo)("shop.quote", **asked)[0]["ok"]["product"]["stock"]

    assert seen == over_rest == {"on_hand": None, "held": None, "committed": None, "available": told}
    assert own == {"on_hand": on_hand, "held": 0, "committed": 0, "available": on_hand}
