"""Encoding: what becomes of a photo, what is refused, and what happens when a worker dies."""

from __future__ import annotations

import base64
import hashlib
import io
import time

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from superapp.core import jobs
from superapp.core.models import Job
from superapp.media.actions import encoding
from superapp.media.adapters import storage
from superapp.media.domain import photo_encoding
from superapp.media.domain.pictures import encode_picture
from superapp.media.domain.thumbhash import encode_thumbhash
from superapp.media.errors import StorageFull, StorageUnavailable
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from tests.media.conftest import run_jobs
from tests.media.photo_files import gif_of_frames, jpeg_of_several_pictures, photo, picture, png_that_declares

FILES = ("large.webp", "original", "small.webp")
RED, BLUE = (220, 30, 30), (30, 30, 220)


def opened(content):
    return Image.open(io.BytesIO(content))


def is_near(pixel, colour, by=12):
    return all(abs(one - other) <= by for one, other in zip(pixel[:3], colour, strict=True))


def encode(content):
    return photo_encoding.encode_photo(io.BytesIO(content))


def test_photo_is_encoded_in_two_sizes_and_hinted_to_its_owner(make_user, tus, media_root, hints_sent):
    ana = make_user("ana")
    client = tus(ana)

    media = client.upload(photo(2_000, 1_000))
    hints_sent.clear()
    run_jobs()

    row = client.state(media)
    assert (row["state"], row["code"], row["width"], row["height"]) == ("ready", None, 2_000, 1_000)
    assert 18 <= len(base64.b64decode(row["placeholder"])) <= 26
    files = {path.name: path.read_bytes() for path in media_root.rglob("*") if path.is_file()}
    assert sorted(files) == list(FILES)
    assert {name: opened(content).size for name, content in files.items()} == {
        "small.webp": (512, 256), "large.webp": (1_600, 800), "original": (2_000, 1_000),
    }  # fmt: skip
    stored = Media.objects.get()
    assert stored.sha256 == hashlib.sha256(files["original"]).hexdigest()
    assert stored.bytes == sum(map(len, files.values()))
    assert hints_sent == [([ana.pk], {"on": "media", "say": "media.changed", "media": row})]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_encoded_photo_keeps_pixels_and_no_metadata(kind):
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Kamera Rahasia", {1: "N", 2: (6.0, 12.0, 30.0)}
    options = {
        "exif": exif.tobytes(),
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", "Rahasia di PNG")
        options["pnginfo"] = notes
    if kind == "JPEG":
        options["comment"] = b"Rahasia di JPEG"
    upload = photo(kind=kind, **options) + b"<script>Rahasia di ekor</script>PK\x03\x04"
    assert b"Rahasia" in upload

    encoded = encode(upload)

    for content in (encoded.small, encoded.large, encoded.original):
        assert not any(mark in content for mark in (b"Rahasia", b"Exif", b"ICC_PROFILE", b"iCCP", b"script", b"PK\x03"))
    assert opened(encoded.original).format == kind
    assert dict(opened(encoded.original).getexif()) == {}


@pytest.mark.parametrize(
    ("orientation", "size", "top_left"),
    [(1, (640, 480), RED), (3, (640, 480), BLUE), (6, (480, 640), RED), (8, (480, 640), BLUE), (99, (640, 480), RED)],
)
def test_photo_is_turned_upright(orientation, size, top_left):
    exif = Image.Exif()
    exif[0x0112] = orientation

    encoded = encode(photo(exif=exif.tobytes()))

    assert (encoded.width, encoded.height) == size
    for content in (encoded.small, encoded.large, encoded.original):
        assert is_near(opened(content).convert("RGB").getpixel((2, 2)), top_left)


def test_colours_of_another_profile_are_converted_to_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # What this profile calls red is green.
    swapped = profile.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ").replace(b"....", b"gXYZ")

    encoded = encode(photo(icc_profile=swapped))

    for content in (encoded.small, encoded.large, encoded.original):
        red, green, _blue = opened(content).convert("RGB").getpixel((9, 9))
        assert green > 200 > red


@pytest.mark.parametrize("profile", [b"no profile at all", b"\0" * 2_000_000])
def test_broken_profile_is_ignored(profile):
    encoded = encode(photo(icc_profile=profile))

    assert is_near(opened(encoded.original).getpixel((2, 2)), RED)


def test_jpeg_keeps_its_quantization_tables():
    upload = photo(quality=71, subsampling=0)

    original = opened(encode(upload).original)

    assert original.quantization == opened(upload).quantization
    assert abs(len(encode(upload).original) - len(upload)) < len(upload) / 10


def test_transparency_gets_a_white_background_and_stays_in_the_original():
    clear = picture(64, 64, "RGBA")
    clear.putalpha(0)
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")

    encoded = encode(buffer.getvalue())

    assert is_near(opened(encoded.small).convert("RGB").getpixel((9, 9)), (255, 255, 255))
    assert opened(encoded.original).convert("RGBA").getpixel((9, 9))[3] == 0


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("GIF", "P"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_pixel_mode_is_decoded(kind, mode):
    encoded = encode(photo(64, 48, kind, "L" if mode == "I;16" else mode))

    assert (encoded.width, encoded.height) == (64, 48)


def test_sixteen_bits_a_pixel_keep_their_brightness():
    buffer = io.BytesIO()
    Image.new("I;16", (64, 64), 40_000).save(buffer, "PNG")

    assert is_near(opened(encode(buffer.getvalue()).small).convert("RGB").getpixel((9, 9)), (156, 156, 156))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_is_reduced_to_its_first_frame(kind):
    first, second = picture(64, 48), Image.new("RGB", (64, 48), (0, 200, 0))
    buffer = io.BytesIO()
    first.save(buffer, kind, save_all=True, append_images=[second] * 20, duration=40)

    encoded = encode(buffer.getvalue())

    original = opened(encoded.original)
    assert getattr(original, "n_frames", 1) == 1
    assert is_near(original.convert("RGB").getpixel((5, 5)), RED, by=40)


def test_of_a_million_frames_one_is_read():
    began = time.process_time()

    encoded = encode(gif_of_frames(1_000_000))

    assert time.process_time() - began < 2
    assert (encoded.width, encoded.height) == (1, 1)
    assert len(encoded.original) < 1_000


def test_of_a_jpeg_with_a_second_picture_the_first_is_read_as_a_jpeg():
    encoded = encode(jpeg_of_several_pictures())

    assert (encoded.width, encoded.height, encoded.original_type) == (640, 480, "image/jpeg")
    assert is_near(opened(encoded.original).getpixel((5, 5)), RED, by=40)
    avatar = encode_picture(jpeg_of_several_pictures(), kind="avatar", is_square=True)
    assert (avatar.width, avatar.height) == (512, 512)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "text": (b"halo kak, ini bukan foto", "media.unreadable"),
    "svg": (SVG, "media.unreadable"),
    "html after a JPEG's first bytes": (b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "media.unreadable"),
    "a GIF that is a script": (b"GIF89a/*" + SVG + b"*/=alert(1)//;", "media.unreadable"),
    "a PDF in the name of a photo": (b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>endobj", "media.unreadable"),
    "an archive": (b"PK\x03\x04" + bytes(60), "media.unreadable"),
    "half a JPEG": (photo()[:1_500], "media.unreadable"),
    "bmp": (photo(kind="BMP"), "media.unreadable"),
    "tiff": (photo(kind="TIFF"), "media.unreadable"),
    "a million by a million": (png_that_declares(1_000_000, 1_000_000), "media.too_many_pixels"),
    "25 megapixels of PNG": (png_that_declares(5_001, 5_001), "media.too_many_pixels"),
    "one long line": (png_that_declares(16_385, 1), "media.too_many_pixels"),
    "a PNG without its pixels": (png_that_declares(3_000, 3_000), "media.unreadable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_is_no_photo_is_refused_with_its_code(make_user, tus, media_root, name):
    content, expected = REFUSED[name]
    ana = tus(make_user("ana"))

    media = ana.upload(content)
    run_jobs()

    row = ana.state(media)
    assert (row["state"], row["code"], row["width"]) == ("refused", expected, None)
    assert [path for path in media_root.rglob("*") if path.is_file()] == []
    assert Job.objects.get().state == "done"


def test_progressive_jpeg_has_a_lower_limit(monkeypatch):
    monkeypatch.setattr(photo_encoding, "PROGRESSIVE_PIXELS_MAX", 10_000)

    assert encode(photo(200, 100)).width == 200
    with pytest.raises(photo_encoding.TooManyPixels):
        encode(photo(200, 100, progressive=True))


def test_very_large_jpeg_is_decoded_at_half_its_sides(monkeypatch):
    monkeypatch.setattr(photo_encoding, "KEPT_PIXELS_MAX", 10_000)

    encoded = encode(photo(200, 100))

    assert (encoded.width, encoded.height) == (100, 50)
    assert opened(encoded.original).size == (100, 50)


def test_job_that_runs_again_changes_nothing(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    run_jobs()
    row, stored = ana.state(media), list(Media.objects.values())

    Job.objects.update(state="queued", ended_at=None, due_at=stored[0]["created_at"])
    run_jobs()

    assert (ana.state(media), list(Media.objects.values())) == (row, stored)


@pytest.mark.parametrize("dies_at", ["large.webp", "original", "ready", "chunks"])
def test_worker_failing_at_any_step_is_finished_by_the_next(make_user, tus, media_root, monkeypatch, dies_at):
    ana = tus(make_user("ana"))
    media = ana.upload(photo(), chunk=1_000)

    class Died(BaseException):
        """The end of a process."""

    def die(*_args, **_kwargs):
        raise Died

    with monkeypatch.context() as patched:
        if dies_at == "ready":
            patched.setattr(encoding, "_settle_ready", die)
        elif dies_at == "chunks":
            patched.setattr(storage, "delete_folder", die)
        else:
            write = storage.write_object
            patched.setattr(
                storage, "write_object", lambda name, content: die() if name.endswith(dies_at) else write(name, content)
            )
        with pytest.raises(Died):
            run_jobs()
    Job.objects.update(state="queued")
    run_jobs()

    assert ana.state(media)["state"] == "ready"
    assert Job.objects.get().state == "done"
    periodic_tasks.sweep_chunks(Media.objects.get().created_at)
    assert sorted(path.name for path in media_root.rglob("*") if path.is_file()) == list(FILES)


def test_photo_that_was_deleted_while_it_was_encoded_leaves_no_file(make_user, tus, media_root, monkeypatch):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    settle = encoding._settle_ready

    def delete_first(*args):
        assert ana.send("DELETE", f"/media/unggahan/{media}").status_code == 204
        periodic_tasks.remove_deleted_files(None)
        return settle(*args)

    monkeypatch.setattr(encoding, "_settle_ready", delete_first)
    run_jobs()

    assert Media.objects.get().state == "deleted"
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def run_until_job_fails(now):
    for _attempt in range(jobs.ATTEMPTS_MAX):
        run_jobs()
    periodic_tasks.restart_failed_encodings(now)


def test_photo_at_which_each_job_fails_is_refused_in_the_end(make_user, tus, monkeypatch, now):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())

    def fail(*_args):
        raise MemoryError

    monkeypatch.setattr(encoding, "encode_photo", fail)
    states = []
    for _job in range(encoding.ENCODINGS_MAX):
        states.append(ana.state(media)["state"])
        run_until_job_fails(now)

    assert states == ["processing"] * encoding.ENCODINGS_MAX
    assert (ana.state(media)["state"], ana.state(media)["code"]) == ("refused", "media.encoding_failed")
    assert Job.objects.count() == encoding.ENCODINGS_MAX


def test_photo_whose_chunk_is_gone_is_refused_in_the_end(make_user, tus, media_root, now):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    for chunk in (media_root / "unggahan" / media).iterdir():
        chunk.unlink()

    for _job in range(encoding.ENCODINGS_MAX):
        run_until_job_fails(now)

    assert ana.state(media)["code"] == "media.encoding_failed"


@pytest.mark.parametrize("failure", [StorageUnavailable, StorageFull])
def test_photo_waits_as_long_as_the_storage_is_away_or_full(make_user, tus, monkeypatch, now, failure):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())

    def fail(*_args):
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(storage, "write_object", fail)
        for _job in range(encoding.ENCODINGS_MAX + 2):
            run_until_job_fails(now)
    waited = ana.state(media)["state"]
    run_jobs()

    assert (waited, ana.state(media)["state"]) == ("processing", "ready")


def test_encoding_continues_when_storage_returns(make_user, tus, monkeypatch, now):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())

    def away(*_args):
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(storage, "read_object", away)
        for _attempt in range(jobs.ATTEMPTS_MAX):
            run_jobs()
    assert periodic_tasks.restart_failed_encodings(now) == 1
    run_jobs()

    assert ana.state(media)["state"] == "ready"


def test_thumbhash_equals_the_reference_implementation():
    # Made by the format's own JavaScript from the same pixels.
    slope = Image.merge(
        "RGB", [Image.linear_gradient("L").resize((24, 32)), *[Image.radial_gradient("L").resize((24, 32))] * 2]
    )

    assert base64.b64encode(encode_thumbhash(slope)).decode() == "4ecJNRr4h3CH92d4iIh4h0eAdARI"
    assert len(encode_thumbhash(Image.new("RGB", (400, 300), (10, 20, 30)))) > 20
