"""Processes that are killed while they receive or encode, a full disk, and others who go on."""

from __future__ import annotations

import base64
import errno
import json
import os
import tempfile
from datetime import timedelta

import pytest
from django.db.utils import OperationalError

from superapp.core import clock, images, jobs
from superapp.core.models import Job
from superapp.media.actions import encoding, uploads
from superapp.media.adapters import joined_file
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Chunk, Media, Upload
from tests.media.conftest import run_jobs
from tests.media.photo_files import photo
from tests.races.apart import Apart

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(autouse=True)
def media_root(settings, real_db):
    """The same files as those of the other processes."""
    settings.MEDIA_ROOT = real_db.var_dir / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def apart(real_db):
    """A process of its own, which can be killed."""
    process = Apart("tests.media.uploading", real_db.env)
    yield process
    process.kill()


def begin(user, content):
    begun = uploads.create_upload(
        owner_id=user.pk, length=len(content), fields={"kind": "photo"}, metadata="", now=clock.now()
    )
    return begun.media


def killed(process, **order):
    """Give an order that kills the process, and wait for its end."""
    process.say(**order)
    process._process.wait(60)
    assert process._process.returncode == -9
    process.kill()  # Closes its pipes.


def chunk_order(user, media, offset, content):
    return {"owner": user.pk, "media": str(media), "offset": offset, "content": base64.b64encode(content).decode()}


def files(media_root):
    return [path for path in media_root.rglob("*") if path.is_file()]


def test_process_killed_between_a_chunk_and_its_row_has_stored_nothing_that_counts(make_user, apart, media_root):
    ana, content = make_user("ana"), photo()
    media = begin(ana, content)
    killed(apart, **chunk_order(ana, media, 0, content[:900]), dies="before the row")

    orphans, offset = len(files(media_root)), Upload.objects.get().offset
    uploads.append_chunk(owner_id=ana.pk, media=media, offset=0, content=content, now=clock.now())
    run_jobs()

    assert (orphans, offset) == (1, 0)
    assert Media.objects.get().state == "ready"
    assert sorted(path.name for path in files(media_root)) == ["large.webp", "original", "small.webp"]


def test_process_killed_after_the_row_has_stored_the_chunk(make_user, apart):
    ana, content = make_user("ana"), photo()
    media = begin(ana, content)
    killed(apart, **chunk_order(ana, media, 0, content[:900]), dies="after the row")

    offset = Upload.objects.get().offset
    answer = apart.ask(**chunk_order(ana, media, 900, content[900:]))

    assert (offset, answer) == (900, {"offset": len(content)})
    assert Media.objects.get().state == "processing"


@pytest.mark.parametrize("dies", ["before ready", "before the chunks go"])
def test_photo_of_a_killed_worker_is_finished_by_the_next(make_user, apart, media_root, dies):
    ana, content = make_user("ana"), photo()
    media = begin(ana, content)
    uploads.append_chunk(owner_id=ana.pk, media=media, offset=0, content=content, now=clock.now())
    job = Job.objects.get()
    killed(apart, run=job.pk, dies=dies)

    job.refresh_from_db()
    state = job.state
    # Its lease expires, and the scheduler sends the job again.
    jobs.requeue_due(clock.now() + timedelta(minutes=2))
    run_jobs()

    job.refresh_from_db()
    assert (state, job.state, job.tries) == ("running", "done", 2)
    assert Media.objects.get().state == "ready"
    periodic_tasks.sweep_chunks(clock.now())
    assert sorted(path.name for path in files(media_root)) == ["large.webp", "original", "small.webp"]


