"""Small files that are huge once opened, many at once: bounded in pixels, in threads and in how often."""

from __future__ import annotations

import dataclasses
import io
import threading
from functools import partial

import pytest
from django.db import connections
from PIL import Image

from shop.actions import photo_storage
from shop.errors import PhotoTooManyPixels, PhotoUnreadable
from superapp.accounts.adapters import avatar_storage as avatars
from superapp.accounts.errors import PictureTooManyPixels, PictureUnreadable
from superapp.core import images
from superapp.core.errors import Busy, RateLimited
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.jpeg_scans import SCANS_MAX, count_scans
from superapp.media.domain.photo_encoding import encode_photo
from superapp.media.errors import MediaUnreadable, TooManyPixels
from tests.harness.servers import wait_until
from tests.media.photo_files import jpeg_of_scans, jpeg_of_several_pictures, photo


def flat(kind, side, *, mode="L", **more):
    buffer = io.BytesIO()
    Image.new(mode, (side, side)).save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.fixture
def held(monkeypatch):
    """Pictures that stay open until they are let go: how many are open now, and what lets them go."""
    opened, go = [], threading.Event()
    read = images._read

    def slow(upload, *more):
        opened.append(len(upload))
        assert go.wait(10)
        return read(upload, *more)

    monkeypatch.setattr(images, "_read", slow)
    monkeypatch.setattr(images, "decoding_slots", FairSemaphore(1, waiting_max=images.WAITING_MAX))
    return opened, go


def test_concurrent_pictures_take_three_threads_and_the_rest_get_retry_after(
    held, settings, tmp_path, real_db, make_user, now
):
    settings.MEDIA_ROOT = tmp_path
    opened, go = held
    upload = flat("PNG", 64)
    outcomes = []
    owner = make_user("ana")

    def store(one):
        try:
            one(upload)
            outcomes.append("stored")
        except Busy as busy:
            outcomes.append(busy.retry_after)
        finally:
            connections.close_all()

    kinds = (avatars.store_avatar, photo_storage.store_logo, photo_storage.store_photo)
    doors = [partial(store, owner_id=owner.pk, now=now) for store in kinds] * 4
    threads = [threading.Thread(target=store, args=(door,)) for door in doors]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(outcomes) == 9, "nine are refused")
    open_meanwhile = len(opened)
    go.set()
    for thread in threads:
        thread.join()

    assert open_meanwhile == 1
    assert sorted(map(str, outcomes)) == ["1"] * 9 + ["stored"] * 3


def test_waiting_for_pictures_leaves_most_threads_of_pages_free(settings):
    assert 1 + images.WAITING_MAX <= settings.PAGE_THREADS // 2


@pytest.mark.parametrize(("kind", "side", "megapixels"), [("PNG", 5_000, 24), ("WEBP", 3_500, 12), ("JPEG", 7_100, 50)])
def test_picture_format_decoded_whole_has_a_lower_pixel_limit(kind, side, megapixels, make_user, now):
    bomb = flat(kind, side, **({"lossless": True} if kind == "WEBP" else {}))

    owner = make_user("ana")
    for refusal, store in (
        (PictureTooManyPixels, avatars.store_avatar),
        (PhotoTooManyPixels, photo_storage.store_logo),
    ):
        with pytest.raises(refusal) as refused:
            store(bomb, owner_id=owner.pk, now=now)

        assert refused.value.params == {"megapixels_max": megapixels}


def test_photo_of_fifty_megapixels_is_accepted(settings, tmp_path, make_user, now):
    settings.MEDIA_ROOT = tmp_path

    upload = flat("JPEG", 7_000, mode="RGB")
    assert photo_storage.store_photo(upload, owner_id=make_user("ana").pk, now=now).width == 1280


def test_photos_are_limited_per_day(make_user, now, monkeypatch):
    monkeypatch.setattr(photo_storage, "UPLOADS_A_DAY", dataclasses.replace(photo_storage.UPLOADS_A_DAY, times=2))
    owner = make_user("ana")

    for _ in range(2):
        photo_storage.count_upload(owner.pk, now=now)

    with pytest.raises(RateLimited):
        photo_storage.count_upload(owner.pk, now=now)


# Each scan takes a few bytes and time for the whole picture: eight megabytes of them are hours.
def test_jpeg_of_many_scans_is_refused_before_it_is_decoded(make_user, now, monkeypatch):
    owner = make_user("ana")
    bomb = jpeg_of_scans(2 * SCANS_MAX)
    opened = []
    monkeypatch.setattr(Image, "open", lambda *content, **_options: opened.append(content))

    for refusal, store in ((PictureUnreadable, avatars.store_avatar), (PhotoUnreadable, photo_storage.store_photo)):
        with pytest.raises(refusal):
            store(bomb, owner_id=owner.pk, now=now)
    with pytest.raises(MediaUnreadable):
        encode_photo(io.BytesIO(bomb))
    assert opened == []


def test_jpeg_of_as_many_scans_as_usual_is_encoded():
    usual = jpeg_of_scans(4)

    assert 10 < count_scans(usual) <= SCANS_MAX
    assert encode_photo(io.BytesIO(usual)).width == 64


def test_plain_jpeg_in_several_scans_has_the_limit_of_progressive_ones(monkeypatch):
    monkeypatch.setattr("superapp.media.domain.photo_encoding.PROGRESSIVE_PIXELS_MAX", 1_000)
    whole = photo(64, 48)
    scan = whole[whole.rindex(b"\xff\xda") : -2]

    assert encode_photo(io.BytesIO(whole)).width == 64
    with pytest.raises(TooManyPixels):
        encode_photo(io.BytesIO(whole[:-2] + scan + whole[-2:]))


def test_scans_of_thumbnails_and_of_what_follows_are_not_counted():
    plain, several = photo(64, 48), jpeg_of_several_pictures()
    thumbnail = b"Exif\0\0" + b"\xff\xda" * 500
    with_thumbnail = plain[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + plain[2:]

    assert count_scans(plain) == count_scans(with_thumbnail) == count_scans(several) == 1
    assert count_scans(with_thumbnail + b"\xff\xda" * 500) == 1
    assert count_scans(plain[:-2]) == 1
    assert count_scans(flat("PNG", 8) + b"\xff\xda") == count_scans(b"") == 0
    assert count_scans(b"\xff\xd8\xff\xda\0\0") == 1  # A length of nothing ends it.
