"""Values that the facade takes and returns, limited to what the requesting person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

from payments import errors as payment_errors
from payments.api import RefundDetails
from shop import errors
from shop.domain.order_states import DueAction, OrderAction, OrderActor, OrderRequest, OrderRole, OrderState
from shop.domain.product_options import ProductOption, name_with_variant
from superapp.core.errors import DomainError
from superapp.core.list_envelope import ListEnvelope
from superapp.core.money import Money

# The number of available pieces is public up to this limit.
PUBLIC_STOCK_MAX = 10
ProductState = Literal["draft", "listed", "hidden"]
# {"mon": [["08:00", "17:00"]], "tue": …}
OpeningHours = dict[str, list[list[str]]]


class Address(TypedDict):
    """A delivery address. The merchant of a cancelled order gets only ``town``; the other fields are empty."""

    name: str
    phone: str
    text: str
    town: str


@dataclass(frozen=True, slots=True)
class ShopDetails:
    """A shop as everybody may see it, except ``owner_id``, which never leaves the process."""

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
    """Numbers of pieces on hand, held and committed; ``available`` is the rest, which can be bought."""

    on_hand: int
    held: int
    committed: int

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.committed


@dataclass(frozen=True, slots=True)
class VariantDetails:
    """
    A combination of a product's options, as it is bought; ``title`` joins its values, and is empty without options.

    ``stock`` is None if it could not be read; then it cannot be bought. ``photo`` is the name of its own photo, or
    empty.
    """

    public_id: UUID
    title: str
    values: tuple[str, ...]
    price: Money
    sku: str
    weight_grams: int | None
    photo: str
    stock: StockLevel | None


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """
    A product and the variants that are sold of it, in their order. ``price`` is the lowest of them, ``stock`` their
    sum, and ``weight_grams`` that of one piece of the first, None if the merchant did not say. ``category`` is the slug
    of a category, or empty. ``price`` or ``stock``
    is None if it could not be read; then it cannot be bought.
    """

    public_id: UUID
    shop: UUID
    slug: str
    name: str
    description: str
    category: str
    state: ProductState
    price: Money | None
    weight_grams: int | None
    stock: StockLevel | None
    photos: tuple[PhotoDetails, ...]
    options: tuple[ProductOption, ...]
    variants: tuple[VariantDetails, ...]
    version: int
    created_at: datetime
    changed_at: datetime

    @property
    def highest_price(self) -> Money | None:
        return max((variant.price for variant in self.variants), default=None)


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """A shop with a page of its products in catalog order. ``next`` is the ``after`` of the next page, or None."""

    shop: ShopDetails
    products: tuple[ProductDetails, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ProductWithShop:
    shop: ShopDetails
    product: ProductDetails


@dataclass(frozen=True, slots=True)
class Quote:
    """
    The current price of a quantity of a variant; ``why_not`` is the refusal if it cannot be bought. ``variant`` is None
    if none was chosen among several, or the chosen one is not sold any more; then the price is the product's lowest.
    """

    shop: ShopDetails
    product: ProductDetails
    variant: VariantDetails | None
    quantity: int
    items: Money
    shipping: Money
    total: Money
    why_not: DomainError | None


@dataclass(frozen=True, slots=True)
class OrderLineDetails:
    """A line of an order; ``variant`` is the title of its variant, empty for a product without options."""

    product: UUID
    name: str
    variant: str
    sku: str
    photo: str
    price: Money
    quantity: int
    total: Money

    @property
    def full_name(self) -> str:
        """The name of the product, with its variant in brackets."""
        return name_with_variant(self.name, self.variant)


@dataclass(frozen=True, slots=True)
class OrderStep:
    """
    One transition of an order, shown as a dot of its progress track. ``actor`` is the kind of actor that made it;
    ``courier`` and ``resi`` are the parcel if the transition names one, otherwise empty.
    """

    version: int
    transition: str
    state: OrderState
    actor: OrderActor
    reason: str
    courier: str
    resi: str
    at: datetime
    # What was refunded or offered, if the transition is about that.
    amount: Money | None


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
    An order in a list, for one role in it.

    ``can`` lists the actions this role may take now. ``due`` is what happens by itself at ``due_at``: ``expire``,
    ``complete``, or ``review`` (a review case is opened for an operator).
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
    # The source of the delivery report: "courier", "merchant", or empty without a report.
    delivered_source: str
    # The buyer's unanswered request: "dispute", "cancel", or empty.
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order with its lines, history, address and shipment."""

    summary: OrderSummary
    lines: tuple[OrderLineDetails, ...]
    steps: tuple[OrderStep, ...]
    items: Money
    shipping: Money
    # The fee that is kept when the order is completed; None for the buyer.
    fee: Money | None
    # The refunds that the merchant gave, those that wait for its balance among them.
    refunds: tuple[RefundDetails, ...]
    # How much of a refund did not fit into the buyer's wallet and was set aside.
    set_aside: Money
    address: Address
    shipment: ShipmentDetails | None
    # The device on which the buyer may move this order's money without the PIN; None for the merchant. It never leaves
    # the process.
    placing_device_id: int | None


OrderList = ListEnvelope[OrderSummary]


@dataclass(frozen=True, slots=True)
class ReviewCaseDetails:
    """
    An open review case, with what an operator needs in order to decide it.

    ``courier_evidence`` is the recorded evidence of the courier's delivery report; None if no courier reported
    anything. ``completes_at`` is when the order completes by itself after such a report.
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
    """
    The orders of a list that changed after a rev, up to ``rev``. With ``more``, further changes follow after ``rev``.
    """

    rev: int
    orders: int
    unfinished: int
    rows: Sequence[OrderSummary]
    more: bool


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order of a purchase, with its number for people."""

    order: UUID
    number: str


@dataclass(frozen=True, slots=True)
class CheckoutCompleted:
    """
    A purchase whose orders are placed and paid, in the order in which their shops were named. ``replayed`` is set if an
    earlier call under the same key placed them.
    """

    purchase: UUID
    orders: tuple[PlacedOrder, ...]
    replayed: bool = False

    @property
    def order(self) -> UUID:
        """The first order; the only one of a purchase from one shop."""
        return self.orders[0].order

    @property
    def number(self) -> str:
        return self.orders[0].number


@dataclass(frozen=True, slots=True)
class CheckoutTotalChanged:
    """A purchase that was refused because the total differs from the expected one. Final under its idempotency key."""

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
    """A refused purchase, final under its idempotency key; ``code`` is an error code of shop or payments."""

    code: str
    params: dict[str, int]
    replayed: bool = False

    def error(self) -> DomainError:
        """Return the refusal as an error that an endpoint can raise."""
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
    """The shop name and first item of an order, as they were when it was placed; ``pieces`` counts all items."""

    shop_name: str
    first_item: str
    quantity: int
    pieces: int
    number: str


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A stored photo: its name, the size of its largest file, and the placeholder colour shown while it loads."""

    name: str
    width: int
    height: int
    placeholder: str
