"""Resumable uploads: what the protocol asks for, its limits, and outsiders."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.test import Client

from superapp.core import clock
from superapp.core.models import Job
from superapp.media.actions import uploads
from superapp.media.models import Chunk, Media, Upload
from tests.media.conftest import UPLOADS
from tests.media.photo_files import photo

MEGABYTE = 1024 * 1024


def code(answer):
    return json.loads(answer.content)["code"]


def objects(media_root):
    """The names of all files in the storage."""
    return sorted(str(path.relative_to(media_root)) for path in media_root.rglob("*") if path.is_file())


def test_options_describes_the_protocol_to_anybody():
    answer = Client().options(UPLOADS)

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == str(20 * MEGABYTE)


def test_upload_in_chunks_is_stored_counted_and_processed(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    content = photo()

    path = ana.begin(len(content))
    first = ana.append(path, 0, content[:1_000])
    between = ana.send("HEAD", path)
    last = ana.append(path, 1_000, content[1_000:])

    assert (first.status_code, first.headers["Upload-Offset"], first.headers["Tus-Resumable"]) == (204, "1000", "1.0.0")
    assert between.headers["Upload-Offset"] == "1000"
    assert between.headers["Upload-Length"] == str(len(content))
    assert between.headers["Upload-Metadata"] == "kind cGhvdG8="
    assert "no-store" in between.headers["Cache-Control"]
    assert between.headers["Upload-Expires"].endswith("GMT")
    assert last.headers["Upload-Offset"] == str(len(content))
    assert b"".join((media_root / chunk.name).read_bytes() for chunk in Chunk.objects.order_by("offset")) == content
    media = Media.objects.get()
    assert ana.state(str(media.public_id)) == {
        "id": str(media.public_id), "state": "processing", "code": None, "kind": "photo",
        "width": None, "height": None, "placeholder": None,
    }  # fmt: skip
    assert Job.objects.get().arguments == {"media_id": media.pk}


def test_chunk_at_another_offset_is_refused_with_the_right_offset(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    path = ana.begin(100)
    ana.append(path, 0, b"x" * 10)

    again, ahead = ana.append(path, 0, b"x" * 10), ana.append(path, 20, b"x" * 10)

    assert (again.status_code, code(again)) == (409, "media.offset_conflict")
    assert json.loads(ahead.content)["params"] == {"offset": 10}
    assert ana.offset(path) == 10
    assert len(objects(media_root)) == 1


def test_checksum_is_computed_only_for_a_chunk_that_may_be_stored(make_user, tus, media_root, monkeypatch):
    ana, eve = tus(make_user("ana")), tus(make_user("eve"))
    path = ana.begin(20)
    computed = []
    monkeypatch.setattr("superapp.media.domain.tus.require_checksum", lambda *chunk: computed.append(chunk))
    wrong = {"Upload-Checksum": "sha1 AAAA"}

    theirs = eve.append(path, 0, b"x" * 10, **wrong)
    ahead = ana.append(path, 5, b"x" * 10, **wrong)
    beyond = ana.append(path, 0, b"x" * 21, **wrong)
    before = list(computed)
    ana.append(path, 0, b"x" * 10, **wrong)

    assert [answer.status_code for answer in (theirs, ahead)] == [404, 409]
    assert code(beyond) == "media.upload_overrun"
    assert (before, computed) == ([], [("sha1 AAAA", b"x" * 10)])


def test_chunk_with_another_checksum_is_refused_and_nothing_of_it_is_stored(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    path = ana.begin(20)
    sums = {name: base64.b64encode(hashlib.new(name, b"x" * 10).digest()).decode() for name in ("sha1", "sha256")}

    damaged = ana.append(path, 0, b"y" * 10, **{"Upload-Checksum": f"sha1 {sums['sha1']}"})
    unknown = ana.append(path, 0, b"x" * 10, **{"Upload-Checksum": f"md5 {sums['sha1']}"})
    malformed = ana.append(path, 0, b"x" * 10, **{"Upload-Checksum": "sha1 ***"})
    whole = [
        ana.append(path, 10 * number, b"x" * 10, **{"Upload-Checksum": f"{name} {sums[name]}"}).status_code
        for number, name in enumerate(sums)
    ]

    assert (damaged.status_code, code(damaged)) == (460, "media.checksum_mismatch")
    assert (unknown.status_code, code(unknown)) == (400, "media.checksum_unsupported")
    assert malformed.status_code == 400
    assert whole == [204, 204]
    assert len(objects(media_root)) == 2


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Upload-Length": None}, 400, "media.length_invalid"),
        ({"Upload-Length": "0"}, 400, "media.length_invalid"),
        ({"Upload-Length": "-5"}, 400, "media.length_invalid"),
        ({"Upload-Length": "٣"}, 400, "media.length_invalid"),
        ({"Upload-Length": str(20 * MEGABYTE + 1)}, 413, "media.too_large"),
        ({"Upload-Metadata": ""}, 422, "media.kind_unknown"),
        ({"Upload-Metadata": "kind dmlkZW8="}, 422, "media.kind_unknown"),
        ({"Upload-Metadata": "kind ***"}, 400, "media.metadata_invalid"),
        ({"Upload-Metadata": "kind cGhvdG8=,kind cGhvdG8="}, 400, "media.metadata_invalid"),
        ({"Upload-Metadata": "kind cGhvdG8=,filename " + "QUJD" * 1_000}, 400, "media.metadata_invalid"),
        ({"Upload-Metadata": "kind /w=="}, 400, "media.metadata_invalid"),
        ({"Tus-Resumable": None}, 412, "media.tus_version"),
        ({"Tus-Resumable": "0.2.2"}, 412, "media.tus_version"),
    ],
)
def test_malformed_creation_is_refused_with_its_code(make_user, tus, headers, status, expected):
    ana = tus(make_user("ana"))

    answer = ana.create(10, **headers)

    assert (answer.status_code, code(answer)) == (status, expected)
    assert Media.objects.count() == 0
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    ("content", "headers", "status", "expected"),
    [
        (b"x" * 11, {}, 422, "media.upload_overrun"),
        (b"x", {"Upload-Offset": None}, 400, "media.offset_invalid"),
        (b"x", {"Upload-Offset": "1e3"}, 400, "media.offset_invalid"),
        (b"x", {"content_type": "application/octet-stream"}, 415, "media.chunk_type"),
        (b"x", {"Tus-Resumable": "2.0.0"}, 412, "media.tus_version"),
    ],
)
def test_malformed_chunk_is_refused_with_its_code(make_user, tus, media_root, content, headers, status, expected):
    ana = tus(make_user("ana"))
    path = ana.begin(10)

    answer = ana.append(path, 0, content, **headers)

    assert (answer.status_code, code(answer)) == (status, expected)
    assert ana.offset(path) == 0
    assert objects(media_root) == []


def test_chunk_that_declares_more_than_four_megabytes_is_refused_before_it_is_read(make_user, tus):
    ana = tus(make_user("ana"))
    path = ana.begin(8 * MEGABYTE)

    class Unread:
        def read(self, *_size):
            raise AssertionError("the body was read")

        readline = read

    answer = ana.client.generic(
        "PATCH", path, b"", content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
        CONTENT_TYPE="application/offset+octet-stream", CONTENT_LENGTH=str(4 * MEGABYTE + 1),
        **{"wsgi.input": Unread()},
    )  # fmt: skip

    assert (answer.status_code, code(answer)) == (413, "media.chunk_too_large")


def test_body_that_ends_early_is_refused_and_nothing_of_it_is_stored(make_user, tus, media_root):
    ana = tus(make_user("ana"))
    path = ana.begin(100)

    answer = ana.client.generic(
        "PATCH", path, b"x" * 10, content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}, CONTENT_LENGTH="50",
        **{"wsgi.input": io.BytesIO(b"x" * 10)},
    )  # fmt: skip

    assert (answer.status_code, code(answer)) == (411, "media.chunk_length")
    assert objects(media_root) == []


def test_empty_chunk_changes_nothing(make_user, tus):
    ana = tus(make_user("ana"))
    path = ana.begin(10)

    answer = ana.append(path, 0, b"")

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "0")
    assert Chunk.objects.count() == 0


def test_method_may_be_named_in_a_header(make_user, tus):
    ana = tus(make_user("ana"))
    path = ana.begin(10)

    answer = ana.send("POST", path, b"x" * 4, **{"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"})

    assert answer.headers["Upload-Offset"] == "4"


@pytest.mark.parametrize("named", ["POST", "PATCH", "DELETE"])
def test_reading_an_upload_writes_nothing_whatever_its_headers(make_user, tus, named):
    ana = tus(make_user("ana"))
    path = ana.begin(10)

    answer = ana.send("GET", path, **{"Upload-Offset": "0", "X-HTTP-Method-Override": named})

    assert answer.status_code == 405
    assert Chunk.objects.count() == 0
    assert ana.send("HEAD", path).headers["Upload-Offset"] == "0"


def test_upload_in_tiny_chunks_is_refused(make_user, tus, monkeypatch):
    monkeypatch.setattr("superapp.media.actions.uploads.CHUNKS_MAX", 3)
    ana = tus(make_user("ana"))
    path = ana.begin(10)
    for offset in range(3):
        assert ana.send("PATCH", path, b"x", **{"Upload-Offset": str(offset)}).status_code == 204

    answer = ana.send("PATCH", path, b"x", **{"Upload-Offset": "3"})

    assert (answer.status_code, answer.json()["code"]) == (413, "media.too_many_chunks")
    assert Chunk.objects.count() == 3


def test_expired_upload_is_gone(make_user, tus, monkeypatch):
    ana = tus(make_user("ana"))
    path = ana.begin(10)
    later = clock.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    uploads_before = Upload.objects.count()

    answer = ana.append(path, 0, b"x")

    assert (answer.status_code, code(answer)) == (410, "media.upload_expired")
    assert (uploads_before, Chunk.objects.count()) == (1, 0)


def test_termination_ends_an_upload_at_any_point(make_user, tus):
    ana = tus(make_user("ana"))
    begun, complete = ana.begin(10), UPLOADS + ana.upload(photo())
    ana.append(begun, 0, b"x")

    answers = [ana.send("DELETE", path).status_code for path in (begun, complete)]

    assert answers == [204, 204]
    assert [ana.send("HEAD", path).status_code for path in (begun, complete)] == [404, 404]
    assert code(ana.append(begun, 1, b"x")) == "media.not_found"
    assert ana.send("DELETE", begun).status_code == 404


def test_outsider_cannot_see_continue_or_end_an_upload(make_user, tus, media_root):
    ana, eve = tus(make_user("ana")), tus(make_user("eve"))
    path = ana.begin(10)
    media = path.rsplit("/", 1)[1]
    before = list(Media.objects.values()), list(Upload.objects.values())

    answers = [
        eve.send("HEAD", path), eve.append(path, 0, b"x"), eve.send("DELETE", path),
        eve.client.get(f"/api/v1/media/{media}"),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert [code(answer) for answer in answers[1:]] == ["media.not_found"] * 3
    assert (list(Media.objects.values()), list(Upload.objects.values())) == before
    assert objects(media_root) == []


def test_upload_without_a_session_is_refused():
    answers = [
        Client().post(UPLOADS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"}),
        Client().get("/api/v1/media/0198c0de-0000-7000-8000-000000000000"),
    ]

    assert [(answer.status_code, code(answer)) for answer in answers] == [(401, "not_logged_in")] * 2


def test_request_without_the_csrf_token_is_refused_as_json(make_user, tus):
    ana = tus(make_user("ana"))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = ana.client.cookies["sessionid"].value

    answer = strict.post(UPLOADS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"})

    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert Media.objects.count() == 0


def test_quota_counts_stored_and_announced_bytes(make_user, tus, settings):
    settings.MEDIA_QUOTA_MEGABYTES = 1
    ana, bo = tus(make_user("ana")), tus(make_user("bo"))
    path = ana.begin(MEGABYTE - 10)

    refused, fits = ana.create(11), ana.create(10)
    other = bo.create(11)
    ana.send("DELETE", path)

    assert (refused.status_code, code(refused)) == (413, "media.quota_exceeded")
    assert (fits.status_code, other.status_code) == (201, 201)


def test_too_many_unreferenced_uploads_are_refused(make_user, tus, monkeypatch):
    monkeypatch.setattr(uploads, "WAITING_MAX", 2)
    ana = tus(make_user("ana"))
    ana.begin(10), ana.begin(10)

    answer = ana.create(10)

    assert (answer.status_code, code(answer)) == (429, "media.too_many_uploads")
    assert answer.headers["Retry-After"] == "60"
