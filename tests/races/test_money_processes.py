"""Money that two processes move at the same moment."""

from __future__ import annotations

import time

import pytest
from django.db import connection, transaction

from payments.maintenance import integrity_checks
from payments.models import Account, Journal
from tests.harness import servers
from tests.races.apart import Apart


@pytest.fixture
def posters(real_db):
    """Two processes that pay as they are told."""
    env = real_db.env | {"DJANGO_SETTINGS_MODULE": "superapp.settings"}
    running = [Apart("tests.races.poster", env) for _ in range(2)]
    yield running
    for process in running:
        process.kill()


def both_wait():
    """Until both posters wait for this process; SQLite says nothing of who waits."""
    if connection.vendor == "sqlite":
        time.sleep(0.3)
        return
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        servers.wait_until(lambda: cursor.execute(waiting).fetchone() == (2,), "both wait")


def balance(account):
    account.refresh_from_db()
    return account.balance


@pytest.mark.timeout(120)
def test_key_with_two_contents_from_two_processes_posts_one(make_payer, posters, now):
    ana, bo = (Account.objects.get(owner=make_payer(name, 10_000)) for name in ("ana", "bo"))
    for number, process in enumerate(posters):
        process.say(key=f"connected-{number}", debit=ana.pk, credit=bo.pk, amount=1)
        assert "posted" in process.hear()

    for number in range(3):
        key, before = f"same-{number}", balance(bo)
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=ana.pk)
            for process, amount in zip(posters, (100, 200), strict=True):
                process.say(key=key, debit=ana.pk, credit=bo.pk, amount=amount)
            both_wait()
        answers = [process.hear() for process in posters]

        won, lost = sorted(answers, key=lambda answer: "error" in answer)
        assert won == {"posted": won["posted"], "replayed": False}
        assert lost == {"error": "payments.key_reused"}
        assert [str(one) for one in Journal.objects.filter(request__key=key).values_list("public_id", flat=True)] == [
            won["posted"]
        ]
        assert balance(bo) - before == (100, 200)[answers.index(won)]
    assert Journal.objects.filter(kind="test").count() == 2 + 3
    assert integrity_checks.check_integrity(now=now) == []
