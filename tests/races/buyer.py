"""A process that buys: it makes a world, a purchase, or a transition of an order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from payments.api import get_wallet
from payments.domain import chart_of_accounts
from payments.models import Account
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from shop import api
from shop.actions import checkout, purchase_requests
from superapp.accounts import api as accounts
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN, entry_fields
from tests.harness.socket_client import make_trusted_device

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
PRICE = Money(25_000_00)
ADDRESS: api.Address = {"name": "Ana", "phone": "0812 3456 7890", "text": "Jalan Kaliurang 5", "town": "Yogyakarta"}


def make_world(handle: str) -> dict[str, Any]:
    """A shop with one product, and somebody with money."""
    owner = accounts.create_person(name="Bo", now=NOW)
    buyer = accounts.create_person(name="Ana", now=NOW)
    api.open_shop(owner_id=owner.pk, handle=handle, name="Manik Bo", town="Yogyakarta", now=NOW)
    product = api.add_product(
        owner_id=owner.pk, name="Gelang", price=PRICE, quantity=100, listed=True, idempotency_key=handle, now=NOW
    )
    get_wallet(buyer.pk, now=NOW)
    cash = ledger.get_or_open_account(
        chart_of_accounts.account_code(chart_of_accounts.CASH, handle, "IDR"),
        kind=chart_of_accounts.CASH,
        asset="IDR",
        now=NOW,
    )
    line = TransferLine(cash.pk, Account.objects.get(owner_id=buyer.pk).pk, Money(1_000_000_00))
    funded = ledger.post(
        JournalEntry(key=derive_key("fund", handle, {}), **entry_fields("fund"), lines=(line,)), now=NOW
    )
    assert isinstance(funded, ledger.Posted), funded
    return {"owner": owner.pk, "buyer": buyer.pk, "product": str(product.public_id)}


def buy(order: dict[str, Any]) -> dict[str, Any]:
    purchase = purchase_requests.build_purchase_request(
        buyer_id=order["buyer"],
        product=UUID(order["product"]),
        quantity=1,
        address=ADDRESS,
        note="",
        expected_total=PRICE,
        idempotency_key=order["key"],
    )
    answer = checkout.place_purchase(purchase, authorization=BY_PIN, now=NOW)
    if not isinstance(answer, api.CheckoutCompleted):
        return {"refused": repr(answer)}
    return {"order": str(answer.order), "replayed": answer.replayed}


def move(order: dict[str, Any]) -> dict[str, Any]:
    public_id, user_id = UUID(order["order"]), order["by"]
    extra = {
        "ship_order": {"courier": "JNE", "resi": f"R{order['order']}"},
        "cancel_order": {"reason": "habis", "device_id": make_trusted_device(user_id)},
        "confirm_receipt": {"device_id": make_trusted_device(user_id)},
    }.get(order["move"], {})
    getattr(api, order["move"])(user_id=user_id, order=public_id, expected_rev=None, now=NOW, **extra)
    return {"state": api.fetch_order(user_id=user_id, order=public_id).summary.state}


def obey(order: dict[str, Any]) -> dict[str, Any]:
    if "world" in order:
        return make_world(order["world"])
    return move(order) if "move" in order else buy(order)
