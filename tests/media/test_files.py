"""Files of media: for whom, with which headers, in which ranges, and for how long."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from superapp.core import clock
from superapp.media import api
from superapp.media.adapters import storage
from superapp.media.domain import permissions
from superapp.media.errors import MediaInUse, MediaNotFound, MediaNotReady, QuotaExceeded, StorageUnavailable
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from tests.media.conftest import UPLOADS
from tests.media.photo_files import photo


@pytest.fixture
def album(monkeypatch):
    """Things that show media: the people who may see each, by its key."""
    people = {}
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    api.register_permission("tests.album", lambda key, user_id: user_id in people.get(key, ()))
    return people


def take(owner, *media, key="1"):
    reference = api.make_reference("tests.album", key)
    with transaction.atomic():
        return api.take_photos(owner_id=owner.pk, media=[uuid.UUID(one) for one in media], reference=reference)


def test_file_is_private_to_its_owner_until_referenced(make_user, tus, ready_photo, album):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    media = ready_photo(ana)
    alone = [tus(person).file(media, "small.webp").status_code for person in (ana, bo, eve)]

    take(ana, media)
    album["1"] = {bo.pk}
    shown = [
        tus(person).file(media, name).status_code for person in (ana, bo, eve) for name in ("small.webp", "original")
    ]

    assert alone == [200, 404, 404]
    assert shown == [404, 404, 200, 200, 404, 404]
    assert Client().get(f"/media/berkas/{media}/small.webp").status_code == 404


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("small.webp", "image/webp"), ("large.webp", "image/webp"), ("original", "image/jpeg")],
)
def test_file_is_sent_with_headers_that_keep_it_from_running(
    make_user, tus, ready_photo, media_root, name, content_type
):
    ana = make_user("ana")
    media = ready_photo(ana, photo(1_000, 800))

    answer = tus(ana).file(media, name, **{"Accept-Encoding": "gzip"})

    stored = next(media_root.rglob(name)).read_bytes()
    assert answer.body == stored
    expected = {
        "Content-Type": content_type,
        "Content-Length": str(len(stored)),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=604800, immutable",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert {key: answer.headers[key] for key in expected} == expected
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=10-19", 206, slice(10, 20)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=-99999999", 206, slice(0, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=7-3", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-1,4-5", 200, slice(0, None)),
        ("lines=0-1", 200, slice(0, None)),
    ],
)
def test_range_is_served(make_user, tus, ready_photo, media_root, asked, status, part):
    ana = make_user("ana")
    media = ready_photo(ana)
    stored = next(media_root.rglob("small.webp")).read_bytes()

    answer = tus(ana).file(media, "small.webp", Range=asked)

    assert answer.status_code == status
    if part is None:
        assert answer.headers["Content-Range"] == f"bytes */{len(stored)}"
    else:
        assert answer.body == stored[part]
        assert answer.headers["Content-Length"] == str(len(stored[part]))


def test_file_with_a_matching_etag_is_304(make_user, tus, ready_photo):
    ana = make_user("ana")
    client, media = tus(ana), ready_photo(ana)
    etag = client.file(media, "small.webp").headers["ETag"]

    again = client.file(media, "small.webp", **{"If-None-Match": etag})
    other = client.file(media, "large.webp", **{"If-None-Match": etag})
    part = client.file(media, "small.webp", Range="bytes=0-1", **{"If-Range": etag})
    changed = client.file(media, "small.webp", Range="bytes=0-1", **{"If-Range": '"other"'})

    assert [answer.status_code for answer in (again, other, part, changed)] == [304, 200, 206, 200]


@pytest.mark.parametrize("name", ["small", "..", "original.jpg", "%2e%2e%2fsmall.webp", "Small.webp"])
def test_unknown_file_name_is_404(make_user, tus, ready_photo, name):
    ana = make_user("ana")
    media = ready_photo(ana)

    assert tus(ana).client.get(f"/media/berkas/{media}/{name}").status_code == 404


def test_file_behind_the_proxy_is_sent_by_the_proxy(make_user, tus, ready_photo, settings):
    settings.MEDIA_ACCEL = "/-/media/"
    ana = make_user("ana")
    media = ready_photo(ana)

    answer = tus(ana).file(media, "large.webp")

    assert answer.headers["X-Accel-Redirect"] == f"/-/media/berkas/{media[-2:]}/{media}/large.webp"
    assert (answer.content, answer.headers["Content-Type"]) == (b"", "image/webp")


def test_file_that_the_proxy_would_miss_is_not_found_and_not_cached(
    make_user, tus, ready_photo, settings, media_root, caplog
):
    settings.MEDIA_ACCEL = "/-/media/"
    ana = make_user("ana")
    media = ready_photo(ana)
    (media_root / "berkas" / media[-2:] / media / "large.webp").unlink()

    answer = tus(ana).file(media, "large.webp")

    assert answer.status_code == 404
    assert "X-Accel-Redirect" not in answer.headers
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "media_file_missing" in caplog.text


def test_unreachable_storage_is_reported_as_temporary(make_user, tus, ready_photo, monkeypatch):
    ana = make_user("ana")
    media = ready_photo(ana)

    def away(_name):
        raise StorageUnavailable(retry_after=5)

    monkeypatch.setattr(storage, "open_object", away)
    answer = tus(ana).file(media, "small.webp")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_photo_is_claimed_once(make_user, tus, ready_photo, album):
    ana, eve = make_user("ana"), make_user("eve")
    one, other = ready_photo(ana), ready_photo(ana)
    begun = tus(ana).begin(10).rsplit("/", 1)[1]

    shown = take(ana, one, other)
    again = take(ana, one, other)

    assert shown == again
    assert [photo.id for photo in shown] == [one, other]
    assert (shown[0].width, shown[0].height) == (640, 480)
    with pytest.raises(MediaInUse):
        take(ana, one, key="2")
    with pytest.raises(MediaNotReady):
        take(ana, begun, key="2")
    for forged in (str(uuid.uuid4()), ready_photo(eve)):
        with pytest.raises(MediaNotFound):
            take(ana, forged, key="2")
    assert tus(ana).send("DELETE", UPLOADS + one).status_code == 409


def test_released_media_disappear_at_once_and_their_files_later(make_user, tus, ready_photo, media_root, album, now):
    ana = make_user("ana")
    media = ready_photo(ana)
    take(ana, media)
    album["1"] = {ana.pk}
    assert tus(ana).file(media, "small.webp").status_code == 200

    with transaction.atomic():
        assert api.release(api.make_reference("tests.album", "1"), now=now) == 1
    gone = tus(ana).file(media, "small.webp").status_code
    left = len(list(media_root.rglob("*.webp")))
    periodic_tasks.remove_deleted_files(now)

    assert (gone, left) == (404, 2)
    assert list(media_root.rglob("*.webp")) == []
    # A message that is sent again after its recall finds what it had shown.
    assert take(ana, media)[0].id == media
    assert (Media.objects.get().bytes, Media.objects.get().state) == (0, "deleted")


def test_files_of_a_copy_stay_until_the_last_of_them_is_deleted(make_user, tus, ready_photo, media_root, album, now):
    ana, bo = make_user("ana"), make_user("bo")
    media = ready_photo(ana)
    take(ana, media)
    album["1"], album["2"] = {ana.pk}, {bo.pk}
    with transaction.atomic():
        [copy] = api.copy_photos(
            owner_id=bo.pk, media=[uuid.UUID(media)], reference=api.make_reference("tests.album", "2"), now=now
        )

    seen, files = [], []
    for key in ("1", "2"):
        seen.append([tus(bo).file(one, "small.webp").status_code for one in (media, copy.id)])
        with transaction.atomic():
            api.release(api.make_reference("tests.album", key), now=now)
        periodic_tasks.remove_deleted_files(now)
        files.append(len([path for path in media_root.rglob("*") if path.is_file()]))

    assert seen == [[404, 200], [404, 200]]
    assert files == [3, 0]


def test_copy_counts_in_the_quota_and_needs_an_existing_photo(make_user, tus, ready_photo, album, settings, now):
    ana, bo = make_user("ana"), make_user("bo")
    media = uuid.UUID(ready_photo(ana))
    reference = api.make_reference("tests.album", "2")

    with pytest.raises(MediaNotFound), transaction.atomic():
        api.copy_photos(owner_id=bo.pk, media=[media, uuid.uuid4()], reference=reference, now=now)
    settings.MEDIA_QUOTA_MEGABYTES = 0
    with pytest.raises(QuotaExceeded), transaction.atomic():
        api.copy_photos(owner_id=bo.pk, media=[media], reference=reference, now=now)

    assert Media.objects.count() == 1


def test_unreferenced_media_are_deleted_after_a_day(make_user, tus, ready_photo, media_root, album):
    ana = make_user("ana")
    kept, forgotten = ready_photo(ana), ready_photo(ana)
    take(ana, kept)
    tus(ana).begin(10)
    today = clock.now()

    early = periodic_tasks.delete_unreferenced(today + timedelta(hours=23))
    later = periodic_tasks.delete_unreferenced(today + timedelta(hours=24, seconds=5))
    periodic_tasks.remove_deleted_files(today)
    periodic_tasks.delete_old_rows(today + timedelta(days=2))

    assert (early, later) == (0, 2)
    assert [str(media.public_id) for media in Media.objects.all()] == [kept]
    assert {path.parent.name for path in media_root.rglob("*") if path.is_file()} == {kept}
    assert tus(ana).file(forgotten, "small.webp").status_code == 404


def test_chunks_of_a_process_that_died_are_swept(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    path = ana.begin(20)
    ana.append(path, 0, b"x" * 10)
    storage.write_object(f"unggahan/{uuid.uuid4()}/000000000000-aa", b"orphan")

    swept = periodic_tasks.sweep_chunks(clock.now())

    assert swept == 1
    assert len([found for found in media_root.rglob("*") if found.is_file()]) == 1
    assert ana.append(path, 10, b"x" * 5).status_code == 204
