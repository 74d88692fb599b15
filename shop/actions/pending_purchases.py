"""
Actions of purchases that are paid from outside: pieces held and an amount expected, until it comes or time is up.

Payments posts the money into the escrow of the order that will be, and says so with ``EscrowPaid``. Money that comes
late, twice or with another amount goes to the buyer's wallet and never reaches the shop.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from payments import api as payments
from shop import errors
from shop.actions import checkout
from shop.actions.purchase_requests import PurchaseLine, PurchaseRequest
from shop.contracts.values import CheckoutResult
from shop.domain.payment_references import order_reference
from shop.models import PendingPurchase
from shop.queries import catalog, order_fees, orders
from shop.queries import pending_purchases as queries
from shop.queries.catalog import Offer
from shop.writers import order_writer, stock_writer
from shop.writers.order_writer import OrderDraft, PurchaseDraft
from superapp.core import ids, outbox, prepared
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money
from superapp.core.retry_on_deadlock import retry_on_deadlock

# Purchases of one buyer that wait at the same time, so that nobody holds the pieces of others for nothing.
OPEN_MAX = 5


class _Refused(Exception):
    """A refusal that rolls the transaction back. Nothing is stored: the same purchase may be tried again."""

    def __init__(self, refusal: CheckoutResult) -> None:
        super().__init__()
        self.refusal = refusal


def list_methods(total: Money) -> list[payments.ChargeMethod]:
    """List the ways in which this total can be paid from outside; empty where no bank is connected."""
    if not settings.BANK_URL:
        return []
    most = Money(settings.QRIS_PAYMENT_MAX_RUPIAH * SEN_PER_RUPIAH)
    return [one for one in payments.ChargeMethod if one != payments.ChargeMethod.QRIS or total <= most]


def open_pending_purchase(
    purchase: PurchaseRequest, *, method: payments.ChargeMethod, now: datetime
) -> PendingPurchase | CheckoutResult:
    """
    Hold the pieces of a purchase of one line and open the charge that pays it, and return it; or why it is refused.

    It happens once under its idempotency key. A buyer who has not paid for the same variant yet gets that purchase
    back. Refusals are those of ``place_purchase`` without the balance, in the same order; none is stored.

    :raises KeyReused: if the key was used with other fields
    :raises WayNotOffered: if this total cannot be paid in this way
    :raises TooManyUnpaid: if the buyer has too many that wait
    :raises TooManyOrders: if the buyer has too many orders with this shop within a day
    """
    try:
        return retry_on_deadlock(lambda: _open_once(purchase, method, now))
    except _Refused as refused:
        return refused.refusal


def place_paid_purchase(order: UUID, *, now: datetime) -> bool:
    """
    Place the order of a purchase whose money is in escrow, and return whether this call did.

    Nothing else is asked: the money is there, so the order is placed even if the product is no longer listed. Its row
    and charge are closed together, so none that has expired was ever paid.
    """
    with transaction.atomic():
        pending = queries.lock_pending_purchase(order)
        if pending is None or pending.state == PendingPurchase.State.PLACED:
            return False
        offer = _agreed_offer(pending)
        _write_order(pending, offer, now)
        _close(pending, PendingPurchase.State.PLACED, now)
    return True


def _agreed_offer(pending: PendingPurchase) -> Offer:
    """Return the offer of a purchase as it was agreed, whatever the variant is called and costs by now."""
    variant = pending.variant
    offer = catalog.pipeline_offer(variant.product.public_id, variant.public_id, buyer_id=pending.buyer_id)()
    return replace(
        offer,
        name=pending.product_name,
        variant_title=pending.variant_title,
        sku=pending.sku,
        price_sen=pending.price_sen,
    )


def expire_pending_purchase(order: UUID, *, now: datetime) -> bool:
    """Return the held pieces of a purchase whose time is over, and return whether this call did; not if it was paid."""
    with transaction.atomic():
        pending = queries.lock_due(order)
        return pending is not None and pending.expires_at <= now and _give_up(pending, None, now)


def cancel_pending_purchase(*, buyer_id: int, order: UUID, now: datetime) -> bool:
    """
    Give up a purchase as its buyer, and return whether it is given up; not if it was paid meanwhile.

    :raises OrderNotFound: if they have none with this id
    """
    with transaction.atomic():
        pending = queries.lock_own_pending_purchase(buyer_id, order)
        if pending.state == PendingPurchase.State.OPEN:
            return _give_up(pending, buyer_id, now)
        return pending.state == PendingPurchase.State.EXPIRED


def choose_method(*, buyer_id: int, order: UUID, method: payments.ChargeMethod, now: datetime) -> None:
    """
    Make this the way in which a waiting purchase is paid; the way before is closed, and money on it goes to the wallet.

    The content of a code is asked of the bank where it is missing.

    :raises OrderNotFound: if they have none with this id
    :raises WayNotOffered: if its total cannot be paid in this way
    :raises BankOutOfReach, BankSaidNo: of payments, if the bank gave no code; another way remains possible
    """
    with transaction.atomic():
        pending = queries.lock_own_pending_purchase(buyer_id, order)
        if pending.state != PendingPurchase.State.OPEN or pending.expires_at <= now:
            return
        _require_offered(method, Money(pending.total_sen))
        reference = order_reference(order)
        charge = payments.find_charge_of(reference)
        if (charge is None or charge.method != method) and payments.expire_charge(reference, now=now):
            charge = _open_charge(pending, method, now)
    if charge is not None:
        payments.fill_charge(charge)


def _open_once(
    purchase: PurchaseRequest, method: payments.ChargeMethod, now: datetime
) -> PendingPurchase | CheckoutResult:
    (order,) = purchase.orders
    (line,) = order.lines
    with transaction.atomic():
        queries.lock_buyer_counter(purchase.buyer_id)
        before = _find_response(purchase)
        if before is not None:
            return before
        offer = catalog.pipeline_offer(line.product, line.variant, buyer_id=purchase.buyer_id)()
        waiting = queries.find_open_of_variant(purchase.buyer_id, offer.variant_id)
        if waiting is not None:
            return waiting
        total = Money(offer.price_sen) * line.quantity
        refusal = checkout.find_refusal([[(offer, line.quantity)]], purchase.buyer_id, total, purchase.expected_total)
        if refusal:
            raise _Refused(refusal)
        _require_offered(method, total)
        _require_few(purchase.buyer_id, line.product, now)
        pending = _create(purchase, line, offer, now)
        _open_charge(pending, method, now)
        # The stock is what others wait for: it is locked last.
        _hold(pending, line)
    return pending


def _find_response(purchase: PurchaseRequest) -> PendingPurchase | CheckoutResult | None:
    """Return what this key led to, or None. :raises KeyReused:"""
    before = queries.find_by_key(purchase.buyer_id, purchase.idempotency_key)
    if before is not None and before.content_hash != purchase.content_hash:
        raise errors.KeyReused
    return before or checkout.find_response(purchase)


def _require_offered(method: payments.ChargeMethod, total: Money) -> None:
    if method not in list_methods(total):
        raise errors.WayNotOffered


def _require_few(buyer_id: int, product: UUID, now: datetime) -> None:
    if queries.count_open(buyer_id) >= OPEN_MAX:
        raise errors.TooManyUnpaid(purchases_max=OPEN_MAX)
    orders_max = checkout.OPEN_ORDERS_PER_DAY_MAX
    if orders.pipeline_open_orders_today(buyer_id, product, now)() >= orders_max:
        raise errors.TooManyOrders(orders_max=orders_max, retry_after=3600)


def _create(purchase: PurchaseRequest, line: PurchaseLine, offer: Offer, now: datetime) -> PendingPurchase:
    return PendingPurchase.objects.create(
        public_id=ids.new_id(),
        buyer_id=purchase.buyer_id,
        variant_id=offer.variant_id,
        product_name=offer.name,
        variant_title=offer.variant_title,
        sku=offer.sku,
        price_sen=offer.price_sen,
        quantity=line.quantity,
        total_sen=offer.price_sen * line.quantity,
        address=purchase.address,
        note=purchase.orders[0].note,
        idempotency_key=purchase.idempotency_key,
        content_hash=purchase.content_hash,
        device_id=purchase.device_id,
        created_at=now,
        expires_at=now + timedelta(minutes=settings.CHARGE_MINUTES),
    )


def _open_charge(pending: PendingPurchase, method: payments.ChargeMethod, now: datetime) -> payments.Charge:
    return payments.open_charge(
        user_id=pending.buyer_id,
        reference=order_reference(pending.public_id),
        method=method,
        amount=Money(pending.total_sen, IDR),
        expires_at=pending.expires_at,
        now=now,
    )


def _hold(pending: PendingPurchase, line: PurchaseLine) -> None:
    held = stock_writer.hold_pieces(
        pending.variant_id,
        pending.quantity,
        reference=order_reference(pending.public_id),
        key=f"order:{pending.public_id}:hold",
        buyer_id=pending.buyer_id,
        now=pending.created_at,
    )
    if not held:
        offer = catalog.pipeline_offer(line.product, line.variant, buyer_id=pending.buyer_id)()
        raise _Refused(checkout.insufficient_stock(min(offer.available or 0, pending.quantity - 1)))


def _unhold(pending: PendingPurchase, actor_id: int | None, now: datetime) -> None:
    stock_writer.unhold_pieces(
        pending.variant_id,
        pending.quantity,
        reference=order_reference(pending.public_id),
        key=f"order:{pending.public_id}:unhold",
        actor_id=actor_id,
        now=now,
    )


def _give_up(pending: PendingPurchase, actor_id: int | None, now: datetime) -> bool:
    """Close a locked purchase and its charge, and free its pieces; False, and nothing changes, if it was paid."""
    if not payments.expire_charge(order_reference(pending.public_id), now=now):
        return False
    _unhold(pending, actor_id, now)
    _close(pending, PendingPurchase.State.EXPIRED, now)
    return True


def _close(pending: PendingPurchase, state: PendingPurchase.State, now: datetime) -> None:
    pending.state, pending.closed_at = state, now
    pending.save(update_fields=["state", "closed_at"])


def _write_order(pending: PendingPurchase, offer: Offer, now: datetime) -> None:
    """Write the rows that an order from the wallet has; the money is there already. Locks as ``place_purchase``."""
    draft = _build_draft(pending, offer, now)
    with prepared.pipeline():
        order_writer.pipeline_uncontended_rows(draft)
        outbox.pipeline_publish(checkout.order_placed_event(draft, draft.orders[0], offer))
    orders.lock_shop_counter(offer.shop_id)
    _unhold(pending, pending.buyer_id, now)
    revs = order_writer.pipeline_contended_rows(draft)()
    assert revs is not None, "the pieces were held until now"
    assert offer.buyer is not None, "the buyer's counter was made with the purchase"
    checkout.push_orders(draft, [[(offer, pending.quantity)]], revs, buyer=offer.buyer)


def _build_draft(pending: PendingPurchase, offer: Offer, now: datetime) -> PurchaseDraft:
    order = OrderDraft(
        order=pending.public_id,
        shop_id=offer.shop_id,
        shop_name=offer.shop_name,
        shop_town=offer.shop_town,
        lines=(checkout.draft_line(offer, pending.quantity),),
        fee_rule=order_fees.choose_fee_rule(Money(pending.total_sen), now),
        note=pending.note,
        number_id=ids.new_id(),
        now=now,
    )
    return PurchaseDraft(
        purchase=pending.public_id,
        buyer_id=pending.buyer_id,
        orders=(order,),
        address=pending.address,
        # A key of its own: the wallet may have paid another order under the buyer's key at the same moment.
        idempotency_key=f"pending:{pending.public_id}",
        content_hash=pending.content_hash,
        device_id=pending.device_id,
        now=now,
    )
