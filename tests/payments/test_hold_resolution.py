"""A hold is resolved once, wholly or in part, also by two that come in one batch."""

from __future__ import annotations

import pytest

from payments.maintenance import integrity_checks
from payments.models import Transfer
from payments.writers import ledger
from payments.writers.ledger import AccountChange, JournalEntry, Posted, Refused, TransferLine, derive_key
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields


def held(ana, bo, amount, entry, now):
    answer = ledger.post(entry(ana, bo, amount, phase="hold"), now=now)
    return Transfer.objects.get(journal_id=answer.journal_id).pk


def test_whole_hold_can_be_captured(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    hold = held(ana, bo, 1_000, entry, now)

    answer = post(entry(ana, bo, 1_000, phase="capture", pending_id=hold), now=now)

    assert isinstance(answer, Posted)
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (0, 0)


def test_two_captures_of_one_hold_in_a_batch_post_one(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    hold = held(ana, bo, 400, entry, now)

    first, second = ledger.post_many(
        [
            entry(ana, bo, 300, phase="capture", pending_id=hold),
            entry(ana, bo, 200, phase="capture", pending_id=hold),
        ],
        now=now,
    )

    assert isinstance(first, Posted)
    assert second == Refused("payments.hold_resolved")
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (700, 0)
    assert integrity_checks.check_integrity(now=now) == []


def test_hold_captured_twice_in_a_journal_is_refused(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    hold = held(ana, bo, 400, entry, now)
    line = TransferLine(ana.pk, bo.pk, Money(100), phase="capture", pending_id=hold)

    twice = JournalEntry(key=derive_key("test", "twice", {}), **entry_fields("test"), lines=(line, line))
    answer = ledger.post(twice, now=now)
    after = ledger.post(entry(ana, bo, 0, phase="void", pending_id=hold), now=now)

    assert answer == Refused("payments.hold_resolved")
    assert isinstance(after, Posted)
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (1_000, 0)


@pytest.mark.parametrize(("giver", "taker"), [("eve", "bo"), ("ana", "eve"), ("bo", "ana")])
@pytest.mark.parametrize("phase", ["capture", "void"])
def test_hold_can_be_resolved_only_between_its_own_accounts(wallet, post, entry, now, giver, taker, phase):
    people = {name: wallet(name, 1_000) for name in ("ana", "bo", "eve")}
    hold = held(people["ana"], people["bo"], 400, entry, now)
    minor = 400 if phase == "capture" else 0

    answer = post(entry(people[giver], people[taker], minor, phase=phase, pending_id=hold), now=now)

    assert answer == Refused("payments.hold_resolved")
    for person in people.values():
        person.refresh_from_db()
    assert [(person.balance, person.held) for person in people.values()] == [(1_000, 400), (1_000, 0), (1_000, 0)]


@pytest.mark.parametrize("frozen", ["ana", "bo"])
def test_frozen_account_cannot_hold_or_capture(wallet, post, entry, now, frozen):
    people = {name: wallet(name, 1_000) for name in ("ana", "bo")}
    ana, bo = people.values()
    hold = held(ana, bo, 400, entry, now)
    ledger.freeze_account(people[frozen].pk)

    more = post(entry(ana, bo, 100, phase="hold"), now=now)
    captured = post(entry(ana, bo, 400, phase="capture", pending_id=hold), now=now)

    assert more == captured == Refused("payments.account_not_open")
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (1_000, 400)


def test_outcome_contains_balance_and_version_of_each_account(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    ledger.freeze_account(ana.pk)
    ledger.unfreeze_account(ana.pk)

    answer = post(entry(ana, bo, 400, phase="hold"), now=now)

    assert answer.changes == (AccountChange(ana.pk, version=4, balance=1_000, held=400),)


def test_refused_journal_leaves_no_hold_for_the_next(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    lines = TransferLine(ana.pk, bo.pk, Money(400), phase="hold"), TransferLine(ana.pk, bo.pk, Money(601))

    refused, spent = ledger.post_many(
        [
            JournalEntry(key=derive_key("test", "falls", {}), **entry_fields("test"), lines=lines),
            entry(ana, bo, 1_000),
        ],
        now=now,
    )

    assert refused == Refused("payments.insufficient_funds")
    assert isinstance(spent, Posted)
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (0, 0)
