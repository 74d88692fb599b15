"""Angpao under races and kills: each slot once, each person once, and the money moves once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from angpao import api, errors
from angpao.contracts import OpenedSlot, Opening
from angpao.maintenance.integrity_checks import check_integrity
from angpao.models import Packet, Slot
from angpao.writers import openings
from payments import api as payments
from payments.models import Journal
from superapp.accounts.models import PhoneNumber, User
from superapp.realtime import user_topic
from tests.payments.purses import PIN, balance

DAY = timedelta(hours=24)


@pytest.fixture
def crowd(real_db, ana, make_group, now):
    """Make a group of ana and so many others."""

    def make(count):
        people = [User(handle=f"tamu{number}", name=f"Tamu {number}", joined_at=now) for number in range(count)]
        people = User.objects.bulk_create(people)
        PhoneNumber.objects.bulk_create(
            PhoneNumber(number=f"+62813{number:08}", user=user, verified_at=now) for number, user in enumerate(people)
        )
        for user in people:
            user_topic.create(user.pk)
        return people, make_group(ana, *people)

    return make


def all_at_once(packet, people, now):
    """Have all of these people open a packet at the same moment; what each got or was refused, and the seconds."""
    begun = time.perf_counter()
    futures = [openings.writer.submit(Opening(packet.public_id, user.pk, now)) for user in people]
    outcomes = [future.exception(30) or future.result() for future in futures]
    return outcomes, time.perf_counter() - begun


def require_sound(packet, outcomes, people, now):
    opened = [one for one in outcomes if isinstance(one, OpenedSlot)]
    slots = list(Slot.objects.filter(packet=packet))
    assert len(opened) == min(len(people), packet.slot_count)
    assert all(isinstance(one, (OpenedSlot, errors.AllOpened)) for one in outcomes)
    assert len({slot.opened_by_id for slot in slots}) == packet.slot_count
    assert sum(balance(user, now) for user in people) == packet.total_sen
    assert (payments.get_escrow_balances(), check_integrity()) == ({}, [])


def test_forty_open_at_once_and_each_slot_is_opened_once(crowd, send, now):
    people, group = crowd(40)
    packet = send(total=60_000_00, slots=30, audience=f"chat.conversation:{group.public_id}")

    outcomes, _seconds = all_at_once(packet, people, now)

    require_sound(packet, outcomes, people, now)


def test_five_hundred_open_at_once_within_two_seconds(crowd, send, now):
    people, group = crowd(500)
    packet = send(total=500_000_00, slots=500, audience=f"chat.conversation:{group.public_id}")

    outcomes, seconds = all_at_once(packet, people, now)

    require_sound(packet, outcomes, people, now)
    assert seconds < 2


def test_processes_that_open_the_same_packet_share_its_slots(real_db, ana, bo, cici, send, in_threads, now):
    packet = send(slots=1)

    outcomes = in_threads(
        *(lambda user=user: openings.open_batch([Opening(packet.public_id, user.pk, now)])[0] for user in (bo, cici))
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AllOpened", "OpenedSlot"]
    assert balance(bo, now) + balance(cici, now) == 20_000_00


def test_one_person_on_two_devices_opens_one_slot(real_db, bo, send, in_threads, now):
    packet = send()

    one, other = in_threads(*(lambda: api.open_angpao(packet=packet.public_id, user_id=bo.pk, now=now),) * 2)

    assert one == other
    assert (Slot.objects.filter(opened_by=bo).count(), balance(bo, now)) == (1, one.amount.amount_minor)


def test_same_angpao_sent_twice_at_once_is_one(real_db, ana, ask_for, in_threads, now):
    request = ask_for()

    one, other = in_threads(*(lambda: api.send_angpao(request, device_id=None, pin=PIN, now=now),) * 2)

    assert (one.pk, Packet.objects.count(), balance(ana, now)) == (other.pk, 1, 480_000_00)


def test_opening_against_expiry_gives_the_money_to_one_of_them(real_db, ana, bo, send, in_threads, now):
    packet = send(slots=1)
    last_moment = now + DAY - timedelta(microseconds=1)

    opened, returned = in_threads(
        lambda: openings.open_batch([Opening(packet.public_id, bo.pk, last_moment)])[0],
        lambda: api.return_due(now + DAY),
    )

    is_opened = isinstance(opened, OpenedSlot)
    assert is_opened or isinstance(opened, errors.Expired)
    assert (balance(bo, now), balance(ana, now)) == ((20_000_00, 480_000_00) if is_opened else (0, 500_000_00))
    assert returned + is_opened <= 1 or not is_opened
    assert check_integrity() == []


def test_two_processes_return_a_packet_once(real_db, ana, send, in_threads, now):
    send()

    closed = in_threads(*(lambda: api.return_due(now + DAY),) * 2)

    assert (sum(closed), balance(ana, now)) == (1, 500_000_00)
    assert Journal.objects.filter(kind="angpao_returned").count() == 1


def crash(*_args, **_fields):
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", ["angpao.writers.openings._store", "superapp.core.outbox.publish"])
def test_crash_while_opening_leaves_no_trace_and_the_next_try_succeeds(real_db, bo, send, now, monkeypatch, at):
    packet = send()

    monkeypatch.setattr(at, crash)
    with pytest.raises(KeyboardInterrupt):
        openings.open_batch([Opening(packet.public_id, bo.pk, now)])
    monkeypatch.undo()
    assert (balance(bo, now), Slot.objects.filter(opened_by=bo).exists(), check_integrity()) == (0, False, [])

    opened = api.open_angpao(packet=packet.public_id, user_id=bo.pk, now=now)

    assert balance(bo, now) == opened.amount.amount_minor


def test_crash_between_payment_and_packet_sets_nothing_aside(real_db, ana, ask_for, now, monkeypatch):
    request = ask_for()

    monkeypatch.setattr("angpao.domain.splits.split", crash)
    with pytest.raises(KeyboardInterrupt):
        api.send_angpao(request, device_id=None, pin=PIN, now=now)
    monkeypatch.undo()
    assert (balance(ana, now), payments.get_escrow_balances()) == (500_000_00, {})

    assert isinstance(api.send_angpao(request, device_id=None, pin=PIN, now=now), Packet)


def test_crash_between_return_and_close_returns_once(real_db, ana, send, now, monkeypatch):
    send()

    monkeypatch.setattr("superapp.core.outbox.publish", crash)
    with pytest.raises(KeyboardInterrupt):
        api.return_due(now + DAY)
    monkeypatch.undo()
    assert balance(ana, now) == 480_000_00

    assert (api.return_due(now + DAY), balance(ana, now)) == (1, 500_000_00)
