"""The purposes of payments, for the wallet and receipts: a shop and its products, or the sender of an angpao."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from angpao import api as angpao
from payments import api as payments
from payments.api import Purpose
from shop import api as shop
from superapp.accounts import api as accounts


def register() -> None:
    """Register the purpose resolvers and owner finders of shop and angpao."""
    payments.register_purpose_resolver("shop.order", describe_orders, find_orders)
    payments.register_purpose_resolver("shop.storefront", describe_shops)
    payments.register_purpose_resolver(angpao.REFERENCE_PREFIX, describe_angpao)
    payments.register_owner_finder("shop.order", find_order_owners)
    payments.register_owner_finder("shop.storefront", find_shop_owners)
    payments.register_owner_finder(angpao.REFERENCE_PREFIX, find_angpao_owners)


def describe_orders(references: Collection[str]) -> dict[str, Purpose]:
    """Return the shop and the products of each order."""
    ids = _ids(references)
    names = shop.fetch_order_titles(ids.values())
    return {
        reference: Purpose(
            name=name.shop_name,
            items=_items(name),
            number=name.number,
            address=reverse("shop:order", args=[order]),
        )
        for reference, order in ids.items()
        if (name := names.get(order))
    }


def find_orders(buyer_id: int, written: str) -> list[str]:
    """List the references of a buyer's orders whose shop or products have these words in the name."""
    return [f"shop.order:{order}" for order in shop.search_orders(buyer_id, written)]


def describe_shops(references: Collection[str]) -> dict[str, Purpose]:
    """Return the name of each shop that receives a payout."""
    ids = _ids(references)
    names = shop.fetch_shop_names(ids.values())
    return {reference: Purpose(name=names[one]) for reference, one in ids.items() if one in names}


def find_order_owners(reference: str) -> set[int]:
    """Return the two to whom the money of an order may go: its buyer, and the owner of the shop."""
    return shop.find_order_parties(_ids([reference]).values())


def find_shop_owners(reference: str) -> set[int]:
    """Return the owner of a shop."""
    return shop.find_shop_owners(_ids([reference]).values())


def describe_angpao(references: Collection[str]) -> dict[str, Purpose]:
    """Return the sender and the message of each angpao."""
    ids = _ids(references)
    sent = angpao.fetch_senders(set(ids.values()))
    people = accounts.get_people({sender_id for sender_id, _message in sent.values()})
    return {
        reference: Purpose(name=people[sender_id]["name"], items=message)
        for reference, one in ids.items()
        if one in sent
        for sender_id, message in [sent[one]]
        if sender_id in people
    }


def find_angpao_owners(reference: str) -> set[int]:
    """Return the sender of an angpao, to whom goes back what nobody opens."""
    return {sender_id for sender_id, _message in angpao.fetch_senders(_ids([reference]).values()).values()}


def _items(order: shop.OrderTitle) -> str:
    first = f"{order.first_item} ×\u00a0{order.quantity}" if order.quantity > 1 else order.first_item
    others = order.pieces - order.quantity
    return _("{first} and {count} more").format(first=first, count=others) if others else first


def _ids(references: Collection[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for reference in references:
        try:
            found[reference] = UUID(reference.partition(":")[2])
        except ValueError:  # The reference is of another form and has no name.
            continue
    return found
