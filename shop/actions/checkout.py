"""Buying: prepared and paid in one commit, and answered once under its key."""

from __future__ import annotations

import hashlib
import random
import time
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from django.db import IntegrityError, OperationalError, transaction

from payments import api as payments
from shop import errors, push, words
from shop.events import OrderPlaced
from shop.log import placing
from shop.log.placing import Draft
from shop.models import KEY_CHARS_MAX, Attempt, Order, OrderCounter
from shop.queries import goods, orders
from shop.queries.goods import Offer
from shop.shapes import AVAILABLE_TOLD_MAX, Address, Answer, Changed, Placed, Quote, Refused
from superapp.accounts import api as accounts
from superapp.core import clock, ids, outbox, prepared
from superapp.core.errors import DomainError, ErrorCollector, InputInvalid
from superapp.core.money import IDR, Money
from superapp.core.turns import Turns

QUANTITY_MAX = 1_000
# By which rule we take our fee of what is sold from now on.
FEE = payments.MICRO
ADDRESS_CHARS_MAX = {"name": 60, "phone": 30, "text": 300, "town": 60}
TRIES_MAX = 3
# Of one buyer with one shop in a day, not counting what was sent: every order is a card where the two talk.
OPEN_A_DAY_MAX = 60
# Who waits for a row of the database is served in no fair order, and makes the others slower. With two at once in each
# process no fewer are served, and the slowest waits like the others: docs/speed.md has the figures. Where people are
# served, core.patience ends the wait for a row that does not come, so that whoever waits for it hands the turn on.
TURNS = Turns(2)
TURN_SECONDS_MAX = 5
# Serialisation failure and deadlock: the database chose a victim, and nothing was written.
_TRY_AGAIN = {"40001", "40P01"}

