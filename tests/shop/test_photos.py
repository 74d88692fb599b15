"""Photos of goods: what is kept of them, who may send them, and how everybody gets them."""

from __future__ import annotations

import dataclasses
import io
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps as django_apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop import api
from shop.actions import photo_storage
from shop.errors import PhotoTooManyPixels
from shop.maintenance import periodic_tasks
from shop.models import Photo
from shop.queries import photos
from superapp.core import clock
from superapp.media import queries as media_queries
from superapp.media.adapters import storage
from superapp.media.errors import StorageFull
from superapp.media.maintenance import periodic_tasks as media_tasks
from superapp.media.models import Media
from tests.shop.image_files import EXE, SVG, photo, png_header

pytestmark = pytest.mark.django_db
COLUMNS = ("owner_id", "kind", "state", "bytes", "sha256", "original_type", "width", "height", "reference")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def send():
    """``send(user, product, content)``: add a photo to a product."""

    def send(user, product, content, name="a.jpg"):
        browser = Client()
        if user is not None:
            browser.force_login(user)
        upload = SimpleUploadedFile(name, content, "image/jpeg")
        return browser.post(f"/api/v1/shop/products/{product.public_id}/photo", {"photo": upload})

    return send


@pytest.fixture
def store_photo(bo):
    """``store_photo(content)``: store a photo of the merchant that nothing shows yet."""
    return lambda content: photo_storage.store_photo(content, owner_id=bo.pk, now=clock.now())


@pytest.fixture
def store_logo(bo):
    """``store_logo(content)``: store a logo of the merchant that nothing shows yet."""
    return lambda content: photo_storage.store_logo(content, owner_id=bo.pk, now=clock.now())


def is_stored(name):
    return photos.read_photo(name, photos.SIZES[0]) is not None


