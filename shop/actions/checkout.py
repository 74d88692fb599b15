"""Actions of checkout: place and pay the orders of a purchase in one transaction, once under its idempotency key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from payments import api as payments
from shop import errors, push
from shop.actions.purchase_requests import PurchaseRequest, RequestedOrder, require_quantity
from shop.contracts.values import (
    PUBLIC_STOCK_MAX,
    CheckoutCompleted,
    CheckoutRefused,
    CheckoutResult,
    CheckoutTotalChanged,
    PlacedOrder,
)
from shop.events import OrderPlaced
from shop.models import Attempt, Order, OrderCounter
from shop.queries import catalog, order_fees, orders
from shop.queries.catalog import Offer
from shop.writers import order_writer
from shop.writers.order_writer import DraftLine, OrderDraft, PlacedRevs, PurchaseDraft
from superapp.accounts import api as accounts
from superapp.core import clock, ids, outbox, prepared
from superapp.core.errors import DomainError, InputInvalid
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.money import IDR, Money
from superapp.core.retry_on_deadlock import retry_on_deadlock

ATTEMPTS_MAX = 3
# Orders of one buyer with one shop within a day, without shipped ones. Each order adds a card to their conversation.
OPEN_ORDERS_PER_DAY_MAX = 60
# The database grants contended row locks in no fair order, and each waiting transaction slows the others. With two at a
# time in each process the throughput is the same and waiting times are even; docs/speed.md has the figures. In
# requests, core.lock_timeout ends a wait for a row, so that the slot is freed.
CHECKOUT_SLOTS = FairSemaphore(2)
SLOT_WAIT_SECONDS_MAX = 5


class _CheckoutStopped(Exception):
    """A refusal that rolls the transaction back; it is stored afterwards."""

    def __init__(self, refusal: CheckoutTotalChanged | CheckoutRefused) -> None:
        super().__init__()
        self.refusal = refusal


# An offer and how many pieces of it are to be bought; the lines of one shop.
OfferedLine = tuple[Offer, int]
OfferedOrder = Sequence[OfferedLine]


class _StockExhausted(Exception):
    """The pieces that were available when the offer was read are sold."""


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


def place_purchase(
    purchase: PurchaseRequest, *, authorization: payments.Authorization, now: datetime
) -> CheckoutResult:
    """
    Place and pay an order in each shop of a purchase, all or none, and return the result, new or stored.
    ``authorization`` proves the PIN.

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
            return _store_refusal(purchase, _find_exhausted(_pipeline_offers(purchase)()), now)
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
        pending_offers = _pipeline_offers(purchase)
        open_today = [
            orders.pipeline_open_orders_today(purchase.buyer_id, order.lines[0].product, now)
            for order in purchase.orders
        ]
    # Fetch every cursor before returning or raising: on SQLite an unfetched SELECT keeps its read snapshot open, and a
    # retry on the same connection then fails with "database is locked".
    before, placed_today = _stored_result(purchase, attempt()), max(count() for count in open_today)
    if before is not None:
        return before
    offered = pending_offers()
    draft = build_draft(purchase, offered, now)
    refusal = find_refusal(offered, purchase.buyer_id, draft.paid_by_buyer, purchase.expected_total)
    if refusal:
        raise _CheckoutStopped(refusal)
    if placed_today >= OPEN_ORDERS_PER_DAY_MAX:
        raise errors.TooManyOrders(orders_max=OPEN_ORDERS_PER_DAY_MAX, retry_after=3600)
    buyer = offered[0][0][0].buyer or _create_buyer_counter(purchase.buyer_id)
    with transaction.atomic():
        revs = _write_and_pay(draft, offered, authorization)
        push_orders(draft, offered, revs, buyer=buyer)
    return CheckoutCompleted(draft.purchase, tuple(PlacedOrder(one.order, one.number) for one in draft.orders))


