"""The shops of the demo world, and what is bought in them."""

from __future__ import annotations

import hashlib
import io
import itertools
from datetime import timedelta

import pytest
from PIL import Image

from chat.models import Message
from payments import api as payments
from shop import api as shop
from shop.models import Order, OrderEvent, Photo, Product, Shop
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.wiring.demo import people, pictures, purchases, shops, wallets, world
from tests.shop.image_files import photo

FORTY = [goods for storefront in shops.DEMO_SHOPS for goods in storefront.goods]


def colour(number):
    """Colours far enough from each other to stay different once they are encoded."""
    return (number * 40 % 256, number // 6 * 40 % 256, number // 36 * 80 % 256)


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path, monkeypatch):
    """Use pictures that are told apart by their colour, which take no time to encode."""
    shades = itertools.count(1)
    monkeypatch.setattr(
        pictures, "read_picture", lambda name: photo(size=(40, 50), color=colour(next(shades)), kind="PNG")
    )
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def opened(clone_of, now):
    clone_of("demo_shops", lambda: world.make_world(now=now))


def test_demo_has_three_shops_with_forty_products_and_photos(opened):
    assert len(FORTY) == 40
    assert sorted(Shop.objects.values_list("handle", "town")) == [
        ("kopi-rante", "Rantepao, Toraja Utara"),
        ("manik-sekar", "Yogyakarta"),
        ("tenun-lende", "Waikabubak, Sumba Barat"),
    ]
    assert Product.objects.filter(state="listed", photos__isnull=False).distinct().count() == 40
    assert Photo.objects.count() == sum(len(goods.photos) for goods in FORTY) > 45
    assert sorted(Product.objects.values_list("name", flat=True)) == sorted(goods.name for goods in FORTY)
    assert all(shop.logo for shop in Shop.objects.all())


def test_demo_products_are_mostly_in_stock(opened):
    pages = [shop.fetch_catalog_page(storefront.handle) for storefront in shops.DEMO_SHOPS]

    left = [product.stock.available for page in pages for product in page.products]
    assert (len(left), left.count(0)) == (40, 3)


def test_making_the_demo_shops_again_changes_nothing(opened, now):
    before = sorted(Product.objects.values_list("public_id", "version")), Shop.objects.count(), Photo.objects.count()

    shops.open_all(now=now + timedelta(days=2))

    after = sorted(Product.objects.values_list("public_id", "version")), Shop.objects.count(), Photo.objects.count()
    assert after == before


def test_demo_orders_cover_every_state_with_their_money(opened, now):
    states = set(Order.objects.values_list("state", "cancelled_by"))

    assert Order.objects.count() == len(purchases.PURCHASES) == 13
    assert states == {
        *((state, "") for state in ("paid", "accepted", "packed", "shipped", "delivered", "completed")),
        ("cancelled", "buyer"),
        ("cancelled", "merchant"),
    }
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)
    # What the wallets held without any order, less what Sekar paid for a scarf, coffee and sugar.
    assert (
        payments.get_wallet(sekar.pk, now=now).balance.amount_minor == 667_500_00 - (185_000 + 136_000 + 38_000) * 100
    )


def test_demo_orders_happened_in_the_past_and_in_order(opened, now):
    for order in Order.objects.all():
        times = list(order.events.order_by("seq").values_list("at", flat=True))
        assert times == sorted(times)
        assert times[0] == order.placed_at
        assert times[-1] < now
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)
    moved_at = [line.posted_at for line in payments.list_wallet_movements(sekar.pk, now=now)]
    assert moved_at == sorted(moved_at, reverse=True)


def test_making_the_demo_orders_again_changes_nothing(opened, now):
    before = sorted(Order.objects.values_list("public_id", "version"))

    wallets.fill_wallets(now=now, besides=purchases.scheduled_actions(now=now))

    assert sorted(Order.objects.values_list("public_id", "version")) == before


@pytest.mark.timeout(240)
def broken_off(*_args, **_kwargs):
    raise ConnectionAbortedError


@pytest.mark.parametrize("part", ["post_order_card", "update_order_card"])
def test_demo_interrupted_before_order_cards_is_continued(db, now, monkeypatch, part):
    with monkeypatch.context() as patched:
        patched.setattr(purchases.order_cards, part, broken_off)
        with pytest.raises(ConnectionAbortedError):
            world.make_world(now=now)
    assert not world.is_complete()

    assert world.make_world(now=now + timedelta(minutes=5)) is True

    cards = Message.objects.filter(card_type="shop.order").count()
    assert (cards, world.is_complete()) == (Order.objects.count(), True)
    assert world.make_world(now=now) is False
    assert Message.objects.filter(card_type="shop.order").count() == cards


def test_demo_product_photos_are_large_and_differ():
    folders = [pictures.FOLDER / storefront.handle for storefront in shops.DEMO_SHOPS]
    photos = [path.read_bytes() for folder in folders for path in folder.glob("*.webp") if path.stem != "logo"]

    assert len({hashlib.sha256(picture).hexdigest() for picture in photos}) == len(photos) >= 45
    sizes = {Image.open(io.BytesIO(picture)).size for picture in photos}
    assert {max(size) for size in sizes} == {1200}


def test_demo_order_cards_have_the_time_of_their_events(opened):
    said = Message.objects.filter(conversation__face__isnull=False).order_by("conversation", "seq")
    happened = {clock.to_wire(at) for at in OrderEvent.objects.values_list("at", flat=True)}

    assert said.count() > 20
    assert {clock.to_wire(message.sent_at) for message in said} <= happened
    for _conversation, messages in itertools.groupby(said, key=lambda message: message.conversation_id):
        times = [message.sent_at for message in messages]
        assert times == sorted(times)
