"""The demo shops, opened through the facade of shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shop import api as shop
from shop.api import StoredPhoto
from superapp.accounts import api as accounts
from superapp.core.money import Money
from superapp.wiring.demo import pictures
from superapp.wiring.demo.people import PERSON_BY_KEY
from superapp.wiring.demo.script_files import Written, read_one


class DemoProduct(Written, frozen=True, kw_only=True):
    """A product with its category, its stock and the names of its photos."""

    name: str
    category: str
    rupiah: int
    pieces: int
    about: str
    photos: tuple[str, ...]


class DemoShop(Written, frozen=True, kw_only=True):
    """A shop, its owner by their ``key``, and its products in catalog order."""

    owner: str
    handle: str
    name: str
    town: str
    about: str
    # Weekday → opening and closing time; a missing day is closed.
    hours: dict[str, tuple[str, str]]
    time_zone: str
    goods: tuple[DemoProduct, ...]


DEMO_SHOPS = tuple(read_one(f"shops/{handle}", DemoShop) for handle in ("manik-sekar", "kopi-rante", "tenun-lende"))
OPENED_BEFORE = timedelta(days=45)
# Products were added one after another.
BETWEEN_GOODS = timedelta(hours=19)


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The stored pictures of a shop: its logo, and the photos of its products."""

    logo: StoredPhoto
    goods: list[list[StoredPhoto]]


def open_all(*, now: datetime) -> None:
    """Open the demo shops with all their products; shops that are open already are left as they are."""
    for storefront in DEMO_SHOPS:
        owner_id = _owner_id(storefront)
        if shop.find_shop(owner_id) is not None:
            continue
        stored = _store_pictures(storefront, owner_id, now=now)
        with transaction.atomic():
            _open(storefront, owner_id, stored, opened_at=now - OPENED_BEFORE)


def _owner_id(storefront: DemoShop) -> int:
    user = accounts.find_user_by_phone_number(PERSON_BY_KEY[storefront.owner].number)
    assert user is not None
    return user.pk


def _store_pictures(storefront: DemoShop, owner_id: int, *, now: datetime) -> _Pictures:
    def photo(name: str) -> StoredPhoto:
        content = pictures.read_picture(f"{storefront.handle}/{name}")
        return shop.store_photo(content, owner_id=owner_id, now=now)

    logo = shop.store_logo(pictures.read_picture(f"{storefront.handle}/logo"), owner_id=owner_id, now=now)
    return _Pictures(logo, [[photo(name) for name in one.photos] for one in storefront.goods])


def _open(storefront: DemoShop, owner_id: int, stored: _Pictures, *, opened_at: datetime) -> None:
    shop.open_shop(
        owner_id=owner_id,
        handle=storefront.handle,
        name=storefront.name,
        town=storefront.town,
        about=storefront.about,
        opening_hours={day: [list(span)] for day, span in storefront.hours.items()},
        time_zone=storefront.time_zone,
        now=opened_at,
    )
    shop.set_logo(owner_id=owner_id, logo=stored.logo.name, now=opened_at)
    for place, (goods, photos) in enumerate(zip(storefront.goods, stored.goods, strict=True)):
        _add(goods, photos, owner_id=owner_id, key=f"demo-{place}", now=opened_at + BETWEEN_GOODS * place)


def _add(goods: DemoProduct, photos: list[StoredPhoto], *, owner_id: int, key: str, now: datetime) -> None:
    product = shop.add_product(
        owner_id=owner_id,
        name=goods.name,
        description=goods.about,
        price=Money(goods.rupiah * 100),
        quantity=goods.pieces,
        listed=True,
        idempotency_key=key,
        now=now,
    )
    shop.set_category(owner_id=owner_id, product=product.public_id, category=goods.category, now=now)
    for photo in photos:
        shop.add_photo(
            owner_id=owner_id,
            product=product.public_id,
            name=photo.name,
            width=photo.width,
            height=photo.height,
            placeholder=photo.placeholder,
            now=now,
        )