def _pipeline_offers(purchase: PurchaseRequest) -> Callable[[], list[OfferedOrder]]:
    """
    Queue the read of the offers of a purchase, and return the function that fetches them with their pieces.

    :raises ProductNotFound, VariantNotFound, VariantNeeded: by the fetch, for the first line that has no offer
    :raises SeveralShops: by the fetch, if not all lines of an order are of one shop
    :raises QuantityInvalid: by the fetch, if the lines of a variant are too many pieces together
    :raises InputInvalid: by the fetch, if two orders are of the same shop
    """
    pending = [_pipeline_lines(order, purchase.buyer_id) for order in purchase.orders]

    def offered() -> list[OfferedOrder]:
        found: list[OfferedOrder] = []
        problem: DomainError | None = None
        for lines in pending:
            try:
                found.append(lines())
            except DomainError as refusal:
                problem = problem or refusal
        if problem is not None:
            raise problem
        if len({lines[0][0].shop_id for lines in found}) < len(found):
            raise InputInvalid(detail="orders")
        return found

    return offered


def _pipeline_lines(order: RequestedOrder, buyer_id: int) -> Callable[[], list[OfferedLine]]:
    """Queue the read of the lines of one shop. Lines of the same variant become one, in the place of the first."""
    pending = [
        (catalog.pipeline_offer(line.product, line.variant, buyer_id=buyer_id), line.quantity) for line in order.lines
    ]

    def lines() -> list[OfferedLine]:
        merged: dict[int, OfferedLine] = {}
        problem: DomainError | None = None
        for offer, pieces in pending:
            # Each is fetched, even if one before it is refused.
            try:
                found = offer()
            except DomainError as refusal:
                problem = problem or refusal
            else:
                before = merged[found.variant_id][1] if found.variant_id in merged else 0
                merged[found.variant_id] = (found, before + pieces)
        if problem is not None:
            raise problem
        if len({offer.shop_id for offer, _pieces in merged.values()}) > 1:
            raise errors.SeveralShops
        return [(offer, require_quantity(pieces)) for offer, pieces in merged.values()]

    return lines


def _create_buyer_counter(buyer_id: int) -> UUID:
    """Create the order counter of a first-time buyer, and return the buyer's public id."""
    public_id = accounts.get_public_ids({buyer_id})[buyer_id]
    OrderCounter.objects.get_or_create(user_id=buyer_id, defaults={"public_id": public_id})
    return public_id


def _write_and_pay(
    draft: PurchaseDraft, offered: Sequence[OfferedOrder], authorization: payments.Authorization
) -> dict[UUID, PlacedRevs]:
    """
    Write the orders and pay them in two round trips; the most contended rows are locked last and held shortest.

    Each order has a journal of its own, so that nothing that happens to one touches another.
    """
    with prepared.pipeline():
        order_writer.pipeline_uncontended_rows(draft)
        for order, lines in zip(draft.orders, offered, strict=True):
            outbox.pipeline_publish(order_placed_event(draft, order, lines[0][0]))
        routes = [
            payments.pipeline_escrow_route(reference=order.reference, payer_id=draft.buyer_id, asset=IDR, now=draft.now)
            for order in draft.orders
        ]
    escrows = [route() for route in routes]
    with prepared.pipeline():
        placed = order_writer.pipeline_contended_rows(draft)
        paid = [
            payments.pipeline_pay_into_escrow(
                escrow,
                amount=order.paid_by_buyer,
                authorization=authorization,
                idempotency_key=order.reference,
                now=draft.now,
            )
            for order, escrow in zip(draft.orders, escrows, strict=True)
        ]
    revs = placed()
    if revs is None:
        raise _StockExhausted
    for answer in [answered() for answered in paid]:
        if isinstance(answer, payments.Refused):
            raise _CheckoutStopped(CheckoutRefused(answer.code, {}))
    return revs


def push_orders(
    draft: PurchaseDraft, offered: Sequence[OfferedOrder], revs: dict[UUID, PlacedRevs], *, buyer: UUID
) -> None:
    """Send, after the commit, the revs of new orders to those who look at them."""
    for order, lines in zip(draft.orders, offered, strict=True):
        placed = revs[order.order]
        push.order_moved(
            order.order,
            version=1,
            buyer=buyer,
            purchase_rev=placed.purchase_rev,
            shop=lines[0][0].shop,
            sale_rev=placed.sale_rev,
        )


def build_draft(purchase: PurchaseRequest, offered: Sequence[OfferedOrder], now: datetime) -> PurchaseDraft:
    """Return the orders that a purchase makes of what its shops offer."""
    return PurchaseDraft(
        purchase=ids.new_id(),
        buyer_id=purchase.buyer_id,
        orders=tuple(_draft_order(order, lines, now) for order, lines in zip(purchase.orders, offered, strict=True)),
        address=purchase.address,
        idempotency_key=purchase.idempotency_key,
        content_hash=purchase.content_hash,
        device_id=purchase.device_id,
        now=now,
    )


