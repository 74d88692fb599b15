"""Requests to buy: lines, shop by shop, where they go, and the total that the buyer agrees to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import msgspec

from shop import errors
from shop.contracts.values import Address
from shop.domain import text_cleaning
from shop.models import KEY_CHARS_MAX, Order
from superapp.accounts import api as accounts
from superapp.core.errors import ErrorCollector, InputInvalid
from superapp.core.money import Money

QUANTITY_MAX = 1_000
# In one purchase.
LINES_MAX = 50
SHOPS_MAX = 20
ADDRESS_CHARS_MAX = {"name": 60, "phone": 30, "text": 300, "town": 60}

_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """A quantity of a variant that is to be bought; of the only one of the product if ``variant`` is None."""

    product: UUID
    quantity: int
    variant: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequestedOrder:
    """Lines to be bought from one shop, in one order, with a note for it."""

    lines: tuple[PurchaseLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRequest:
    """A validated request to buy from one shop or several, with an order for each, at an agreed total."""

    buyer_id: int
    orders: tuple[RequestedOrder, ...]
    address: Address
    expected_total: Money
    idempotency_key: str
    # The device on which it is placed; a retry from another device is the same request.
    device_id: int | None = None

    @property
    def content_hash(self) -> str:
        """
        The hash of everything that the buyer agreed to.

        One line, and one order, have the hash of versions before there were several, so that their keys can be retried.
        """
        total = self.expected_total.to_wire()
        if len(self.orders) > 1:
            return _hash([[[_content(order), order.note] for order in self.orders], self.address, total])
        (order,) = self.orders
        agreed = [self.address, order.note, total]
        if len(order.lines) > 1:
            return _hash([_content(order), *agreed])
        (line,) = order.lines
        return _hash([str(line.product), line.quantity, *agreed, *_variant(line)])


def _content(order: RequestedOrder) -> list[object]:
    return [[str(line.product), line.quantity, *_variant(line)] for line in order.lines]


def _variant(line: PurchaseLine) -> list[str]:
    return [str(line.variant)] if line.variant is not None else []


def _hash(content: list[object]) -> str:
    return hashlib.sha256(_canonical(content)).hexdigest()


def build_purchase_request(
    *,
    buyer_id: int,
    product: UUID,
    variant: UUID | None = None,
    quantity: int,
    address: Address,
    note: str,
    expected_total: Money,
    idempotency_key: str,
    device_id: int | None = None,
) -> PurchaseRequest:
    """
    Validate the fields of a purchase of one variant and return the request.

    :raises QuantityInvalid, AddressInvalid, TextInvalid, AmountInvalid, InputInvalid: if a field is invalid
    """
    return build_request_of_lines(
        buyer_id=buyer_id,
        lines=[PurchaseLine(product, quantity, variant)],
        address=address,
        note=note,
        expected_total=expected_total,
        idempotency_key=idempotency_key,
        device_id=device_id,
    )


def build_request_of_lines(
    *,
    buyer_id: int,
    lines: Sequence[PurchaseLine],
    address: Address,
    note: str,
    expected_total: Money,
    idempotency_key: str,
    device_id: int | None = None,
) -> PurchaseRequest:
    """
    Validate the fields of a purchase from one shop and return the request.

    :raises QuantityInvalid, AddressInvalid, TextInvalid, AmountInvalid, InputInvalid: if a field is invalid
    """
    return build_request_of_orders(
        buyer_id=buyer_id,
        orders=[RequestedOrder(tuple(lines), note)],
        address=address,
        expected_total=expected_total,
        idempotency_key=idempotency_key,
        device_id=device_id,
    )


def build_request_of_orders(
    *,
    buyer_id: int,
    orders: Sequence[RequestedOrder],
    address: Address,
    expected_total: Money,
    idempotency_key: str,
    device_id: int | None = None,
) -> PurchaseRequest:
    """
    Validate the fields of a purchase with an order for each shop and return the request.

    :raises QuantityInvalid, AddressInvalid, TextInvalid, AmountInvalid, InputInvalid: if a field is invalid
    """
    if not 0 < len(idempotency_key) <= KEY_CHARS_MAX or not idempotency_key.isprintable():
        raise InputInvalid(detail="idempotency_key")
    if not 0 < len(orders) <= SHOPS_MAX:
        raise InputInvalid(detail="orders")
    if not all(order.lines for order in orders) or sum(len(order.lines) for order in orders) > LINES_MAX:
        raise InputInvalid(detail="lines")
    refused = ErrorCollector()
    cleaned, agreed = address, list[RequestedOrder]()
    for line in (line for order in orders for line in order.lines):
        with refused:
            require_quantity(line.quantity)
    with refused:
        cleaned = clean_address(address)
    for order in orders:
        with refused:
            agreed.append(RequestedOrder(tuple(order.lines), clean_note(order.note)))
    refused.raise_first()
    return PurchaseRequest(
        buyer_id=buyer_id,
        orders=tuple(agreed),
        address=cleaned,
        expected_total=expected_total.require_positive(),
        idempotency_key=idempotency_key,
        device_id=device_id,
    )


def validate_purchase(*, quantity: int, address: Address, note: str) -> tuple[int, Address, str]:
    """
    Return quantity, address and note in their stored form.

    :raises QuantityInvalid, AddressInvalid, TextInvalid: the first error, with the others attached
    """
    refused = ErrorCollector()
    pieces, cleaned, said = 0, address, ""
    with refused:
        pieces = require_quantity(quantity)
    with refused:
        cleaned = clean_address(address)
    with refused:
        said = clean_note(note)
    refused.raise_first()
    return pieces, cleaned, said


def clean_note(written: str) -> str:
    """Return a note for a shop in its stored form. :raises TextInvalid:"""
    return text_cleaning.clean_lines(written, field="note", chars_max=Order.NOTE_CHARS_MAX)


def clean_address(written: Address) -> Address:
    """
    Return the address in its stored form, with every field filled in.

    :raises AddressInvalid: for the first field that is empty, too long or not a phone number, with one more for each
        further such field
    """
    refused = ErrorCollector()
    cleaned: dict[str, str] = {}
    for field in ADDRESS_CHARS_MAX:
        with refused:
            cleaned[field] = _address_line(str(written.get(field, "")), field)
    refused.raise_first()
    return cast("Address", cleaned)


def _address_line(written: str, field: str) -> str:
    clean = text_cleaning.clean_lines if field == "text" else text_cleaning.clean_line
    try:
        cleaned = clean(written, field=field, chars_max=ADDRESS_CHARS_MAX[field], may_be_empty=False)
    except errors.TextInvalid:
        raise errors.AddressInvalid(field=field) from None
    if field == "phone" and not accounts.is_callable_number(cleaned):
        raise errors.AddressInvalid(field=field)
    return cleaned


def require_quantity(written: int) -> int:
    """
    Return a number of pieces that may be bought at once.

    :raises QuantityInvalid: if it is not one
    """
    if type(written) is not int or not 1 <= written <= QUANTITY_MAX:
        raise errors.QuantityInvalid(quantity_min=1, quantity_max=QUANTITY_MAX)
    return written
