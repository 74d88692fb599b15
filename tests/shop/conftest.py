"""Shops with goods, and buyers with money, made through the doors."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from payments.adapters import banks
from shop import api
from shop.actions import pending_purchases, photo_storage
from shop.actions.purchase_requests import build_purchase_request
from shop.api import ProductOption, VariantChange
from shop.pages import page_cache
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.payments.fake_bank import FakeBank
from tests.payments.purses import PIN
from tests.shop.bank_payments import Method
from tests.shop.html_clients import browser_of
from tests.shop.image_files import photo

ADDRESS: api.Address = {
    "name": "Ana Lestari",
    "phone": "0812 3456 7890",
    "text": "Jalan Kaliurang km 5 no. 12",
    "town": "Yogyakarta",
}
COLOURS = ProductOption("Warna", ("Merah", "Biru"))
SIZES = ProductOption("Ukuran", ("S", "M"))
_keys = itertools.count(1)


@pytest.fixture(autouse=True)
def empty_shelves(settings: Any, tmp_path: Any) -> None:
    """Photos of a test are its own, and no page of another test is kept."""
    settings.MEDIA_ROOT = tmp_path / "media"
    page_cache._pages.clear()


@pytest.fixture
def make_shop(make_user: Callable[..., User], now: datetime) -> Callable[..., api.ShopDetails]:
    """Open a shop of somebody: ``make_shop(bo)``; of a new person, if none is named."""

    def make(owner: User | None = None, handle: str = "manik-bo", **fields: Any) -> api.ShopDetails:
        owner = owner or make_user("bo")
        return api.open_shop(
            owner_id=owner.pk, handle=handle, **{"name": "Manik Bo", "town": "Yogyakarta", **fields}, now=now
        )

    return make


@pytest.fixture
def make_product(now: datetime) -> Callable[..., api.ProductDetails]:
    """Put something on a shelf: ``make_product(shop, quantity=3)``."""

    def make(shop: api.ShopDetails, name: str = "Gelang manik", **fields: Any) -> api.ProductDetails:
        return api.add_product(
            owner_id=shop.owner_id,
            name=name,
            **{
                "price": Money(25_000_00),
                "quantity": 10,
                "listed": True,
                "idempotency_key": f"product-{next(_keys)}",
                **fields,
            },
            now=now,
        )

    return make


@pytest.fixture
def add_photo(now: datetime) -> Callable[..., api.ProductDetails]:
    """Give a product a photo, which is stored: ``add_photo(product, bo, color=(0, 99, 0))``."""

    def add(product: api.ProductDetails, owner: User, **shape: Any) -> api.ProductDetails:
        stored = photo_storage.store_photo(photo(**shape), owner_id=owner.pk, now=now)
        return api.add_photo(
            owner_id=owner.pk,
            product=product.public_id,
            name=stored.name,
            width=stored.width,
            height=stored.height,
            placeholder=stored.placeholder,
            now=now,
        )

    return add


@pytest.fixture
def buy(now: datetime) -> Callable[..., api.CheckoutResult]:
    """Buy something: ``buy(ana, product)``, one piece for what it costs under a key of its own."""

    def place(buyer: User, product: api.ProductDetails, quantity: int = 1, **fields: Any) -> api.CheckoutResult:
        assert product.price is not None
        return api.place_order(
            **{
                "buyer_id": buyer.pk,
                "product": product.public_id,
                "quantity": quantity,
                "address": ADDRESS,
                "expected_total": product.price * int(quantity),
                "pin": PIN,
                "idempotency_key": f"order-{next(_keys)}",
                "now": now,
                **fields,
            }
        )

    return place


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> FakeBank:
    """A bank that answers at once."""
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    return fake


@pytest.fixture
def open_purchase(bank: FakeBank, now: datetime) -> Callable[..., Any]:
    """Begin a purchase that a bank pays: ``open_purchase(ana, product, 2)``."""

    def begin(
        buyer: User, product: api.ProductDetails, quantity: int = 1, method: Method = Method.QRIS, **fields: Any
    ) -> Any:
        assert product.price is not None
        moment = fields.pop("now", now)
        purchase = build_purchase_request(
            **{
                "buyer_id": buyer.pk,
                "product": product.public_id,
                "quantity": quantity,
                "address": ADDRESS,
                "note": "",
                "expected_total": product.price * quantity,
                "idempotency_key": f"pending-{next(_keys)}",
                **fields,
            }
        )
        return pending_purchases.open_pending_purchase(purchase, method=method, now=moment)

    return begin


@pytest.fixture
def ana(make_payer: Callable[..., User]) -> User:
    """The buyer, with a million rupiah."""
    return make_payer("ana", 1_000_000_00)


@pytest.fixture
def bo(make_user: Callable[..., User]) -> User:
    """The merchant."""
    return make_user("bo")


@pytest.fixture
def shop(make_shop: Callable[..., api.ShopDetails], bo: User) -> api.ShopDetails:
    return make_shop(bo)


@pytest.fixture
def product(make_product: Callable[..., api.ProductDetails], shop: api.ShopDetails) -> api.ProductDetails:
    """A bracelet for Rp25.000, of which there are ten."""
    return make_product(shop)


@pytest.fixture
def set_options(bo: User, product: api.ProductDetails, now: datetime) -> Callable[..., api.ProductDetails]:
    """Give the product options: ``set_options(COLOURS, SIZES)``."""

    def put(*options: ProductOption, **more: Any) -> api.ProductDetails:
        return api.set_options(owner_id=bo.pk, product=product.public_id, options=options, now=now, **more)

    return put


@pytest.fixture
def change(bo: User, product: api.ProductDetails, now: datetime) -> Callable[..., api.ProductDetails]:
    """Change variants: ``change(VariantChange(values=("Merah",), on_hand=3))``."""

    def put(*changes: VariantChange, **more: Any) -> api.ProductDetails:
        return api.change_variants(
            **{
                "owner_id": bo.pk,
                "product": product.public_id,
                "idempotency_key": f"change-{next(_keys)}",
                "now": now,
                **more,
            },
            changes=changes,
        )

    return put


@pytest.fixture
def shirts(
    set_options: Callable[..., api.ProductDetails], change: Callable[..., api.ProductDetails]
) -> api.ProductDetails:
    """Red and blue in two sizes: red S costs Rp25.000 and there are ten, blue M Rp40.000 and there are two."""
    set_options(COLOURS, SIZES)
    return change(VariantChange(values=("Biru", "M"), price=Money(40_000_00), on_hand=2, sku="BM", weight_grams=90))


@pytest.fixture
def as_ana(ana: User) -> Client:
    """The browser of the buyer, on a device that may move money."""
    return browser_of(ana, is_trusted=True)


@pytest.fixture
def as_bo(bo: User, shop: api.ShopDetails) -> Client:
    """The browser of the merchant, on a device that may move money."""
    return browser_of(bo, is_trusted=True)


@pytest.fixture
def order(ana: User, product: api.ProductDetails, buy: Callable[..., api.CheckoutResult]) -> UUID:
    """An order of ana's for two bracelets."""
    answer = buy(ana, product, 2)
    assert isinstance(answer, api.CheckoutCompleted)
    return answer.order


def stock_of(product: api.ProductDetails, owner: User) -> tuple[int, int, int]:
    """(on hand, held, committed)."""
    stock = api.fetch_own_product(owner_id=owner.pk, product=product.public_id).stock
    assert stock is not None
    return stock.on_hand, stock.held, stock.committed


def variant_of(product: api.ProductDetails, *values: str) -> api.VariantDetails:
    """Return the variant of a product with these values."""
    return next(variant for variant in product.variants if variant.values == values)
