"""Request schemas of the shop's commands, and the types that they share."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from superapp.core.money import Money
from superapp.realtime.registry import RequestSchema

IdempotencyKey = Annotated[str, Meta(min_length=1, max_length=64)]
Pin = Annotated[str, Meta(max_length=64)]


class Amount(msgspec.Struct, frozen=True):
    amount_minor: int
    asset: str

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.asset)


class EmptyRequest(RequestSchema):
    pass


Rev = Annotated[int, Meta(ge=0, le=2**53)]
CategorySlug = Annotated[str, Meta(max_length=40)]
Grams = Annotated[int, Meta(ge=1, le=500_000)]
Pieces = Annotated[int, Meta(ge=0, le=1_000_000)]
# An upper bound for all texts; each command has its own limits.
Text = Annotated[str, Meta(max_length=8_000)]


class OpenShopRequest(RequestSchema):
    handle: Text
    name: Text
    town: Text
    about: Text = ""
    opening_hours: dict[str, list[list[str]]] = {}
    time_zone: Text = "Asia/Jakarta"


class ChangeShopRequest(RequestSchema):
    name: Text | None = None
    town: Text | None = None
    about: Text | None = None
    opening_hours: dict[str, list[list[str]]] | None = None
    time_zone: Text | None = None
    is_open: bool | None = None


class AddProductRequest(RequestSchema):
    name: Text
    price: Amount
    idempotency_key: IdempotencyKey
    description: Text = ""
    weight_grams: Grams | None = None
    quantity: Pieces = 0
    listed: bool = False


class ChangeProductRequest(RequestSchema):
    product: UUID
    name: Text | None = None
    description: Text | None = None
    price: Amount | None = None
    weight_grams: Grams | UnsetType | None = UNSET
    category: CategorySlug | None = None
    listed: bool | None = None


class OptionFields(msgspec.Struct, frozen=True):
    name: Text
    values: Annotated[list[Text], Meta(max_length=100)]


class SetOptionsRequest(RequestSchema):
    product: UUID
    options: Annotated[list[OptionFields], Meta(max_length=3)]
    expected_version: Rev | None = None


class VariantFields(msgspec.Struct, frozen=True):
    values: Annotated[list[Text], Meta(max_length=3)]
    is_sold: bool | None = None
    price: Amount | None = None
    sku: Text | None = None
    weight_grams: Grams | UnsetType | None = UNSET
    photo: Annotated[str, Meta(max_length=64)] | None = None
    on_hand: Pieces | None = None
    expected_on_hand: Pieces | None = None


class ChangeVariantsRequest(RequestSchema):
    product: UUID
    variants: Annotated[list[VariantFields], Meta(min_length=1, max_length=100)]
    idempotency_key: IdempotencyKey
    expected_version: Rev | None = None


class MoveProductRequest(RequestSchema):
    product: UUID
    position: Annotated[int, Meta(ge=0, le=10_000)]


class ArrangePhotosRequest(RequestSchema):
    product: UUID
    photos: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=20)]


class SetStockRequest(RequestSchema):
    product: UUID
    on_hand: Pieces
    idempotency_key: IdempotencyKey
    expected_on_hand: Pieces | None = None
    variant: UUID | None = None


class QuoteRequest(RequestSchema):
    product: UUID
    quantity: int = 1
    variant: UUID | None = None


class ShippingOptionsRequest(RequestSchema):
    product: UUID
    # The code of a regency or city, of a district or of a village.
    region: Annotated[str, Meta(pattern=r"^[0-9]{2}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?$")]
    quantity: int = 1
    variant: UUID | None = None


class AddressFields(msgspec.Struct, frozen=True):
    name: Text
    phone: Text
    text: Text
    town: Text


class BuyRequest(RequestSchema):
    product: UUID
    quantity: int
    address: AddressFields
    expected_total: Amount
    pin: Pin
    idempotency_key: IdempotencyKey
    note: Text = ""
    variant: UUID | None = None


class ListPurchasesRequest(RequestSchema):
    only: Literal["all", "unfinished"] = "all"
    after: Annotated[str, Meta(max_length=36)] | None = None


class ListSalesRequest(RequestSchema):
    only: Literal["all", "today"] = "today"
    after: Annotated[str, Meta(max_length=36)] | None = None


class ListChangesRequest(RequestSchema):
    after: Rev


class OrderRequest(RequestSchema):
    order: UUID


class TransitionRequest(RequestSchema):
    order: UUID
    expected_rev: Rev | None = None


class ShipRequest(RequestSchema):
    order: UUID
    courier: Text
    resi: Text
    expected_rev: Rev | None = None


class ConfirmRequest(RequestSchema):
    order: UUID
    # Needed on a device that is not trusted, and did not place the order.
    pin: Pin = ""
    expected_rev: Rev | None = None


class CancelRequest(RequestSchema):
    order: UUID
    # Needed on a device that is not trusted, and did not place the order.
    pin: Pin = ""
    reason: Text = ""
    expected_rev: Rev | None = None


class PayoutRequest(RequestSchema):
    idempotency_key: IdempotencyKey
    amount: Amount | None = None
    # Needed on a device that is not trusted.
    pin: Pin = ""