def _draft_order(order: RequestedOrder, lines: OfferedOrder, now: datetime) -> OrderDraft:
    offer, _pieces = lines[0]
    items = sum(one.price_sen * pieces for one, pieces in lines)
    return OrderDraft(
        order=ids.new_id(),
        shop_id=offer.shop_id,
        shop_name=offer.shop_name,
        shop_town=offer.shop_town,
        lines=tuple(draft_line(one, pieces) for one, pieces in lines),
        fee_rule=order_fees.choose_fee_rule(Money(items), now),
        note=order.note,
        number_id=ids.new_id(),
        now=now,
    )


def draft_line(offer: Offer, quantity: int) -> DraftLine:
    """Return a line of an order with what is copied into it."""
    return DraftLine(
        variant_id=offer.variant_id,
        product_name=offer.name,
        variant_title=offer.variant_title,
        sku=offer.sku,
        photo=offer.photo,
        price_sen=offer.price_sen,
        quantity=quantity,
    )


def order_placed_event(purchase: PurchaseDraft, draft: OrderDraft, offer: Offer) -> OrderPlaced:
    """Return the fact that an order of a purchase was placed."""
    return OrderPlaced(
        order=str(draft.order),
        number=draft.number,
        version=1,
        state=Order.State.PAID.value,
        cancelled_by="",
        shop=str(offer.shop),
        shop_handle=offer.shop_handle,
        shop_name=draft.shop_name,
        buyer_id=purchase.buyer_id,
        merchant_id=offer.merchant_id,
        items=sum(line.quantity for line in draft.lines),
        first_item=draft.lines[0].full_name,
        total_minor=draft.total.amount_minor,
        asset=IDR,
        at=clock.to_wire(draft.now),
    )


def find_refusal(
    offered: Sequence[OfferedOrder], buyer_id: int | None, total: Money, expected: Money
) -> CheckoutTotalChanged | CheckoutRefused | None:
    """
    Return the reason why the purchase would be refused, or None; nothing is reserved.

    Of several shops, ``shop`` of the refusal counts the one that it is about, and of several lines ``line`` that of the
    shop, both from 1. The price of a changed total is that of the first line.

    :raises StockUnknown: if a stock could not be read
    """
    placed = _with_places(offered)
    for place, offer, _pieces in placed:
        if offer.merchant_id == buyer_id:
            return CheckoutRefused(errors.OwnGoods.code, {name: at for name, at in place.items() if name == "shop"})
    for place, offer, _pieces in placed:
        if not offer.is_for_sale:
            return CheckoutRefused(errors.NotForSale.code, place)
    if total != expected:
        return CheckoutTotalChanged(expected, total, Money(placed[0][1].price_sen))
    for place, offer, pieces in placed:
        if (left := _require_available(offer)) < pieces:
            return insufficient_stock(left, place)
    return None


def _with_places(offered: Sequence[OfferedOrder]) -> list[tuple[dict[str, int], Offer, int]]:
    """Return all lines, each with the parameters that name its place in a refusal."""
    return [
        ({**({"shop": shop} if len(offered) > 1 else {}), **({"line": line} if is_one_of_several else {})}, *offer)
        for shop, lines in enumerate(offered, 1)
        for is_one_of_several in [len(lines) > 1 or len(offered) > 1]
        for line, offer in enumerate(lines, 1)
    ]


def _find_exhausted(offered: Sequence[OfferedOrder]) -> CheckoutRefused:
    """Return the refusal for the line of which too few were left; the first, if pieces came back since."""
    placed = _with_places(offered)
    short = (line for line in placed if _require_available(line[1]) < line[2])
    place, offer, pieces = next(short, placed[0])
    return insufficient_stock(min(_require_available(offer), pieces - 1), place)


def insufficient_stock(left: int, line: dict[str, int] | None = None) -> CheckoutRefused:
    """Return the refusal for insufficient stock; the number left is disclosed only up to the public limit."""
    if left > PUBLIC_STOCK_MAX:
        return CheckoutRefused(errors.NotThatMany.code, line or {})
    return CheckoutRefused(errors.SoldOut.code, {"left": left, **(line or {})})


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
