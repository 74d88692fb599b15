"""Schedules of settlements move on and are chosen anew, and nothing else, also against raw SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import SettlementSchedule
from tests.payments.test_guards import refused


@pytest.fixture
def schedule(make_user, now):
    return SettlementSchedule.objects.create(
        merchant="m",
        owner=make_user("ana"),
        rhythm="daily",
        chosen_at=now,
        next_at=now + timedelta(days=1),
        since_seq=7,
    )


@pytest.mark.parametrize(
    "change",
    [
        "merchant = 'other'",
        "owner_id = (SELECT id FROM accounts_user WHERE handle = 'bo')",
        "rhythm = 'weekly'",
        "target = 'bank'",
        "rhythm = 'by_hand', next_at = NULL",
        "next_at = '2020-01-01 00:00:00+00:00'",
        "since_seq = 6",
    ],
    ids=["merchant", "owner", "rhythm", "target", "by hand", "earlier day", "posting settled twice"],
)
def test_schedule_is_not_changed_without_a_choice(schedule, make_user, change):
    make_user("bo")

    assert refused(f"UPDATE payments_settlementschedule SET {change} WHERE id = {schedule.pk}")


def test_schedule_is_not_deleted(schedule):
    assert refused(f"DELETE FROM payments_settlementschedule WHERE id = {schedule.pk}")


@pytest.mark.parametrize(
    "change",
    [
        "next_at = '2099-01-01 00:00:00+00:00', since_seq = 8",
        "chosen_at = '2099-01-01 00:00:00+00:00', rhythm = 'by_hand', next_at = NULL",
    ],
    ids=["moves on", "chosen anew"],
)
def test_schedule_moves_on_and_is_chosen_anew(schedule, change):
    assert not refused(f"UPDATE payments_settlementschedule SET {change} WHERE id = {schedule.pk}")
