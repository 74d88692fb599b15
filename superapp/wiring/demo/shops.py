"""Opening the demo shops, through the same doors that everybody uses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shop import api as shop
from shop.api import StoredPhoto
from superapp.accounts import api as accounts
from superapp.core.money import Money
from superapp.wiring.demo import shelf_of_beads, shelf_of_cloth, shelf_of_coffee
from superapp.wiring.demo.people import CAST
from superapp.wiring.demo.storefront import Draw, Goods, Storefront

STOREFRONTS = (shelf_of_beads.SHOP, shelf_of_coffee.SHOP, shelf_of_cloth.SHOP)
OPENED_BEFORE = timedelta(days=45)
# One thing after another found its way onto the shelf.
BETWEEN_GOODS = timedelta(hours=19)
# Pillow lets others work while it draws.
HANDS = 2


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What was drawn for a shop, and stored: its logo, and the photos of its goods."""

    logo: StoredPhoto
    goods: list[list[StoredPhoto]]


def open_all(*, now: datetime) -> None:
    """Open the demo shops with everything that stands in them, or leave those as they are that are open already."""
    for storefront in STOREFRONTS:
        owner_id = _owner_id(storefront)
        if shop.shop_of(owner_id) is not None:
            continue
        pictures = _draw(storefront)
        with transaction.atomic():
            _open(storefront, owner_id, pictures, opened_at=now - OPENED_BEFORE)


def drawn(draw: Draw) -> bytes:
    """A picture."""
    return draw()


def _owner_id(storefront: Storefront) -> int:
    number = next(person.number for person in CAST if person.key == storefront.owner)
    user = accounts.user_by_number(number)
    assert user is not None
    return user.pk


def _draw(storefront: Storefront) -> _Pictures:
    with ThreadPoolExecutor(HANDS) as hands:
        logo = hands.submit(lambda: shop.store_logo(drawn(storefront.logo)))
        goods = [[hands.submit(_photo, draw) for draw in one.photos] for one in storefront.goods]
        return _Pictures(logo.result(), [[photo.result() for photo in photos] for photos in goods])


def _photo(draw: Draw) -> StoredPhoto:
    return shop.store_photo(drawn(draw))


def _open(storefront: Storefront, owner_id: int, pictures: _Pictures, *, opened_at: datetime) -> None:
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
    shop.set_logo(owner_id=owner_id, logo=pictures.logo.name, now=opened_at)
    for place, (goods, photos) in enumerate(zip(storefront.goods, pictures.goods, strict=True)):
        _add(goods, photos, owner_id=owner_id, key=f"demo-{place}", now=opened_at + BETWEEN_GOODS * place)


def _add(goods: Goods, photos: list[StoredPhoto], *, owner_id: int, key: str, now: datetime) -> None:
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
