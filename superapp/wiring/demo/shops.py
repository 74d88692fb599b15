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
from superapp.wiring.demo import bead_shop, cloth_shop, coffee_shop
from superapp.wiring.demo.people import DEMO_PEOPLE
from superapp.wiring.demo.storefront import DemoProduct, DemoShop, Draw

DEMO_SHOPS = (bead_shop.SHOP, coffee_shop.SHOP, cloth_shop.SHOP)
OPENED_BEFORE = timedelta(days=45)
# One thing after another found its way onto the shelf.
BETWEEN_GOODS = timedelta(hours=19)
# Pillow lets others work while it draws.
DRAWING_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The stored pictures of a shop: its logo, and the photos of its products."""

    logo: StoredPhoto
    goods: list[list[StoredPhoto]]


def open_all(*, now: datetime) -> None:
    """Open the demo shops with everything that stands in them, or leave those as they are that are open already."""
    for storefront in DEMO_SHOPS:
        owner_id = _owner_id(storefront)
        if shop.find_shop(owner_id) is not None:
            continue
        pictures = _draw(storefront)
        with transaction.atomic():
            _open(storefront, owner_id, pictures, opened_at=now - OPENED_BEFORE)


def render(draw: Draw) -> bytes:
    """A picture."""
    return draw()


def _owner_id(storefront: DemoShop) -> int:
    number = next(person.number for person in DEMO_PEOPLE if person.key == storefront.owner)
    user = accounts.find_user_by_phone_number(number)
    assert user is not None
    return user.pk


def _draw(storefront: DemoShop) -> _Pictures:
    with ThreadPoolExecutor(DRAWING_PROCESSES) as hands:
        logo = hands.submit(lambda: shop.store_logo(render(storefront.logo)))
        goods = [[hands.submit(_photo, draw) for draw in one.photos] for one in storefront.goods]
        return _Pictures(logo.result(), [[photo.result() for photo in photos] for photos in goods])


def _photo(draw: Draw) -> StoredPhoto:
    return shop.store_photo(render(draw))


def _open(storefront: DemoShop, owner_id: int, pictures: _Pictures, *, opened_at: datetime) -> None:
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