def stored(name, size):
    return Image.open(io.BytesIO(photos.read_photo(name, size)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_photo_is_stored_in_three_sizes_with_its_aspect_ratio(kind, store_photo):
    kept = store_photo(photo(kind, size=(2400, 1800)))

    sizes = [stored(kept.name, size) for size in photos.SIZES]
    assert [image.size for image in sizes] == [(1280, 960), (840, 630), (420, 315)]
    assert {image.format for image in sizes} == {"WEBP"}
    assert (kept.width, kept.height) == (1280, 960)
    assert [photos.width_at(size, width=kept.width, height=kept.height) for size in photos.SIZES] == [1280, 840, 420]


def test_photo_is_never_enlarged(store_photo):
    kept = store_photo(photo(size=(300, 200)))

    assert [stored(kept.name, size).size for size in photos.SIZES] == [(300, 200)] * 3


def test_placeholder_has_the_colour_of_the_photo(store_photo):
    kept = store_photo(photo("PNG", color=(16, 32, 200)))

    assert kept.placeholder == "#1020c8"


def test_stored_picture_keeps_pixels_and_no_metadata(store_photo):
    exif = Image.Exif()
    exif[0x010E] = "rumah saya"
    exif.get_ifd(0x8825)[1] = "S"

    kept = store_photo(photo(exif=exif))

    for size in photos.SIZES:
        content = photos.read_photo(kept.name, size)
        assert b"rumah saya" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


def test_photo_is_turned_upright(store_photo):
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned.

    kept = store_photo(photo(size=(800, 400), exif=exif))

    assert (kept.width, kept.height) == (400, 800)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA"])
def test_large_photo_is_turned_upright_too(mode, store_photo):
    exif = Image.Exif()
    exif[0x0112] = 6

    kept = store_photo(photo("PNG", size=(6_000, 3_000), mode=mode, color=0, exif=exif))

    assert (kept.width, kept.height) == (640, 1280)


@pytest.mark.parametrize("size", [(6_000, 1_200), (1_080, 3_240)])
def test_logo_of_a_wide_picture_has_the_size_of_its_short_side(size, store_logo):
    assert store_logo(photo("PNG", size=size)).width >= 1_000


def test_same_photo_is_stored_once(store_photo, settings):
    first, again = store_photo(photo()), store_photo(photo())

    assert first == again
    assert len(list((Path(settings.MEDIA_ROOT) / "photo" / first.name[:2]).iterdir())) == 3
    assert Media.objects.filter(sha256=first.name).count() == 1


def test_logo_is_cropped_square(store_logo):
    kept = store_logo(photo(size=(900, 500)))

    assert [stored(kept.name, size).size for size in photos.SIZES] == [(500, 500), (500, 500), (420, 420)]


REFUSED = [
    (png_header(10_000, 6_000), 413, "shop.photo_too_many_pixels"),
    (png_header(60_000, 60_000), 413, "shop.photo_too_many_pixels"),
    (photo() + b"\x00" * (8 * 1024 * 1024), 413, "shop.photo_too_large"),
    (SVG, 422, "shop.photo_unreadable"),
    (EXE, 422, "shop.photo_unreadable"),
    (photo("GIF", mode="P", color=1), 422, "shop.photo_unreadable"),
    (photo()[:-400], 422, "shop.photo_unreadable"),
    (png_header(100, 100), 422, "shop.photo_unreadable"),
    (photo(size=(1000, 100)), 422, "shop.photo_unreadable"),
    (b"", 422, "shop.photo_unreadable"),
]
NAMES = ["60 MP", "3600 MP", "8 MB", "svg", "exe", "gif", "cut", "hollow", "strip", "empty"]


@pytest.mark.parametrize(("content", "status", "code"), REFUSED, ids=NAMES)
def test_upload_that_is_no_photo_is_refused_under_any_name(send, bo, product, content, status, code, settings):
    answer = send(bo, product, content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert not Photo.objects.exists()
    assert not (Path(settings.MEDIA_ROOT) / "photo").exists()


def test_photo_uploads_are_limited_per_hour(send, bo, product, monkeypatch):
    monkeypatch.setattr(photo_storage, "UPLOADS", dataclasses.replace(photo_storage.UPLOADS, times=1))

    first, second = send(bo, product, photo()), send(bo, product, photo(color=(0, 1, 2)))

    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["code"] == "rate_limited"
    assert Photo.objects.count() == 1


def test_photo_of_sixty_megapixels_is_refused_before_decoding(store_photo):
    began = time.process_time()

    with pytest.raises(PhotoTooManyPixels) as refused:
        store_photo(photo("PNG", size=(10_000, 6_000), mode="L", color=0))

    assert refused.value.params == {"megapixels_max": 24}
    assert time.process_time() - began < 3


def test_added_photos_keep_their_order(send, bo, product):
    first = send(bo, product, photo())
    second = send(bo, product, photo(color=(0, 200, 0)))
    again = send(bo, product, photo())

    names = [first.json()["photo"]["name"], second.json()["photo"]["name"]]
    assert [answer.status_code for answer in (first, second, again)] == [200, 200, 200]
    assert again.json()["photos"] == names
    kept = api.fetch_own_product(owner_id=bo.pk, product=product.public_id).photos
    assert [(one.name, one.width, one.height) for one in kept] == [(name, 800, 600) for name in names]
    assert first.json()["photo"]["address"] == f"/media/photo/{names[0]}-420.webp"


def test_photos_can_be_reordered(send, bo, product, now):
    names = [send(bo, product, photo(color=(shade, 0, 0))).json()["photo"]["name"] for shade in (10, 90, 200)]

    arranged = api.arrange_photos(owner_id=bo.pk, product=product.public_id, names=names[::-1], now=now)

    assert [one.name for one in arranged.photos] == names[::-1]


def test_photo_for_another_shops_product_is_refused(send, make_user, bo, product, settings):
    theirs = send(make_user("eve"), product, photo())
    strangers = send(None, product, photo())

    assert (theirs.status_code, theirs.json()["code"]) == (404, "shop.product_not_found")
    assert (strangers.status_code, strangers.json()["code"]) == (401, "not_logged_in")
    assert not Photo.objects.exists()
    assert not (Path(settings.MEDIA_ROOT) / "photo").exists()


def test_form_without_a_photo_is_refused(bo, product):
    browser = Client()
    browser.force_login(bo)

    answer = browser.post(f"/api/v1/shop/products/{product.public_id}/photo", {"photo": "text"})

    assert (answer.status_code, answer.json()["code"]) == (422, "shop.photo_unreadable")


def test_shop_logo_can_be_set_and_removed(bo, shop):
    browser = Client()
    browser.force_login(bo)

    shown = browser.post("/api/v1/shop/logo", {"photo": SimpleUploadedFile("l.jpg", photo(), "image/jpeg")})
    assert shown.status_code == 200
    assert api.find_shop(bo.pk).logo == shown.json()["logo"]["name"]

    assert browser.delete("/api/v1/shop/logo").json() == {"logo": None}
    assert api.find_shop(bo.pk).logo == ""


def test_photo_is_public_and_cached_forever(send, bo, product, client):
    name = send(bo, product, photo()).json()["photo"]["name"]

    for size in photos.SIZES:
        answer = client.get(f"/media/photo/{name}-{size}.webp")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "Set-Cookie" not in answer.headers
        assert answer.content == photos.read_photo(name, size)


def test_photo_response_takes_no_query(send, bo, product, client, django_assert_num_queries):
    name = send(bo, product, photo()).json()["photo"]["name"]

    with django_assert_num_queries(0):
        client.get(f"/media/photo/{name}-420.webp")


@pytest.mark.parametrize(
    "file",
    ["{name}-64.webp", "0000-420.webp", f"{'0' * 64}-420.webp", "..%2f..%2fsecret_key-420.webp", "{name}-420.png"],
)
def test_unknown_photo_is_404(send, bo, product, client, file):
    name = send(bo, product, photo()).json()["photo"]["name"]

    assert client.get(f"/media/photo/{file.format(name=name)}").status_code == 404


def test_file_response_is_handed_to_the_proxy(send, bo, product, client, settings):
    settings.MEDIA_ACCEL = "/-/media/"
    name = send(bo, product, photo()).json()["photo"]["name"]

    answer = client.get(f"/media/photo/{name}-840.webp")

    assert answer.headers["X-Accel-Redirect"] == f"/-/media/photo/{name[:2]}/{name}-840.webp"
    assert answer.content == b""


def test_unused_photos_are_deleted_and_used_ones_kept(send, bo, shop, product, now, store_photo, store_logo):
    shown = send(bo, product, photo()).json()["photo"]["name"]
    logo = store_logo(photo(color=(1, 2, 3))).name
    api.set_logo(owner_id=bo.pk, logo=logo, now=now)
    left_over = store_photo(photo(color=(9, 9, 9))).name
    Media.objects.update(created_at=clock.now() - timedelta(days=2))
    fresh = store_photo(photo(color=(7, 7, 77))).name

    deleted = periodic_tasks.delete_unreferenced_photos(clock.now() + timedelta(minutes=1))
    media_tasks.remove_deleted_files(clock.now())

    assert deleted == 1
    assert [is_stored(name) for name in (shown, logo, left_over, fresh)] == [True, True, False, True]


def test_photo_of_an_order_is_kept_when_the_product_no_longer_shows_it(send, ana, bo, product, buy, now):
    name = send(bo, product, photo()).json()["photo"]["name"]
    buy(ana, product)
    api.arrange_photos(owner_id=bo.pk, product=product.public_id, names=[], now=now)

    periodic_tasks.delete_unreferenced_photos(clock.now() + timedelta(days=3))
    media_tasks.remove_deleted_files(clock.now() + timedelta(days=3))

    assert is_stored(name)


def test_photo_of_two_shops_is_kept_while_one_shows_it(send, bo, product, make_user, now):
    name = send(bo, product, photo()).json()["photo"]["name"]
    photo_storage.store_photo(photo(), owner_id=make_user("eve").pk, now=now)

    periodic_tasks.delete_unreferenced_photos(clock.now() + timedelta(days=3))
    media_tasks.remove_deleted_files(clock.now() + timedelta(days=3))

    assert is_stored(name)


def test_unused_photo_is_not_forgotten_like_an_unsent_one(store_photo, bo):
    name = store_photo(photo()).name

    media_tasks.delete_unreferenced(clock.now() + timedelta(days=3))

    assert Media.objects.filter(sha256=name, state="ready").exists()
    assert media_queries.count_unreferenced(bo.pk) == 0


def test_photos_of_shops_take_none_of_the_room_of_their_owner(send, bo, product):
    send(bo, product, photo())

    assert media_queries.count_used_bytes(bo.pk) == 0


def test_full_storage_is_said_at_the_photo(send, bo, product, monkeypatch):
    def full(name, content):
        raise StorageFull(retry_after=60)

    monkeypatch.setattr(storage, "write_object", full)

    answer = send(bo, product, photo())

    assert (answer.status_code, answer.json()["code"]) == (503, "media.storage_full")
    assert not Photo.objects.exists()


@pytest.mark.parametrize("content", [b"", b"RIFF\x10\x00\x00\x00WEBPVP8 ", b"no picture"])
def test_migration_leaves_out_a_damaged_photo(send, bo, shop, product, settings, content):
    send(bo, product, photo())
    whole = Media.objects.get()
    Media.objects.all().delete()
    (largest,) = Path(settings.MEDIA_ROOT).glob(f"photo/*/{whole.sha256}-1280.webp")
    largest.write_bytes(content)

    import_module("shop.migrations.0011_photos_in_media").carry_over(django_apps, None)

    assert not Media.objects.exists()


def test_migration_gives_rows_to_stored_photos_and_keeps_their_files(
    send, ana, bo, shop, product, buy, now, store_logo
):
    send(bo, product, photo(color=(0, 9, 0)))
    buy(ana, product)
    api.arrange_photos(owner_id=bo.pk, product=product.public_id, names=[], now=now)
    send(bo, product, photo(size=(2400, 1800)))
    logo = store_logo(photo(color=(1, 2, 3))).name
    api.set_logo(owner_id=bo.pk, logo=logo, now=now)
    before = set(Media.objects.values_list(*COLUMNS))
    Media.objects.all().delete()
    api.add_photo(owner_id=bo.pk, product=product.public_id, name="0" * 64, width=9, height=9, placeholder="", now=now)

    migration = import_module("shop.migrations.0011_photos_in_media")
    migration.carry_over(django_apps, None)

    assert set(Media.objects.values_list(*COLUMNS)) == before
    assert len(before) == 3
    migration.take_back(django_apps, None)
    assert not Media.objects.exists()
