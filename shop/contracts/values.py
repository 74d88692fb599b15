"""Values that the facade takes and returns, as the person who asks may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

from payments import errors as payment_errors
from shop import errors
from shop.domain.order_states import DueAction, OrderAction, OrderActor, OrderRole, OrderState
from superapp.core.errors import DomainError
from superapp.core.list_envelope import ListEnvelope
from superapp.core.money import Money

# Up to here everybody may know how many pieces are left.
PUBLIC_STOCK_MAX = 10
ProductState = Literal["draft", "listed", "hidden"]
# {"mon": [["08:00", "17:00"]], "tue": …}
OpeningHours = dict[str, list[list[str]]]


class Address(TypedDict):
    """Delivery address. Of a cancelled order the merchant gets only ``town``; the other fields are empty."""

    name: str
    phone: str
    text: str
    town: str


@dataclass(frozen=True, slots=True)
class ShopDetails:
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
class PhotoDetails:
    name: str
    width: int
    height: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Pieces on hand, held and committed; ``available`` is what can be bought now."""

    on_hand: int
    held: int
    committed: int

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.committed


@dataclass(frozen=True, slots=True)
class ProductDetails:
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
    stock: StockLevel | None
    photos: tuple[PhotoDetails, ...]
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """A shop and the goods on it, from the front to the back; with ``next``, ask again ``after`` it."""

    shop: ShopDetails
    products: tuple[ProductDetails, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ProductWithShop:
    shop: ShopDetails
    product: ProductDetails


@dataclass(frozen=True, slots=True)
class Quote:
    """Price of a quantity of a product now; ``why_not`` is the refusal if it cannot be bought."""

    shop: ShopDetails
    product: ProductDetails
    quantity: int
    items: Money
    shipping: Money
    total: Money
    why_not: DomainError | None


@dataclass(frozen=True, slots=True)
class OrderLineDetails:
    product: UUID
    name: str
    photo: str
    price: Money
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class OrderStep:
    """
    One move of an order: the dots of its track. ``actor`` says who made it, and so where we know it from; ``courier``
    and ``resi`` are the parcel as this move named it, and empty where it named none.
    """

    version: int
    transition: str
    state: OrderState
    actor: OrderActor
    reason: str
    courier: str
    resi: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShipmentDetails:
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
    role: OrderRole
    state: OrderState
    cancelled_by: str
    shop: UUID
    shop_handle: str
    shop_name: str
    shop_town: str
    buyer_id: int
    buyer_name: str
    merchant_id: int
    first_line: OrderLineDetails
    pieces: int
    total: Money
    town: str
    note: str
    placed_at: datetime
    changed_at: datetime
    due_at: datetime | None
    due: DueAction
    can: tuple[OrderAction, ...]
    # On whose word it has arrived: "courier", "merchant", or nobody's.
    delivered_source: str


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order whole: its page."""

    summary: OrderSummary
    lines: tuple[OrderLineDetails, ...]
    steps: tuple[OrderStep, ...]
    items: Money
    shipping: Money
    # What we keep of it when it is completed; None for the buyer, whom it does not concern.
    fee: Money | None
    address: Address
    shipment: ShipmentDetails | None
    # The device that may move this order's money without the PIN, for the buyer; never leaves the process.
    placing_device_id: int | None


OrderList = ListEnvelope[OrderSummary]


@dataclass(frozen=True, slots=True)
class ReviewCaseDetails:
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
    shipment: ShipmentDetails
    courier_evidence: dict[str, str] | None
    completes_at: datetime | None
    steps: tuple[OrderStep, ...]


@dataclass(frozen=True, slots=True)
class OrderChanges:
    """Orders of a list that changed after a rev: adopt ``rev``; with ``more``, request the rest after it."""

    rev: int
    orders: int
    unfinished: int
    rows: Sequence[OrderSummary]
    more: bool


@dataclass(frozen=True, slots=True)
class CheckoutCompleted:
    """The order is placed and paid. ``replayed``: by an earlier call under the same key."""

    order: UUID
    number: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutTotalChanged:
    """The total is not the expected one, and nothing was bought. Final under its key."""

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
class CheckoutRefused:
    """A refused purchase, final under its key; ``code`` is an error code of shop or payments."""

    code: str
    params: dict[str, int]
    replayed: bool = False

    def error(self) -> DomainError:
        """The refusal as an error, for a door to raise."""
        return _ERRORS_BY_CODE[self.code](**self.params)


CheckoutResult = CheckoutCompleted | CheckoutTotalChanged | CheckoutRefused

_ERRORS_BY_CODE: dict[str, type[DomainError]] = {
    **payment_errors.refusals,
    **{
        error.code: error
        for error in (errors.OwnGoods, errors.NotForSale, errors.SoldOut, errors.NotThatMany, errors.ProductNotFound)
    },
}


@dataclass(frozen=True, slots=True)
class OrderTitle:
    """Shop name and first item of an order, as they were when it was placed; ``pieces`` counts all items."""

    shop_name: str
    first_item: str
    quantity: int
    pieces: int


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo in the storage: its name, its largest size, and the colour that stands in until it has come."""

    name: str
    width: int
    height: int
    placeholder: str
