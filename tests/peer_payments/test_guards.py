"""Guards of requests, bills and scheduled transfers refuse raw SQL on both databases."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, InternalError, connection, transaction

from payments import api as payments
from peer_payments import api
from peer_payments.maintenance import guards
from peer_payments.models import BillSplit, MoneyRequest, Occurrence, Schedule
from superapp.core.money import Money

REFUSALS = (IntegrityError, DataError, InternalError)


@pytest.fixture
def scene(two, now):
    """An open request, a closed one, a bill, and a transfer of a schedule that ended."""
    ana, bo = two
    made = [
        api.request_money(
            requester_id=ana.pk, payer=bo.public_id, amount=Money(1_000_00), idempotency_key=f"r{number}", now=now
        )
        for number in range(2)
    ]
    api.cancel_request(requester_id=ana.pk, request=made[1].public_id, now=now)
    BillSplit.objects.create(
        maker=ana, group="g", title="Makan", total=3, own_share=1, method="equal", idempotency_key="b", made_at=now
    )
    authorization = payments.verify_pin(user_id=bo.pk, pin="280394", now=now)
    mandate = payments.open_mandate(
        authorization=authorization, receiver_id=ana.pk, amount_max=Money(1_000_00), now=now
    )
    schedule = Schedule.objects.create(
        sender=bo, receiver=ana, amount=1, repeat="once", time_zone="Asia/Jakarta", first_on=now.date(),
        mandate=mandate, idempotency_key="s", made_at=now,
    )  # fmt: skip
    Occurrence.objects.create(schedule=schedule, due_on=now.date(), state="failed", ended_at=now)
    return made


ILLEGAL = {
    "closed request opened again": (
        "UPDATE peer_payments_moneyrequest SET state = 'open', closed_at = NULL WHERE state = 'cancelled'"
    ),
    "another amount": "UPDATE peer_payments_moneyrequest SET amount = 5 WHERE state = 'open'",
    "other people": (
        "UPDATE peer_payments_moneyrequest SET payer_id = requester_id, requester_id = payer_id WHERE state = 'open'"
    ),
    "a longer time": "UPDATE peer_payments_moneyrequest SET expires_at = made_at WHERE state = 'open'",
    "another bill": "UPDATE peer_payments_billsplit SET total = 9",
    "other items": "UPDATE peer_payments_billsplit SET items = '[1]'",
    "failed transfer tried again": "UPDATE peer_payments_occurrence SET state = 'pending', ended_at = NULL",
    "another date": "UPDATE peer_payments_occurrence SET due_on = '2020-01-01'",
    **{f"no {table}": f"DELETE FROM peer_payments_{table}" for table in guards.GUARDED},
}


def refused(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except REFUSALS:
        return True
    return False


@pytest.mark.parametrize("what", ILLEGAL)
def test_database_refuses_from_raw_sql(what, scene):
    assert refused(ILLEGAL[what])


def test_open_request_is_closed_once(scene):
    row = MoneyRequest.objects.get(state="open")
    close = f"UPDATE peer_payments_moneyrequest SET state = 'declined', closed_at = made_at WHERE id = {row.pk}"

    assert not refused(close)
    assert refused(close)


@pytest.mark.served_only
def test_postgresql_refuses_truncation(real_db, scene):
    assert [table for table in guards.GUARDED if not refused(f"TRUNCATE peer_payments_{table} CASCADE")] == []


@pytest.mark.embedded_only
def test_sqlite_refuses_replacing(scene):
    row = MoneyRequest.objects.get(state="cancelled")
    columns = [field.column for field in MoneyRequest._meta.concrete_fields]
    values = ["'open'" if name == "state" else "NULL" if name == "closed_at" else name for name in columns]
    statement = "INSERT OR REPLACE INTO peer_payments_moneyrequest ({}) SELECT {} FROM peer_payments_moneyrequest"

    assert refused(f"{statement.format(', '.join(columns), ', '.join(values))} WHERE id = {row.pk}")


def test_no_guard_is_missing(database):
    assert guards.missing(connection) == []
