"""Actions of checkout: place and pay an order in one transaction, once under its idempotency key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from payments import api as payments
from shop import errors, push
from shop.contracts.values import (
    PUBLIC_STOCK_MAX,
    Address,
    CheckoutCompleted,
    CheckoutRefused,
    CheckoutResult,
    CheckoutTotalChanged,
)
from shop.domain import text_cleaning
from shop.domain.product_options import name_with_variant
from shop.events import OrderPlaced
from shop.models import KEY_CHARS_MAX, Attempt, Order, OrderCounter
from shop.queries import catalog, order_fees, orders
from shop.queries.catalog import Offer
from shop.writers import order_writer
from shop.writers.order_writer import OrderDraft
from superapp.accounts import api as accounts
from superapp.core import clock, ids, outbox, prepared
from superapp.core.errors import ErrorCollector, InputInvalid
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.money import IDR, Money
from superapp.core.retry_on_deadlock import retry_on_deadlock

QUANTITY_MAX = 1_000
# The fee rule of new orders.
ADDRESS_CHARS_MAX = {"name": 60, "phone": 30, "text": 300, "town": 60}
ATTEMPTS_MAX = 3
# Orders of one buyer with one shop within a day, without shipped ones. Each order adds a card to their conversation.
OPEN_ORDERS_PER_DAY_MAX = 60
# The database grants contended row locks in no fair order, and each waiting transaction slows the others. With two at a
# time in each process the throughput is the same and waiting times are even; docs/speed.md has the figures. In
# requests, core.lock_timeout ends a wait for a row, so that the slot is freed.
CHECKOUT_SLOTS = FairSemaphore(2)
SLOT_WAIT_SECONDS_MAX = 5

_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRequest:
    """A validated request to buy a variant at an agreed total; the only one of the product if ``variant`` is None."""

    buyer_id: int
    product: UUID
    variant: UUID | None = None
    quantity: int
    address: Address
    note: str
    expected_total: Money
    idempotency_key: str
    # The device on which it is placed; a retry from another device is the same request.
    device_id: int | None = None

    @property
    def content_hash(self) -> str:
        content = [str(self.product), self.quantity, self.address, self.note, self.expected_total.to_wire()]
        # Without a variant the hash is that of versions before there were any, so that their keys can be retried.
        if self.variant is not None:
            content.append(str(self.variant))
        return hashlib.sha256(_canonical(content)).hexdigest()


class _CheckoutStopped(Exception):
    """A refusal that rolls the transaction back; it is stored afterwards."""

    def __init__(self, refusal: CheckoutTotalChanged | CheckoutRefused) -> None:
        super().__init__()
        self.refusal = refusal


class _StockExhausted(Exception):
    """The pieces that were available when the offer was read are sold."""


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
    Validate the fields of a purchase and return the request.

    :raises QuantityInvalid, AddressInvalid, TextInvalid, AmountInvalid, InputInvalid: if a field is invalid
    """
    if not 0 < len(idempotency_key) <= KEY_CHARS_MAX or not idempotency_key.isprintable():
        raise InputInvalid(detail="idempotency_key")
    pieces, cleaned, said = validate_purchase(quantity=quantity, address=address, note=note)
    return PurchaseRequest(
        buyer_id=buyer_id,
        product=product,
        variant=variant,
        quantity=pieces,
        address=cleaned,
        note=said,
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
        said = text_cleaning.clean_lines(note, field="note", chars_max=Order.NOTE_CHARS_MAX)
    refused.raise_first()
    return pieces, cleaned, said


def find_response(purchase: PurchaseRequest) -> CheckoutResult | None:
    """
    Return the result that is stored under the key of this request, or None.

    :raises KeyReused: if the key was used with other fields
    """
    return _stored_result(purchase, orders.pipeline_attempt(purchase.buyer_id, purchase.idempotency_key)())


def _stored_result(purchase: PurchaseRequest, attempt: Attempt | None) -> CheckoutResult | None:
    if attempt is None:
        return None
    if attempt.content_hash != purchase.content_hash:
        raise errors.KeyReused
    return order_writer.result_of_attempt(attempt)


def place_order(purchase: PurchaseRequest, *, authorization: payments.Authorization, now: datetime) -> CheckoutResult:
    """
    Place and pay an order, and return the result, new or stored. ``authorization`` proves the PIN.

    Refusals are checked in this order: own product, not for sale (also if the owner blocked the buyer), total changed,
    stock, balance. A database error raises and stores nothing; so do a full queue (``Unavailable``) and too many orders
    in a day (``TooManyOrders``).

    :raises KeyReused: if the key was used with other fields
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return retry_on_deadlock(lambda: _place_in_turn(purchase, authorization, now))
        except _CheckoutStopped as stopped:
            return _store_refusal(purchase, stopped.refusal, now)
        except _StockExhausted:
            left = _require_available(
                catalog.pipeline_offer(purchase.product, purchase.variant, buyer_id=purchase.buyer_id)()
            )
            return _store_refusal(purchase, insufficient_stock(min(left, purchase.quantity - 1)), now)
        except IntegrityError:
            # A concurrent call used the key first, or the random order number is already in use.
            before = find_response(purchase)
            if before is not None:
                return before
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("the last try returned or raised")


def _place_in_turn(purchase: PurchaseRequest, authorization: payments.Authorization, now: datetime) -> CheckoutResult:
    with CHECKOUT_SLOTS.acquired(SLOT_WAIT_SECONDS_MAX):
        return _place_once(purchase, authorization, now)


def _place_once(purchase: PurchaseRequest, authorization: payments.Authorization, now: datetime) -> CheckoutResult:
    with prepared.pipeline():
        attempt = orders.pipeline_attempt(purchase.buyer_id, purchase.idempotency_key)
        pending_offer = catalog.pipeline_offer(purchase.product, purchase.variant, buyer_id=purchase.buyer_id)
        open_today = orders.pipeline_open_orders_today(purchase.buyer_id, purchase.product, now)
    # Fetch every cursor before returning or raising: on SQLite an unfetched SELECT keeps its read snapshot open, and a
    # retry on the same connection then fails with "database is locked".
    before, placed_today = _stored_result(purchase, attempt()), open_today()
    if before is not None:
        return before
    offer = pending_offer()
    draft = _build_draft(purchase, offer, now)
    refusal = find_refusal(offer, purchase.quantity, purchase.buyer_id, draft.total, purchase.expected_total)
    if refusal:
        raise _CheckoutStopped(refusal)
    if placed_today >= OPEN_ORDERS_PER_DAY_MAX:
        raise errors.TooManyOrders(orders_max=OPEN_ORDERS_PER_DAY_MAX, retry_after=3600)
    buyer = offer.buyer or _create_buyer_counter(purchase.buyer_id)
    with transaction.atomic():
        purchase_rev, sale_rev = _write_and_pay(draft, offer, authorization)
        push.order_moved(
            draft.order, version=1, buyer=buyer, purchase_rev=purchase_rev, shop=offer.shop, sale_rev=sale_rev
        )
    return CheckoutCompleted(draft.order, draft.number)


def _create_buyer_counter(buyer_id: int) -> UUID:
    """Create the order counter of a first-time buyer, and return the buyer's public id."""
    public_id = accounts.get_public_ids({buyer_id})[buyer_id]
    OrderCounter.objects.get_or_create(user_id=buyer_id, defaults={"public_id": public_id})
    return public_id


def _write_and_pay(draft: OrderDraft, offer: Offer, authorization: payments.Authorization) -> tuple[int, int]:
    """Write the order and pay it in two round trips; the most contended rows are locked last and held shortest."""
    with prepared.pipeline():
        order_writer.pipeline_uncontended_rows(draft)
        outbox.pipeline_publish(order_placed_event(draft, offer))
        route = payments.pipeline_escrow_route(
            reference=draft.reference, payer_id=draft.buyer_id, asset=IDR, now=draft.now
        )
    accounts = route()
    with prepared.pipeline():
        placed = order_writer.pipeline_contended_rows(draft)
        paid = payments.pipeline_pay_into_escrow(
            accounts,
            amount=draft.total,
            authorization=authorization,
            idempotency_key=draft.reference,
            now=draft.now,
        )
    revs = placed()
    if revs is None:
        raise _StockExhausted
    answer = paid()
    if isinstance(answer, payments.Refused):
        raise _CheckoutStopped(CheckoutRefused(answer.code, {}))
    return revs


def _build_draft(purchase: PurchaseRequest, offer: Offer, now: datetime) -> OrderDraft:
    return OrderDraft(
        order=ids.new_id(),
        buyer_id=purchase.buyer_id,
        shop_id=offer.shop_id,
        variant_id=offer.variant_id,
        shop_name=offer.shop_name,
        shop_town=offer.shop_town,
        product_name=offer.name,
        variant_title=offer.variant_title,
        sku=offer.sku,
        photo=offer.photo,
        price_sen=offer.price_sen,
        quantity=purchase.quantity,
        shipping_sen=0,
        fee_rule=order_fees.choose_fee_rule(Money(offer.price_sen * purchase.quantity), now),
        address=purchase.address,
        note=purchase.note,
        idempotency_key=purchase.idempotency_key,
        content_hash=purchase.content_hash,
        device_id=purchase.device_id,
        number_id=ids.new_id(),
        now=now,
    )


def order_placed_event(draft: OrderDraft, offer: Offer) -> OrderPlaced:
    """Return the fact that an order was placed."""
    return OrderPlaced(
        order=str(draft.order),
        number=draft.number,
        version=1,
        state=Order.State.PAID.value,
        cancelled_by="",
        shop=str(offer.shop),
        shop_handle=offer.shop_handle,
        shop_name=draft.shop_name,
        buyer_id=draft.buyer_id,
        merchant_id=offer.merchant_id,
        items=draft.quantity,
        first_item=name_with_variant(draft.product_name, draft.variant_title),
        total_minor=draft.total.amount_minor,
        asset=IDR,
        at=clock.to_wire(draft.now),
    )


def find_refusal(
    offer: Offer, quantity: int, buyer_id: int | None, total: Money, expected: Money
) -> CheckoutTotalChanged | CheckoutRefused | None:
    """Return the reason why the purchase would be refused, or None; nothing is reserved. :raises StockUnknown:"""
    if offer.merchant_id == buyer_id:
        return CheckoutRefused(errors.OwnGoods.code, {})
    if not offer.is_for_sale:
        return CheckoutRefused(errors.NotForSale.code, {})
    if total != expected:
        return CheckoutTotalChanged(expected, total, Money(offer.price_sen))
    if (left := _require_available(offer)) < quantity:
        return insufficient_stock(left)
    return None


def insufficient_stock(left: int) -> CheckoutRefused:
    """Return the refusal for insufficient stock; the number left is disclosed only up to the public limit."""
    if left > PUBLIC_STOCK_MAX:
        return CheckoutRefused(errors.NotThatMany.code, {})
    return CheckoutRefused(errors.SoldOut.code, {"left": left})


def _require_available(offer: Offer) -> int:
    """Return the number of available pieces. :raises StockUnknown: if it could not be read, which is not final"""
    if offer.available is None:
        raise errors.StockUnknown(retry_after=30)
    return offer.available


def _store_refusal(
    purchase: PurchaseRequest, refusal: CheckoutTotalChanged | CheckoutRefused, now: datetime
) -> CheckoutResult:
    """Store a refusal under its idempotency key, and return it; if the key has a stored result by now, return that."""
    try:
        with transaction.atomic():
            order_writer.store_refusal(
                buyer_id=purchase.buyer_id,
                idempotency_key=purchase.idempotency_key,
                content_hash=purchase.content_hash,
                refusal=refusal,
                now=now,
            )
    except IntegrityError:
        before = find_response(purchase)
        assert before is not None, "the key was taken"
        return before
    return refusal


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