_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to buy, and agreed to pay for it."""

    buyer_id: int
    product: UUID
    quantity: int
    address: Address
    note: str
    expected_total: Money
    idempotency_key: str
    # The device on which it is placed; a retry from another is the same wish.
    device_id: int | None = None

    @property
    def content_hash(self) -> str:
        content = [str(self.product), self.quantity, self.address, self.note, self.expected_total.wire()]
        return hashlib.sha256(_canonical(content)).hexdigest()


class _NotBought(Exception):
    """The transaction must not commit; what stands in the way is kept afterwards."""

    def __init__(self, refusal: Changed | Refused) -> None:
        super().__init__()
        self.refusal = refusal


class _LastPiecesGone(Exception):
    """They were there when we looked, and gone when we took."""


def wish_for(
    *,
    buyer_id: int,
    product: UUID,
    quantity: int,
    address: Address,
    note: str,
    expected_total: Money,
    idempotency_key: str,
    device_id: int | None = None,
) -> Wish:
    """
    A wish that is in order.

    :raises QuantityInvalid, AddressInvalid, TextInvalid, AmountInvalid:
    """
    if not 0 < len(idempotency_key) <= KEY_CHARS_MAX or not idempotency_key.isprintable():
        raise InputInvalid(detail="idempotency_key")
    pieces, cleaned, said = check_purchase(quantity=quantity, address=address, note=note)
    return Wish(
        buyer_id=buyer_id,
        product=product,
        quantity=pieces,
        address=cleaned,
        note=said,
        expected_total=expected_total.positive(),
        idempotency_key=idempotency_key,
        device_id=device_id,
    )


def check_purchase(*, quantity: int, address: Address, note: str) -> tuple[int, Address, str]:
    """
    Return what is written of a purchase in the form in which it is kept.

    :raises QuantityInvalid, AddressInvalid, TextInvalid: the first, with every further one beside it
    """
    refused = ErrorCollector()
    pieces, cleaned, said = 0, address, ""
    with refused:
        pieces = _quantity(quantity)
    with refused:
        cleaned = clean_address(address)
    with refused:
        said = words.lines(note, field="note", chars_max=Order.NOTE_CHARS_MAX)
    refused.raise_first()
    return pieces, cleaned, said


def quote(*, product: UUID, quantity: int, buyer_id: int | None = None) -> Quote:
    """
    Return what it would cost now, in whole, and what stands in the way, if something does.

    :raises ProductNotFound: if there is none, or it is not on the shelf and somebody else's
    :raises QuantityInvalid: if it is no whole number from 1 to ``QUANTITY_MAX``
    """
    pieces = _quantity(quantity)
    found = goods.product_shown_to(buyer_id, product)
    offer = goods.ask_offer(product, buyer_id=buyer_id or 0)()
    total = Money(offer.price_sen) * pieces
    return Quote(
        shop=goods.shop_view(found.shop),
        product=goods.product_view(found),
        quantity=pieces,
        items=total,
        shipping=Money(0),
        total=total,
        why_not=_why_not(offer, pieces, buyer_id, total),
    )


def _why_not(offer: Offer, quantity: int, buyer_id: int | None, total: Money) -> DomainError | None:
    try:
        refusal = _objection(offer, quantity, buyer_id, total, total)
    except errors.StockUnknown as unknown:
        return unknown
    return refusal.error() if refusal else None


def answered(wish: Wish) -> Answer | None:
    """
    What was answered under the key of this wish, or None.

    :raises KeyReused: if the key was used for something else
    """
    return _answer(wish, orders.ask_attempt(wish.buyer_id, wish.idempotency_key)())


def _answer(wish: Wish, attempt: Attempt | None) -> Answer | None:
    if attempt is None:
        return None
    if attempt.content_hash != wish.content_hash:
        raise errors.KeyReused
    return placing.answer_of(attempt)


def place(wish: Wish, *, authorization: payments.Authorization, now: datetime) -> Answer:
    """
    Buy and pay, and return how it was answered, now or long ago. ``authorization`` proves the PIN.

    Refusals are looked for in this order: own goods, for sale (to somebody whom the owner blocked, nothing is), price,
    pieces, money. Trouble of the database raises and burns no key; so do too long a queue (``Unavailable``) and too
    many orders in a day (``TooManyOrders``).
    """
    for attempt in range(1, TRIES_MAX + 1):
        try:
            with TURNS.one(TURN_SECONDS_MAX):
                return _buy(wish, authorization, now)
        except _NotBought as stopped:
            return _kept(wish, stopped.refusal, now)
        except _LastPiecesGone:
            left = _left(goods.ask_offer(wish.product, buyer_id=wish.buyer_id)())
            return _kept(wish, _too_few(min(left, wish.quantity - 1)), now)
        except IntegrityError:
            # Somebody came first with the key, and was answered; or the dice fell on a number that was given already.
            before = answered(wish)
            if before is not None:
                return before
            if attempt == TRIES_MAX:
                raise
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _TRY_AGAIN or attempt == TRIES_MAX:
                raise
            time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311  # So that two victims do not meet again.
    raise AssertionError("the last try returned or raised")


def _buy(wish: Wish, authorization: payments.Authorization, now: datetime) -> Answer:
    with prepared.together():
        attempt = orders.ask_attempt(wish.buyer_id, wish.idempotency_key)
        look = goods.ask_offer(wish.product, buyer_id=wish.buyer_id)
        open_today = orders.ask_open_today(wish.buyer_id, wish.product, now)
    # Fetch every cursor before returning or raising: on SQLite an unfetched SELECT keeps its read snapshot open, and a
    # retry on the same connection then fails with "database is locked".
    before, placed_today = _answer(wish, attempt()), open_today()
    if before is not None:
        return before
    offer = look()
    draft = _draft(wish, offer, now)
    refusal = _objection(offer, wish.quantity, wish.buyer_id, draft.total, wish.expected_total)
    if refusal:
        raise _NotBought(refusal)
    if placed_today >= OPEN_A_DAY_MAX:
        raise errors.TooManyOrders(orders_max=OPEN_A_DAY_MAX, retry_after=3600)
    buyer = offer.buyer or _begin_counting(wish.buyer_id)
    with transaction.atomic():
        purchase_rev, sale_rev = _write_and_pay(draft, offer, authorization)
        push.order_moved(
            draft.order, version=1, buyer=buyer, purchase_rev=purchase_rev, shop=offer.shop, sale_rev=sale_rev
        )
    return Placed(draft.order, draft.number)


def _begin_counting(buyer_id: int) -> UUID:
    """The first time somebody buys."""
    public_id = accounts.public_ids({buyer_id})[buyer_id]
    OrderCounter.objects.get_or_create(user_id=buyer_id, defaults={"public_id": public_id})
    return public_id


def _write_and_pay(draft: Draft, offer: Offer, authorization: payments.Authorization) -> tuple[int, int]:
    """Everything that becomes true with an order, in two round trips: what is hot comes last and is held shortest."""
    with prepared.together():
        placing.ask_cold(draft)
        outbox.ask_publish(_fact(draft, offer))
        route = payments.ask_escrow_route(reference=draft.reference, payer_id=draft.buyer_id, asset=IDR, now=draft.now)
    accounts = route()
    with prepared.together():
        placed = placing.ask_hot(draft)
        paid = payments.ask_pay_into_escrow(
            accounts,
            amount=draft.total,
            authorization=authorization,
            idempotency_key=draft.reference,
            now=draft.now,
        )
    revs = placed()
    if revs is None:
        raise _LastPiecesGone
    answer = paid()
    if isinstance(answer, payments.Refused):
        raise _NotBought(Refused(answer.code, {}))
    return revs


def _draft(wish: Wish, offer: Offer, now: datetime) -> Draft:
    return Draft(
        order=ids.new_id(),
        buyer_id=wish.buyer_id,
        shop_id=offer.shop_id,
        product_id=offer.product_id,
        shop_name=offer.shop_name,
        shop_town=offer.shop_town,
        product_name=offer.name,
        photo=offer.photo,
        price_sen=offer.price_sen,
        quantity=wish.quantity,
        shipping_sen=0,
        fee_rule=FEE.name,
        address=wish.address,
        note=wish.note,
        idempotency_key=wish.idempotency_key,
        content_hash=wish.content_hash,
        device_id=wish.device_id,
        now=now,
    )


def _fact(draft: Draft, offer: Offer) -> OrderPlaced:
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
        first_item=draft.product_name,
        total_minor=draft.total.amount_minor,
        asset=IDR,
        at=clock.wire(draft.now),
    )


def _objection(
    offer: Offer, quantity: int, buyer_id: int | None, total: Money, expected: Money
) -> Changed | Refused | None:
    """What stands in the way as far as can be seen without taking anything. :raises StockUnknown:"""
    if offer.merchant_id == buyer_id:
        return Refused(errors.OwnGoods.code, {})
    if not offer.is_for_sale:
        return Refused(errors.NotForSale.code, {})
    if total != expected:
        return Changed(expected, total, Money(offer.price_sen))
    if (left := _left(offer)) < quantity:
        return _too_few(left)
    return None


def _too_few(left: int) -> Refused:
    """A refusal that tells how many are left only as far as anybody may know."""
    if left > AVAILABLE_TOLD_MAX:
        return Refused(errors.NotThatMany.code, {})
    return Refused(errors.SoldOut.code, {"left": left})


def _left(offer: Offer) -> int:
    """:raises StockUnknown: if it could not be read, which is no answer for ever"""
    if offer.available is None:
        raise errors.StockUnknown(retry_after=30)
    return offer.available


def _kept(wish: Wish, refusal: Changed | Refused, now: datetime) -> Answer:
    """Keep the refusal under its key; whoever was answered first under it stands."""
    try:
        with transaction.atomic():
            placing.keep_refusal(
                buyer_id=wish.buyer_id,
                idempotency_key=wish.idempotency_key,
                content_hash=wish.content_hash,
                refusal=refusal,
                now=now,
            )
    except IntegrityError:
        before = answered(wish)
        assert before is not None, "the key was taken"
        return before
    return refusal


def clean_address(written: Address) -> Address:
    """
    An address with everything in it.

    :raises AddressInvalid: naming the first field that is empty, too long, or no phone number where one belongs, with
        one more for each further field
    """
    refused = ErrorCollector()
    cleaned: dict[str, str] = {}
    for field in ADDRESS_CHARS_MAX:
        with refused:
            cleaned[field] = _address_line(str(written.get(field, "")), field)
    refused.raise_first()
    return cast("Address", cleaned)


def _address_line(written: str, field: str) -> str:
    clean = words.lines if field == "text" else words.line
    try:
        cleaned = clean(written, field=field, chars_max=ADDRESS_CHARS_MAX[field], may_be_empty=False)
    except errors.TextInvalid:
        raise errors.AddressInvalid(field=field) from None
    if field == "phone" and not accounts.is_callable_number(cleaned):
        raise errors.AddressInvalid(field=field)
    return cleaned


def _quantity(written: int) -> int:
    if type(written) is not int or not 1 <= written <= QUANTITY_MAX:
        raise errors.QuantityInvalid(quantity_min=1, quantity_max=QUANTITY_MAX)
    return written
