"""People whose texts are written through every door, for the tests of what is stored of them."""

from __future__ import annotations

import json

from tests.harness.socket_client import browser_on, log_in
from tests.payments.purses import PIN
from tests.shop.conftest import ADDRESS


class World:
    """Bo's shop with an order of ana's, a conversation of the two, and their browsers."""

    def __init__(self, ana, bo, product, order, conversation):
        self.product, self.order, self.conversation = product, order, conversation
        self.users = {"ana": ana, "bo": bo}
        self.browsers = {name: browser_on(log_in(user)) for name, user in self.users.items()}

    def rest(self, who, method, path, **fields):
        send = getattr(self.browsers[who], method)
        return send(f"/api/v1/{path}", json.dumps(fields), content_type="application/json")

    def message(self, body, client_id="m1"):
        path = f"conversations/{self.conversation}/messages"
        return self.rest("ana", "post", path, client_id=client_id, body=body)

    def attach(self, **attachment):
        path = f"conversations/{self.conversation}/messages"
        return self.rest("ana", "post", path, client_id="m3", body="", attachment=attachment)

    def make_group(self, title):
        return self.rest("ana", "post", "groups", title=title, users=[], idempotency_key="k")

    def change_group(self, **fields):
        group = self.make_group("Arisan").json()["conversation"]["id"]
        return self.rest("ana", "patch", f"conversations/{group}/group", **fields)

    def edit(self, body):
        seq = self.message("halo", "m2").json()["seq"]
        return self.rest("ana", "patch", f"conversations/{self.conversation}/messages/{seq}", body=body, edits=0)

    def buy(self, **fields):
        fields = {"address": ADDRESS, "note": "", **fields}
        return self.rest(
            "ana",
            "post",
            "orders",
            product=str(self.product.public_id),
            quantity=1,
            expected_total={"amount_minor": 25_000_00, "asset": "IDR"},
            pin=PIN,
            idempotency_key="k",
            **fields,
        )

    def add_product(self, **fields):
        fields = {"name": "Gelang", "description": "", **fields}
        price = {"amount_minor": 5_000_00, "asset": "IDR"}
        return self.rest("bo", "post", "shop/products", price=price, quantity=1, idempotency_key="k", **fields)

    def set_options(self, name, value):
        options = [{"name": name, "values": [value]}]
        return self.rest("bo", "put", f"shop/products/{self.product.public_id}/options", options=options)

    def change_variant(self, **fields):
        path = f"shop/products/{self.product.public_id}/variants"
        return self.rest("bo", "patch", path, variants=[{"values": [], **fields}], idempotency_key="k")

    def ship(self, **fields):
        self.rest("bo", "post", f"orders/{self.order}/accept")
        return self.rest("bo", "post", f"orders/{self.order}/ship", **{"courier": "JNE", "resi": "JT1", **fields})

    def correct(self, **fields):
        self.ship()
        return self.rest("bo", "put", f"orders/{self.order}/resi", **{"courier": "JNE", "resi": "JT2", **fields})

    def open_shop(self, **fields):
        return self.rest("ana", "post", "shop", **{"handle": "toko-ana", "name": "Manik", "town": "Yogya", **fields})

    def change_product(self, **fields):
        return self.rest("bo", "patch", f"shop/products/{self.product.public_id}", **fields)

    def send_money(self, memo):
        return self.rest(
            "ana",
            "post",
            "wallet/send",
            user=str(self.users["bo"].public_id),
            amount={"amount_minor": 100, "asset": "IDR"},
            pin=PIN,
            idempotency_key="k",
            memo=memo,
        )