def test_upload_with_processes_killed_in_every_tenth_is_finished_by_others(make_user, apart, media_root):
    ana, content = make_user("ana"), photo(1_600, 1_200)
    media, tenth = begin(ana, content), -(-len(content) // 10)

    for number in range(10):
        part = content[number * tenth : (number + 1) * tenth]
        killed(apart, **chunk_order(ana, media, number * tenth, part), dies="before the row")
        assert apart.ask(**chunk_order(ana, media, number * tenth, part))["offset"] == number * tenth + len(part)
    run_jobs()

    assert Media.objects.get().state == "ready"
    assert sorted(path.name for path in files(media_root)) == ["large.webp", "original", "small.webp"]


def test_chunk_on_a_full_disk_is_refused_and_nothing_of_it_is_left(make_user, tus, media_root, monkeypatch):
    ana = tus(make_user("ana"))
    path = ana.begin(100)

    def full(_path, _content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(images, "write_atomically", full)
        refused = ana.append(path, 0, b"x" * 50)
    offset = ana.offset(path)
    again = ana.append(path, 0, b"x" * 50)

    assert (refused.status_code, json.loads(refused.content)["code"]) == (507, "media.storage_full")
    assert refused.headers["Retry-After"] == "60"
    assert (offset, again.status_code) == (0, 204)
    assert (Chunk.objects.count(), len(files(media_root))) == (1, 1)


def test_photo_on_a_full_disk_is_encoded_later(make_user, tus, media_root, monkeypatch):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    write = images.write_atomically

    def full_after_one(path, content):
        if path.name != "small.webp":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(images, "write_atomically", full_after_one)
        run_jobs()
    before = ana.state(media)["state"], ana.file(media, "small.webp").status_code
    run_jobs()

    assert before == ("processing", 404)
    assert ana.state(media)["state"] == "ready"


@pytest.mark.parametrize("cause", ["full", "absent"])
def test_photo_waits_while_there_is_no_room_for_temporary_files(make_user, tus, monkeypatch, now, cause):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    absent = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if cause == "full" else absent

    def refuse(*_args, **_named):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(joined_file, "MEMORY_BYTES_MAX", 1)
        patched.setattr(tempfile, "TemporaryFile", refuse)
        for _job in range(encoding.ENCODINGS_MAX + 1):
            for _attempt in range(jobs.ATTEMPTS_MAX):
                run_jobs()
            encoding.restart_failed(now)
    waited = ana.state(media)["state"]
    run_jobs()

    assert (waited, ana.state(media)["state"]) == ("processing", "ready")


@pytest.mark.parametrize("kind", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_other_storage_failure_is_reported_as_temporary(make_user, tus, monkeypatch, kind):
    ana = tus(make_user("ana"))
    path = ana.begin(100)

    def fail(_path, _content):
        raise OSError(kind, os.strerror(kind))

    monkeypatch.setattr(images, "write_atomically", fail)
    refused = ana.append(path, 0, b"x" * 50)

    said = json.loads(refused.content)
    assert (refused.status_code, said["code"]) == (503, "media.upload_unavailable")
    assert said["message"] == "Foto ini belum bisa dikirim. Nanti dicoba lagi secara otomatis."


def test_chunks_for_one_offset_at_the_same_moment_are_counted_once(make_user, media_root, in_threads):
    ana = make_user("ana")
    media = begin(ana, b"x" * 800)

    outcomes = in_threads(
        *(
            lambda number=number: uploads.append_chunk(
                owner_id=ana.pk, media=media, offset=0, content=bytes([number]) * 100, now=clock.now()
            )
            for number in range(8)
        )
    )

    names = sorted(type(outcome).__name__ for outcome in outcomes)
    assert names == ["OffsetConflict"] * 7 + ["UploadState"]
    assert Upload.objects.get().offset == 100
    [stored] = files(media_root)
    assert stored.read_bytes() == bytes([index_of_stored(outcomes)]) * 100


def index_of_stored(outcomes):
    return next(number for number, outcome in enumerate(outcomes) if type(outcome).__name__ == "UploadState")


def test_last_chunk_sent_twice_at_the_same_moment_starts_one_job(make_user, in_threads):
    ana, content = make_user("ana"), photo()
    media = begin(ana, content)

    def send():
        return uploads.append_chunk(owner_id=ana.pk, media=media, offset=0, content=content, now=clock.now())

    in_threads(*[send] * 6)

    assert Job.objects.count() == 1


def test_quota_holds_for_uploads_that_begin_at_the_same_moment(make_user, settings, in_threads):
    settings.MEDIA_QUOTA_MEGABYTES = 1
    ana = make_user("ana")

    outcomes = in_threads(*[lambda: begin(ana, b"x" * 400_000)] * 8)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["QuotaExceeded"] * 6 + ["UUID"] * 2
    assert Media.objects.count() == 2


@pytest.mark.parametrize("is_counted", [False, True])
def test_chunk_whose_database_goes_away_may_be_sent_again_and_counts_once(
    make_user, tus, media_root, monkeypatch, is_counted
):
    ana, content = tus(make_user("ana")), photo()
    path = ana.begin(len(content))
    count = uploads._count_chunk

    def lose(*chunk):
        if is_counted:  # The commit arrived, and its answer did not.
            count(*chunk)
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "_count_chunk", lose)
        broken = ana.append(path, 0, content[:900])
    offset = ana.offset(path)
    again = ana.append(path, 0, content[:900])
    rest = ana.append(path, 900, content[900:])

    assert (broken.status_code, json.loads(broken.content)["code"]) == (503, "unavailable")
    assert broken.headers["Retry-After"] == "1"
    assert (offset, again.status_code) == ((900, 409) if is_counted else (0, 204))
    if is_counted:
        assert json.loads(again.content)["params"] == {"offset": 900}
    assert (rest.status_code, Chunk.objects.count(), Upload.objects.get().offset) == (204, 2, len(content))
    run_jobs()
    assert Media.objects.get().state == "ready"
    periodic_tasks.sweep_chunks(clock.now())
    assert sorted(path.name for path in files(media_root)) == ["large.webp", "original", "small.webp"]


def test_upload_that_is_ended_while_its_last_chunk_arrives_leaves_no_job_or_no_photo(make_user, in_threads, media_root):
    ana, content = make_user("ana"), photo()
    media = begin(ana, content)

    in_threads(
        lambda: uploads.append_chunk(owner_id=ana.pk, media=media, offset=0, content=content, now=clock.now()),
        lambda: uploads.delete_own(owner_id=ana.pk, media=media, now=clock.now()),
    )
    run_jobs()
    periodic_tasks.remove_deleted_files(clock.now())
    periodic_tasks.sweep_chunks(clock.now())

    assert Media.objects.get().state == "deleted"
    assert files(media_root) == []
