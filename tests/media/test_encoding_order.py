"""The order of encodings: of each person one photo at a time, so that whoever sends many keeps nobody waiting."""

from __future__ import annotations

from superapp.core import jobs
from superapp.core.models import Job
from superapp.media.actions import encoding
from superapp.media.maintenance import periodic_tasks
from superapp.media.maintenance.queue_metrics import count_processing
from tests.media.conftest import run_jobs
from tests.media.photo_files import photo


def test_of_one_person_one_photo_is_encoded_at_a_time_in_the_order_of_their_uploads(make_user, tus):
    owners = [make_user("ana"), make_user("bo")]
    ana, bo = map(tus, owners)
    ana_id, bo_id = (owner.pk for owner in owners)
    first, second, third = (ana.upload(photo(20 + one, 20)) for one in range(3))
    other = bo.upload(photo(30, 20))

    # Whoever sends many takes one place in the queue.
    assert [job.owner_id for job in Job.objects.order_by("pk")] == [ana_id, bo_id]
    jobs.run(Job.objects.order_by("pk")[0].pk)
    assert [ana.state(one)["state"] for one in (first, second, third)] == ["ready", "processing", "processing"]
    assert [job.owner_id for job in Job.objects.order_by("pk")] == [ana_id, bo_id, ana_id]
    jobs.run(Job.objects.order_by("pk")[1].pk)
    assert bo.state(other)["state"] == "ready"
    jobs.run(Job.objects.order_by("pk")[2].pk)
    assert [ana.state(one)["state"] for one in (second, third)] == ["ready", "processing"]
    run_jobs()
    assert ana.state(third)["state"] == "ready"


def test_next_photo_is_encoded_after_one_that_was_refused_or_deleted(make_user, tus):
    ana = tus(make_user("ana"))
    broken, deleted, last = ana.upload(photo()[:1_500]), ana.upload(photo(30, 20)), ana.upload(photo(40, 20))

    jobs.run(Job.objects.get().pk)
    assert (ana.state(broken)["state"], ana.state(last)["state"]) == ("refused", "processing")
    assert ana.send("DELETE", f"/media/unggahan/{deleted}").status_code == 204
    run_jobs()

    assert ana.state(last)["state"] == "ready"
    assert Job.objects.filter(state="queued").count() == 0


def test_photo_deleted_before_its_turn_is_not_decoded(make_user, tus, monkeypatch):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())

    class Turn:
        """The encoder's lock, which is free once the photo was deleted."""

        def __enter__(self):
            assert ana.send("DELETE", f"/media/unggahan/{media}").status_code == 204

        def __exit__(self, *_error):
            pass

    monkeypatch.setattr(encoding, "_one_at_a_time", Turn())
    monkeypatch.setattr(encoding, "_encode", None)
    run_jobs()

    assert Job.objects.get().state == "done"


def test_photo_whose_job_was_never_started_is_encoded_later(make_user, tus, monkeypatch, now):
    ana = tus(make_user("ana"))
    first, second = ana.upload(photo(20, 20)), ana.upload(photo(30, 20))
    with monkeypatch.context() as patched:
        # As when the process dies between one and the next.
        patched.setattr(encoding, "_start_next", lambda *_person, **_time: None)
        run_jobs()
    assert (ana.state(first)["state"], ana.state(second)["state"]) == ("ready", "processing")

    periodic_tasks.restart_failed_encodings(now)
    periodic_tasks.restart_failed_encodings(now)
    assert Job.objects.filter(state="queued").count() == 1
    run_jobs()

    assert ana.state(second)["state"] == "ready"


def test_metric_counts_photos_that_wait_behind_one_another(make_user, tus):
    ana = tus(make_user("ana"))
    ana.upload(photo())
    ana.upload(photo())

    waiting = [sample.value for family in count_processing() for sample in family.samples]
    run_jobs()
    after = [sample.value for family in count_processing() for sample in family.samples]

    assert (waiting, after) == ([2], [0])
