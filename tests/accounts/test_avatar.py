from __future__ import annotations

import errno
import io
import os
import struct
import time
import zlib
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps as django_apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from superapp.accounts.adapters import avatar_storage
from superapp.core import clock
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from superapp.realtime import user_topic

pytestmark = pytest.mark.django_db
EXE = b"MZ\x90\x00\x03" + b"\x00" * 2_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind="PNG", size=(800, 600), mode="RGB", color=(200, 30, 30), **options):
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width, height):
    """A PNG that says it is this large, in 100 bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.fixture
def put():
    """``put(client, content)``: show this picture."""

    def put(client, content, name="a.png", content_type="image/png"):
        return client.generic(
            "PUT",
            "/api/v1/me/avatar",
            *_form(content, name, content_type),
        )

    return put


def _form(content, name, content_type):
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    upload = SimpleUploadedFile(name, content, content_type)
    return encode_multipart(BOUNDARY, {"picture": upload}), MULTIPART_CONTENT


@pytest.fixture
def store(make_user, now):
    """Store a picture of somebody, and return its files by their size: ``store(picture())[512]``."""
    owner = make_user("pemilik")

    def store(content):
        digest = avatar_storage.store_avatar(content, owner_id=owner.pk, now=now).sha256
        return {size: avatar_file(digest, size) for size in (512, 128)}

    return store


def avatar_file(digest, size):
    return Path(settings.MEDIA_ROOT) / "avatar" / digest[:2] / f"{digest}-{size}.webp"


def stored(path):
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_picture_is_stored_as_two_squares_under_one_hash(store, kind):
    files = store(picture(kind))

    large, small = (stored(files[size]) for size in (512, 128))
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (512, 512), "WEBP", (128, 128))
    red, green, blue = large.convert("RGB").getpixel((256, 256))
    assert red > 190
    assert max(green, blue) < 45


def test_stored_picture_keeps_pixels_and_no_metadata(store):
    exif = Image.Exif()
    exif[0x010E] = "rumah saya"
    exif.get_ifd(0x8825)[1] = "S"

    content = store(picture("JPEG", exif=exif))[512].read_bytes()

    assert b"rumah saya" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_picture_is_turned_upright(store):
    image = Image.new("RGB", (600, 600), (255, 255, 255))
    image.paste((0, 0, 255), (0, 0, 600, 200))  # Blue above, as the sensor saw it.
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: above is on the right.
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=95)

    upright = stored(store(buffer.getvalue())[512]).convert("RGB")

    assert upright.getpixel((480, 256))[0] < 60
    assert upright.getpixel((30, 256))[0] > 200


def test_picture_with_transparency_gets_a_white_background(store):
    files = store(picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))

    assert stored(files[512]).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_same_picture_is_stored_once(store):
    first, again = store(picture()), store(picture())

    assert again == first
    assert len(list(first[512].parent.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (png_header(10_000, 10_000), 413, "accounts.picture_too_many_pixels"),
        (png_header(60_000, 60_000), 413, "accounts.picture_too_many_pixels"),
        (picture() + b"\x00" * (8 * 1024 * 1024), 413, "accounts.picture_too_large"),
        (SVG, 422, "accounts.picture_unreadable"),
        (EXE, 422, "accounts.picture_unreadable"),
        (picture("GIF", mode="P", color=1), 422, "accounts.picture_unreadable"),
        (picture("TIFF"), 422, "accounts.picture_unreadable"),
        (picture()[:60], 422, "accounts.picture_unreadable"),
        (picture("JPEG")[:-400], 422, "accounts.picture_unreadable"),
        (png_header(100, 100), 422, "accounts.picture_unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", 422, "accounts.picture_unreadable"),
        (b"", 422, "accounts.picture_unreadable"),
    ],
    ids=["100 MP", "3600 MP", "9 MB", "svg", "exe", "gif", "tiff", "cut", "cut jpeg", "hollow", "postscript", "empty"],
)
def test_upload_that_is_no_picture_is_refused_under_any_name(make_user, logged_in, put, content, status, code):
    ana = make_user("ana")
    client = logged_in(ana)

    answer = put(client, content, name="wajah.png")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    ana.refresh_from_db()
    assert (ana.avatar, ana.rev) == ("", 0)
    assert not avatar_file("00", 1).parent.parent.exists()
    assert not Media.objects.exists()


def test_picture_of_a_hundred_megapixels_is_refused_before_decoding(store):
    began = time.process_time()

    with pytest.raises(avatar_storage.PictureTooManyPixels) as refused:
        store(picture(size=(10_000, 10_000), mode="L", color=0))

    assert refused.value.params == {"megapixels_max": 12}
    assert time.process_time() - began < 3


def test_picture_is_shown_and_served(make_user, logged_in, put):
    ana = make_user("ana")
    client = logged_in(ana)

    row = put(client, picture()).json()

    ana.refresh_from_db()
    assert row["avatar"] == f"/media/avatar/{ana.public_id}/{ana.avatar}-128.webp"
    assert (row["rev"], user_topic.current_rev(ana.pk)) == (1, 1)
    for size in (128, 512):
        answer = client.get(row["avatar"].replace("-128.", f"-{size}."))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.content)).size == (size, size)


def test_picture_needs_a_session_and_its_unguessable_name(make_user, logged_in, put):
    ana, eve = make_user("ana"), make_user("eve")
    path = put(logged_in(ana), picture()).json()["avatar"]
    outsider = logged_in(eve)
    guessed = path.replace(path.split("/")[-1], f"{'0' * 64}-128.webp")

    assert Client().get(path).status_code == 404
    assert outsider.get(guessed).status_code == 404
    assert outsider.get(path.replace(str(ana.public_id), str(eve.public_id))).status_code == 404
    assert outsider.get(path.replace("-128.", "-64.")).status_code == 404
    assert outsider.get(path).status_code == 200


def test_replaced_picture_is_404_under_its_old_name(make_user, logged_in, put):
    ana = make_user("ana")
    client = logged_in(ana)
    old = put(client, picture()).json()["avatar"]

    new = put(client, picture(color=(0, 200, 0))).json()["avatar"]
    assert new != old
    assert client.get(old).status_code == 404

    assert client.delete("/api/v1/me/avatar").json()["avatar"] is None
    assert client.get(new).status_code == 404


def test_file_response_is_handed_to_the_proxy(make_user, logged_in, put, settings):
    settings.MEDIA_ACCEL = "/-media/"
    ana = make_user("ana")
    client = logged_in(ana)
    path = put(client, picture()).json()["avatar"]
    ana.refresh_from_db()

    answer = client.get(path)

    assert answer.headers["X-Accel-Redirect"] == f"/-media/avatar/{ana.avatar[:2]}/{ana.avatar}-128.webp"
    assert answer.content == b""
    assert "X-Accel-Redirect" not in Client().get(path).headers


def test_avatar_without_a_session_is_refused(put):
    answer = put(Client(), picture())

    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


def test_form_without_a_picture_is_refused(make_user, logged_in):
    client = logged_in(make_user("ana"))

    answer = client.put("/api/v1/me/avatar", {"picture": "text"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "accounts.picture_unreadable")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"])
def test_unreadable_form_is_refused(make_user, logged_in, content_type):
    refused = logged_in(make_user("ana")).generic("PUT", "/api/v1/me/avatar", b"--x--\r\n", content_type=content_type)

    assert refused.status_code == 422
    assert refused.json()["code"] == "accounts.picture_unreadable"


def test_replaced_and_removed_pictures_are_deleted_with_their_files(make_user, logged_in, put):
    ana = make_user("ana")
    client = logged_in(ana)
    put(client, picture())
    ana.refresh_from_db()
    first = ana.avatar

    put(client, picture(color=(9, 9, 9)))
    ana.refresh_from_db()
    periodic_tasks.remove_deleted_files(clock.now())

    assert not avatar_file(first, 512).exists()
    assert avatar_file(ana.avatar, 128).exists()
    client.delete("/api/v1/me/avatar")
    periodic_tasks.remove_deleted_files(clock.now())
    assert not avatar_file(ana.avatar, 128).exists()


def test_picture_that_no_profile_came_to_show_is_deleted_after_a_day(store, now):
    files = store(picture())
    later = now + periodic_tasks.UNREFERENCED_KEPT + timedelta(minutes=1)

    periodic_tasks.delete_unreferenced(later)
    periodic_tasks.remove_deleted_files(later)

    assert not any(path.exists() for path in files.values())


def test_equal_pictures_of_two_people_stay_until_both_are_removed(make_user, logged_in, put):
    ana, bo = make_user("ana"), make_user("bo")
    for person in (ana, bo):
        put(logged_in(person), picture())
        person.refresh_from_db()
    assert ana.avatar == bo.avatar

    logged_in(ana).delete("/api/v1/me/avatar")
    periodic_tasks.remove_deleted_files(clock.now())

    address = f"/media/avatar/{bo.public_id}/{bo.avatar}-128.webp"
    assert logged_in(bo).get(address).status_code == 200


def test_medium_of_an_avatar_is_served_to_its_owner_alone(make_user, logged_in, put):
    ana, eve = make_user("ana"), make_user("eve")
    put(logged_in(ana), picture())
    [medium] = Media.objects.all()
    address = f"/media/berkas/{medium.public_id}/small.webp"

    assert medium.reference == f"accounts.avatar:{ana.pk}"
    assert [logged_in(who).get(address).status_code for who in (ana, eve)] == [200, 404]


def test_migration_gives_rows_to_stored_avatars_and_keeps_their_addresses(make_user, logged_in, put):
    ana, bo = make_user("ana"), make_user("bo")
    make_user("eve")
    for person, color in ((ana, (9, 9, 99)), (bo, (9, 99, 9))):
        put(logged_in(person), picture(color=color))
        person.refresh_from_db()
    # As a version without media left them; the files of Bo are lost.
    Media.objects.all().delete()
    for size in (512, 128):
        avatar_file(bo.avatar, size).unlink()

    migration = import_module("superapp.accounts.migrations.0008_avatars_in_media")
    migration.carry_over(django_apps, None)

    rows = {row.owner_id: row for row in Media.objects.all()}
    assert rows.keys() == {ana.pk, bo.pk}
    assert (rows[ana.pk].sha256, rows[ana.pk].reference) == (ana.avatar, f"accounts.avatar:{ana.pk}")
    assert rows[ana.pk].bytes == sum(avatar_file(ana.avatar, size).stat().st_size for size in (512, 128))
    later = clock.now() + timedelta(days=40)
    for task in (
        periodic_tasks.delete_unreferenced,
        periodic_tasks.remove_deleted_files,
        periodic_tasks.delete_old_rows,
    ):
        task(later)
    assert logged_in(ana).get(f"/media/avatar/{ana.public_id}/{ana.avatar}-128.webp").status_code == 200
    assert put(logged_in(ana), picture()).status_code == 200
    assert Media.objects.filter(owner=ana, state="ready").count() == 1


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)


def test_picture_upload_on_a_full_disk_can_be_retried(make_user, client, put, full_disk, caplog):
    client.force_login(make_user("ana"))

    answer = put(client, picture())

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (
        503,
        "media.storage_full",
        "60",
    )
    assert "Traceback" not in caplog.text


def test_picture_page_reports_a_full_disk_as_temporary(make_user, client, full_disk):
    client.force_login(make_user("ana", language="en"))

    answer = client.post("/saya/foto/", {"picture": SimpleUploadedFile("a.png", picture(), "image/png")})

    assert answer.status_code == 503
    assert "There is no room for photos right now. Please try again later." in answer.content.decode()
