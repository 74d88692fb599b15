"""What the door answers with: plain values, as whoever asks may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

from payments import errors as payment_errors
from shop import errors
from superapp.core.errors import DomainError
from superapp.core.honest import Envelope
from superapp.core.money import Money

# Up to here everybody may know how many pieces are left.
AVAILABLE_TOLD_MAX = 10
ProductState = Literal["draft", "listed", "hidden"]
OrderState = Literal["paid", "accepted", "packed", "shipped", "delivered", "completed", "cancelled"]
Actor = Literal["buyer", "merchant", "system", "courier", "operator"]
Side = Literal["buyer", "merchant"]
# What happens to an order by itself, if nobody does anything.
Due = Literal["", "expire", "complete", "review"]
# How an operator decides a review case: the shop is paid, or the buyer gets the money back.
Verdict = Literal["complete", "refund"]
# What somebody may do with an order, by the name of the verb.
Doing = Literal["accept", "pack", "ship", "report_delivery", "correct_resi", "confirm", "cancel"]
# {"mon": [["08:00", "17:00"]], "tue": …}
OpeningHours = dict[str, list[list[str]]]


class Address(TypedDict):
    """
    Where it goes: who receives it, how they are reached, street and house, town. Of a cancelled order the shop is told
    the town alone, and the rest is empty.
    """

    name: str
    phone: str
    text: str
    town: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as everybody sees it. ``owner_id`` says whose it is, and never leaves the process."""

    public_id: UUID
    owner_id: int
    handle: str
    name: str
    town: str
    about: str
    logo: str
    opening_hours: OpeningHours
    time_zone: str
    is_open: bool
    rev: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoView:
    name: str
    width: int
    height: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class StockView:
    """How many pieces there are; what can be bought now is ``available``."""

    on_hand: int
    held: int
    committed: int

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.committed


@dataclass(frozen=True, slots=True)
class ProductView:
    """
    A product. ``price`` or ``stock`` is None when it could not be read: then that is said, and nothing is sold.
    """

    public_id: UUID
    shop: UUID
    slug: str
    name: str
    description: str
    state: ProductState
    price: Money | None
    stock: StockView | None
    photos: tuple[PhotoView, ...]
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ShopPage:
    """A shop and the goods on it, from the front to the back; with ``next``, ask again ``after`` it."""

    shop: ShopView
    products: tuple[ProductView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    shop: ShopView
    product: ProductView


@dataclass(frozen=True, slots=True)
class Quote:
    """What so many pieces cost right now, and whether they can be bought; ``why_not`` is the refusal if they cannot."""

    shop: ShopView
    product: ProductView
    quantity: int
    items: Money
    shipping: Money
    total: Money
    why_not: DomainError | None


@dataclass(frozen=True, slots=True)
class LineView:
    product: UUID
    name: str
    photo: str
    price: Money
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class StepView:
    """
    One move of an order: the dots of its track. ``actor`` says who made it, and so where we know it from; ``courier``
    and ``resi`` are the parcel as this move named it, and empty where it named none.
    """

    version: int
    transition: str
    state: OrderState
    actor: Actor
    reason: str
    courier: str
    resi: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShipmentView:
    courier: str
    resi: str
    shipped_at: datetime
    delivered_at: datetime | None
    delivered_source: str


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """
    An order as it stands in lists, for one side of it.

    ``can`` is what this side may do now; ``due_at`` is when something happens by itself, and ``due`` what: ``expire``,
    ``complete``, or ``review``, when an operator is asked to look at it.
    """

    public_id: UUID
    number: str
    rev: int
    list_rev: int
    side: Side
    state: OrderState
    cancelled_by: str
    shop: UUID
    shop_handle: str
    shop_name: str
    shop_town: str
    buyer_id: int
    buyer_name: str
    merchant_id: int
    first_line: LineView
    pieces: int
    total: Money
    town: str
    note: str
    placed_at: datetime
    changed_at: datetime
    due_at: datetime | None
    due: Due
    can: tuple[Doing, ...]
    # On whose word it has arrived: "courier", "merchant", or nobody's.
    delivered_source: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order whole: its page."""

    summary: OrderSummary
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]
    items: Money
    shipping: Money
    # What we keep of it when it is completed; None for the buyer, whom it does not concern.
    fee: Money | None
    address: Address
    shipment: ShipmentView | None
    # The device that may move this order's money without the PIN, for the buyer; never leaves the process.
    placing_device_id: int | None


Orders = Envelope[OrderSummary]


@dataclass(frozen=True, slots=True)
class ReviewCaseView:
    """
    An open review case, with what an operator needs in order to decide it.

    ``courier_evidence`` is what showed that the courier delivered, as it was written down; None if no courier reported
    anything. ``completes_at`` is when the order completes by itself, after such a report.
    """

    order: UUID
    number: str
    state: OrderState
    opened_at: datetime
    total: Money
    buyer_id: int
    merchant_id: int
    shop_handle: str
    shop_name: str
    shipment: ShipmentView
    courier_evidence: dict[str, str] | None
    completes_at: datetime | None
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class OrderChanges:
    """What changed in a list after a rev: adopt ``rev``; with ``more``, ask again after it."""

    rev: int
    orders: int
    unfinished: int
    rows: Sequence[OrderSummary]
    more: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The order stands, and is paid. ``replayed``: it stood already, and nothing was done now."""

    order: UUID
    number: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Something else than what the buyer agreed to; nothing was bought. Final under its key."""

    expected: Money
    total: Money
    price: Money
    replayed: bool = False

    def error(self) -> DomainError:
        return errors.OrderChanged(
            expected_minor=self.expected.amount_minor,
            total_minor=self.total.amount_minor,
            price_minor=self.price.amount_minor,
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was bought, for ever under this key; ``code`` is one of ours or of payments."""

    code: str
    params: dict[str, int]
    replayed: bool = False

    def error(self) -> DomainError:
        """The refusal as an error, for a door to raise."""
        return _refusals[self.code](**self.params)


Answer = Placed | Changed | Refused

_refusals: dict[str, type[DomainError]] = {
    **payment_errors.refusals,
    **{
        error.code: error
        for error in (errors.OwnGoods, errors.NotForSale, errors.SoldOut, errors.NotThatMany, errors.ProductNotFound)
    },
}
