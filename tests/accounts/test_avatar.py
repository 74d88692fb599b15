from __future__ import annotations

import errno
import io
import os
import struct
import time
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from superapp.accounts.adapters import avatar_storage
from superapp.accounts.maintenance import periodic_tasks
from superapp.core import clock
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


def stored(path):
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_picture_is_stored_as_two_squares_under_one_hash(kind):
    digest = avatar_storage.store_avatar(picture(kind))

    large, small = (stored(avatar_storage.avatar_file(digest, size)) for size in (512, 128))
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (512, 512), "WEBP", (128, 128))
    red, green, blue = large.convert("RGB").getpixel((256, 256))
    assert red > 190
    assert max(green, blue) < 45


def test_stored_picture_keeps_pixels_and_no_metadata():
    exif = Image.Exif()
    exif[0x010E] = "rumah saya"
    exif.get_ifd(0x8825)[1] = "S"

    digest = avatar_storage.store_avatar(picture("JPEG", exif=exif))

    content = avatar_storage.avatar_file(digest, 512).read_bytes()
    assert b"rumah saya" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_picture_is_turned_upright():
    image = Image.new("RGB", (600, 600), (255, 255, 255))
    image.paste((0, 0, 255), (0, 0, 600, 200))  # Blue above, as the sensor saw it.
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: above is on the right.
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=95)

    upright = stored(avatar_storage.avatar_file(avatar_storage.store_avatar(buffer.getvalue()), 512)).convert("RGB")

    assert upright.getpixel((480, 256))[0] < 60
    assert upright.getpixel((30, 256))[0] > 200


def test_picture_with_transparency_gets_a_white_background():
    digest = avatar_storage.store_avatar(picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))

    assert stored(avatar_storage.avatar_file(digest, 512)).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_same_picture_is_stored_once():
    first = avatar_storage.store_avatar(picture())
    again = avatar_storage.store_avatar(picture())

    assert again == first
    assert len(list(avatar_storage.avatar_file(first, 512).parent.iterdir())) == 2


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
    assert not (avatar_storage.avatar_file("00", 1).parent.parent).exists()


def test_picture_of_a_hundred_megapixels_is_refused_before_decoding():
    began = time.process_time()

    with pytest.raises(avatar_storage.PictureTooManyPixels) as refused:
        avatar_storage.store_avatar(picture(size=(10_000, 10_000), mode="L", color=0))

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


def test_unused_pictures_are_deleted_and_used_ones_kept(make_user, logged_in, put):
    ana = make_user("ana")
    put(logged_in(ana), picture())
    ana.refresh_from_db()
    left_over = avatar_storage.store_avatar(picture(color=(9, 9, 9)))
    for digest in (ana.avatar, left_over):
        for size in (128, 512):
            os.utime(avatar_storage.avatar_file(digest, size), (0, 0))
    fresh = avatar_storage.store_avatar(picture(color=(7, 7, 77)))

    deleted = periodic_tasks.delete_orphaned_avatars(clock.now() + timedelta(minutes=1))

    assert deleted == 1
    assert not avatar_storage.avatar_file(left_over, 512).exists()
    assert avatar_storage.avatar_file(ana.avatar, 512).exists()
    assert avatar_storage.avatar_file(fresh, 128).exists()


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)


def test_picture_upload_on_a_full_disk_can_be_retried(make_user, client, put, full_disk, caplog):
    client.force_login(make_user("ana"))

    answer = put(client, picture())

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "5")
    assert "Traceback" not in caplog.text


def test_picture_page_reports_a_full_disk_as_temporary(make_user, client, full_disk):
    client.force_login(make_user("ana", language="en"))

    answer = client.post("/saya/foto/", {"picture": SimpleUploadedFile("a.png", picture(), "image/png")})

    assert answer.status_code == 503
    assert "This is temporarily unavailable. Try again in a moment." in answer.content.decode()
