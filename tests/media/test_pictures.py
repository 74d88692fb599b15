"""Avatars and public pictures: stored at once or in chunks, shared by content, and removed with the last row."""

from __future__ import annotations

import base64
import io
import threading

import pytest
from django.db import transaction
from PIL import Image

from superapp.core import clock, images
from superapp.core.fair_semaphore import FairSemaphore
from superapp.media import api, queries
from superapp.media.actions import pictures
from superapp.media.adapters import storage
from superapp.media.errors import MediaNotFound, MediaUnreadable, StorageUnavailable
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from tests.harness.concurrency import run_together
from tests.media.conftest import run_jobs
from tests.media.photo_files import photo, png_that_declares

AVATAR = f"kind {base64.b64encode(b'avatar').decode()}"
DAY = periodic_tasks.UNREFERENCED_KEPT


def begin(client, length):
    return client.create(length, metadata=AVATAR)


def upload_avatar(client, content):
    path = begin(client, len(content)).headers["Location"]
    assert client.append(path, 0, content).status_code == 204
    run_jobs()
    return path.rsplit("/", 1)[1]


def store(owner, content=None, **fields):
    named = {"owner_id": owner.pk, "kind": api.MediaKind.AVATAR, "now": clock.now(), **fields}
    return api.store_picture(content or photo(600, 300), **named)


def files_in(root):
    return sorted(path.name for path in root.rglob("*.webp"))


def test_uploaded_avatar_becomes_two_squares_and_keeps_no_original(make_user, tus, media_root):
    client = tus(make_user("ana"))

    media = upload_avatar(client, photo(800, 400))

    row = client.state(media)
    assert (row["state"], row["kind"], row["width"], row["height"]) == ("ready", "avatar", 512, 512)
    assert row["placeholder"]
    stored = Media.objects.get()
    assert files_in(media_root) == sorted(f"{stored.sha256}-{side}.webp" for side in (128, 512))
    sides = {name: Image.open(io.BytesIO(client.file(media, name).body)).size for name in ("small.webp", "large.webp")}
    assert sides == {"small.webp": (128, 128), "large.webp": (512, 512)}
    assert client.file(media, "original").status_code == 404
    assert [path for path in media_root.rglob("*") if path.is_file() and path.suffix != ".webp"] == []


def test_avatar_that_nothing_shows_is_its_owners_alone(make_user, tus):
    ana, bo = tus(make_user("ana")), tus(make_user("bo"))
    media = upload_avatar(ana, photo())

    assert (ana.file(media, "small.webp").status_code, bo.file(media, "small.webp").status_code) == (200, 404)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00" + b"\0" * 500, "media.unreadable"),
        (photo()[:-300], "media.unreadable"),
        (png_that_declares(20_000, 20_000), "media.too_many_pixels"),
    ],
    ids=["exe", "cut", "bomb"],
)
def test_upload_that_is_no_picture_is_refused_by_the_job(make_user, tus, media_root, content, code):
    client = tus(make_user("ana"))

    media = upload_avatar(client, content)

    assert (client.state(media)["state"], client.state(media)["code"]) == ("refused", code)
    assert files_in(media_root) == []


def test_avatar_has_a_smaller_limit_than_a_photo(make_user, tus):
    refused = begin(tus(make_user("ana")), images.UPLOAD_BYTES_MAX + 1)

    assert (refused.status_code, refused.json()["code"]) == (413, "media.too_large")


def test_public_picture_is_not_uploaded_in_chunks(make_user, tus):
    refused = tus(make_user("ana")).create(9, metadata=f"kind {base64.b64encode(b'public').decode()}")

    assert refused.json()["code"] == "media.kind_unknown"


def test_avatar_is_no_photo_of_a_message(make_user, tus):
    ana = make_user("ana")
    stored = store(ana)
    with transaction.atomic(), pytest.raises(MediaNotFound):
        api.take_photos(owner_id=ana.pk, media=[stored.id], reference="chat.message:1")


def test_equal_pictures_share_files_until_the_last_row_is_deleted(make_user, media_root):
    ana, bo = make_user("ana"), make_user("bo")
    one, other = store(ana), store(bo)
    assert (one.sha256, len(files_in(media_root))) == (other.sha256, 2)

    pictures_left = []
    for row in (one, other):
        Media.objects.filter(public_id=row.id).update(state="deleted", deleted_at=clock.now())
        periodic_tasks.remove_deleted_files(clock.now())
        pictures_left.append(len(files_in(media_root)))

    assert pictures_left == [2, 0]


def test_picture_that_is_stored_while_an_equal_one_is_removed_has_its_files(make_user, media_root, monkeypatch):
    """The remover holds the locks while it deletes, so the one that stores waits, and writes the files anew."""
    ana, bo = make_user("ana"), make_user("bo")
    first = store(ana)
    Media.objects.filter(public_id=first.id).update(state="deleted", deleted_at=clock.now())
    # One at a time in a process; here the two are as in two processes.
    monkeypatch.setattr(images, "decoding_slots", FairSemaphore(2, waiting_max=2))
    is_deleting, is_storing = threading.Event(), threading.Event()
    delete, begin_storing = storage.delete_object, pictures._get_or_create_row

    def delete_slowly(name):
        is_deleting.set()
        is_storing.wait(5)
        delete(name)

    def begin_later(*args, **named):
        assert is_deleting.wait(5)
        is_storing.set()
        return begin_storing(*args, **named)

    monkeypatch.setattr(storage, "delete_object", delete_slowly)
    monkeypatch.setattr(pictures, "_get_or_create_row", begin_later)
    _removed, second = run_together(lambda: periodic_tasks.remove_deleted_files(clock.now()), lambda: store(bo))

    assert files_in(media_root) == sorted(f"{second.sha256}-{side}.webp" for side in (128, 512))


def test_picture_that_could_not_be_written_is_deleted_after_a_day(make_user, media_root, monkeypatch):
    ana = make_user("ana")
    write = storage.write_object
    calls = []

    def fail_at_the_second(name, content):
        calls.append(name)
        if len(calls) == 2:
            raise StorageUnavailable(retry_after=5)
        write(name, content)

    monkeypatch.setattr(storage, "write_object", fail_at_the_second)
    with pytest.raises(StorageUnavailable):
        store(ana)
    assert (Media.objects.get().state, len(files_in(media_root))) == ("processing", 1)

    later = clock.now() + 2 * DAY
    periodic_tasks.delete_unreferenced(later)
    periodic_tasks.remove_deleted_files(later)
    periodic_tasks.delete_old_rows(later)

    assert files_in(media_root) == []
    assert not Media.objects.exists()


def test_public_picture_of_one_owner_has_one_row_however_often_it_is_stored(make_user):
    ana, bo = make_user("ana"), make_user("bo")
    fields = {"kind": api.MediaKind.PUBLIC, "is_square": False, "reference": "shop:1"}

    ids = [store(owner, **fields).id for owner in (ana, ana, bo)]

    assert ids[0] == ids[1] != ids[2]
    assert Media.objects.count() == 2


def test_public_pictures_take_no_room_of_their_owner(make_user):
    ana = make_user("ana")
    store(ana, kind=api.MediaKind.PUBLIC, is_square=False, reference="shop:1")

    assert queries.count_used_bytes(ana.pk) == 0


def test_thin_picture_is_refused_where_it_keeps_its_ratio(make_user):
    ana = make_user("ana")
    with pytest.raises(MediaUnreadable):
        store(ana, photo(1_000, 200), kind=api.MediaKind.PUBLIC, is_square=False)
    assert store(ana, photo(1_000, 200)).width == 512
