"""The proof that runs every night."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection
from prometheus_client import REGISTRY

from payments.maintenance import guards, periodic_tasks
from payments.models import NightlyProof
from superapp.core import scheduler

NIGHT = date(2027, 3, 1)


def test_nightly_check_result_is_stored(wallet, now):
    wallet("ana", 1_000)
    NightlyProof.objects.create(date=NIGHT, begun_at=now)

    found = periodic_tasks.check_and_report(NIGHT, now)

    assert found == 0
    row = NightlyProof.objects.get()
    assert (row.is_done, row.findings) == (True, [])
    assert REGISTRY.get_sample_value("nusa_ledger_findings") == 0
    assert REGISTRY.get_sample_value("nusa_ledger_proved_timestamp_seconds") == now.timestamp()


def test_nightly_check_violation_raises_a_named_alarm(real_db, wallet, now):
    ana = wallet("ana", 1_000)
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_account SET credits = 2000 WHERE id = %s", [ana.pk])
    NightlyProof.objects.create(date=NIGHT, begun_at=now)

    found = periodic_tasks.check_and_report(NIGHT, now)

    findings = NightlyProof.objects.get().findings
    assert found == len(findings) == REGISTRY.get_sample_value("nusa_ledger_findings")
    assert [finding for finding in findings if "wallet:ana:IDR" in finding]
    assert [finding for finding in findings if finding.startswith("missing in the database: trigger")]


def test_nightly_check_is_claimed_once_and_taken_over_after_a_crash(db, now):
    assert periodic_tasks.claim(NIGHT, now) is True
    assert periodic_tasks.claim(NIGHT, now + timedelta(hours=5)) is False
    assert periodic_tasks.claim(NIGHT, now + timedelta(hours=7)) is True
    assert periodic_tasks.claim(NIGHT, now + timedelta(hours=8)) is False
    NightlyProof.objects.update(is_done=True)
    assert periodic_tasks.claim(NIGHT, now + timedelta(days=2)) is False


def test_nightly_check_waits_for_the_local_night(db):
    # 01:30 in Jakarta.
    assert periodic_tasks.check_ledger_nightly(datetime.fromisoformat("2027-02-28T18:30:00+00:00")) == 0
    assert not NightlyProof.objects.exists()


def test_periodic_tasks_are_registered_with_the_work_loop():
    assert {
        "payments.writers.ledger.roll_up_due",
        "payments.maintenance.periodic_tasks.check_ledger_nightly",
        "payments.actions.holds.expire_holds",
    } <= set(scheduler.periodic_tasks)
