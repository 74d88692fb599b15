"""Bugs that other ledgers reported, each as a test of what must hold here."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from payments.domain import chart_of_accounts
from payments.maintenance import integrity_checks
from payments.models import Journal, Posting, Refundable, Request, Transfer
from payments.writers import ledger
from payments.writers.ledger import Posted, Refused, Reused
from payments.writers.ledger.entries import JournalRefund
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields


def balances(*accounts):
    for account in accounts:
        account.refresh_from_db()
    return [account.balance for account in accounts]


# blnk 152: the same refund could be had again and again.
def test_retried_refund_is_paid_once(wallet, entry, now):
    ana, shop = wallet("ana", 1_000), wallet("shop", 5_000)
    paid = ledger.post(entry(ana, shop, 1_000, refund_cap=Money(1_000)), now=now)
    back = {"refund": JournalRefund(paid.journal_id, Money(1_000))}

    first = ledger.post(entry(shop, ana, 1_000, key="back", **back), now=now)
    again = [ledger.post(entry(shop, ana, 1_000, key="back", **back), now=now) for _ in range(3)]
    other = ledger.post(entry(shop, ana, 1_000, key="once more", **back), now=now)

    assert isinstance(first, Posted)
    assert [(answer.journal_id, answer.replayed) for answer in again] == [(first.journal_id, True)] * 3
    assert other == Refused("payments.refund_exceeds")
    assert balances(ana, shop) == [1_000, 5_000]


# blnk 374: a refund that was asked for twice was refused with a conflict, and took the first one back.
def test_refused_refund_takes_no_earlier_one_back(wallet, entry, now):
    ana, shop = wallet("ana", 1_000), wallet("shop", 5_000)
    paid = ledger.post(entry(ana, shop, 1_000, refund_cap=Money(1_000)), now=now)
    first = ledger.post(entry(shop, ana, 600, refund=JournalRefund(paid.journal_id, Money(600))), now=now)
    before = list(Posting.objects.order_by("account_id", "seq").values())

    second = ledger.post(entry(shop, ana, 600, refund=JournalRefund(paid.journal_id, Money(600))), now=now)

    assert isinstance(first, Posted)
    assert second == Refused("payments.refund_exceeds")
    assert list(Posting.objects.order_by("account_id", "seq").values()) == before
    assert list(Refundable.objects.values_list("refunded", "refunds")) == [(600, 1)]
    assert balances(ana, shop) == [600, 5_400]


# blnk 181: what was held could be spent.
def test_held_money_cannot_be_spent(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    ledger.post(entry(ana, bo, 700, phase="hold"), now=now)

    assert ledger.post(entry(ana, bo, 301), now=now) == Refused("payments.insufficient_funds")
    assert ledger.post(entry(ana, bo, 301, phase="hold"), now=now) == Refused("payments.insufficient_funds")
    assert isinstance(ledger.post(entry(ana, bo, 300), now=now), Posted)


# blnk 182: a hold that was refused could be captured.
def test_refused_hold_cannot_be_captured(wallet, entry, now):
    ana, bo = wallet("ana", 100), wallet("bo")
    refused = ledger.post(entry(ana, bo, 101, phase="hold", key="hold"), now=now)
    never = (Transfer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1

    answer = ledger.post(entry(ana, bo, 101, phase="capture", pending_id=never), now=now)

    assert refused == Refused("payments.insufficient_funds")
    assert answer == Refused("payments.hold_resolved")
    assert balances(ana, bo) == [100, 0]
    assert not Transfer.objects.filter(phase__in=["hold", "capture"]).exists()


# blnk 239: of two that changed a balance at once, one was lost or failed on its version.
def test_concurrent_balance_changes_are_all_answered_and_counted(real_db, wallet, entry, now, in_threads):
    ana, bo = wallet("ana", 10_000), wallet("bo", 10_000)
    pairs = [(ana, bo) if number % 2 else (bo, ana) for number in range(12)]
    entries = [entry(debit, credit, 10 + number) for number, (debit, credit) in enumerate(pairs)]

    answers = in_threads(*[lambda one=one: ledger.post(one, now=now) for one in entries])

    assert Counter(type(answer) for answer in answers) == {Posted: 12}
    moved = sum((10 + number) * (1 if number % 2 else -1) for number in range(12))
    assert balances(ana, bo) == [10_000 - moved, 10_000 + moved]
    assert (ana.version, bo.version) == (13, 13)


# blnk 360: a transfer to oneself was tried for ever.
def test_transfer_to_oneself_is_refused_for_good(wallet, entry, now):
    ana = wallet("ana", 100)

    answers = [ledger.post(entry(ana, ana, 10, key="self"), now=now) for _ in range(2)]

    assert answers == [Refused("payments.to_oneself"), Refused("payments.to_oneself", replayed=True)]
    assert balances(ana) == [100]
    assert ana.version == 1


# formance ledger 364: two at once were given the same number.
def test_journal_numbers_are_unique(real_db, wallet, entry, now, in_threads):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    entries = [entry(ana, bo, 1) for _ in range(12)]

    answers = in_threads(*[lambda one=one: ledger.post(one, now=now) for one in entries])

    assert len({answer.journal_id for answer in answers}) == 12
    assert len({answer.public_id for answer in answers}) == 12
    seqs = list(Posting.objects.filter(account=ana).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, 14))


# formance ledger 565, 767, 769: transfers that cross each other met in a deadlock.
def test_crossing_transfers_do_not_deadlock(real_db, wallet, entry, now, in_threads):
    ring = [wallet(name, 1_000) for name in ("ana", "bo", "cy", "dee")]
    ways = [(ring[n % 4], ring[(n + step) % 4]) for n in range(4) for step in (1, 2, 3)]
    entries = [entry(debit, credit, 5) for debit, credit in ways]

    answers = in_threads(*[lambda one=one: ledger.post(one, now=now) for one in entries])

    assert Counter(type(answer) for answer in answers) == {Posted: 12}
    assert balances(*ring) == [1_000] * 4


# formance wallets 109: the server hashed what it had made up itself, so that no retry was ever known again.
def test_retry_is_recognized_by_the_request_of_the_client(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    def hold(when):
        content = {"amount": 100}
        return entry(ana, bo, 100, key="hold", phase="hold", expires_at=when, content=content, event_at=when)

    first, again = ledger.post(hold(now), now=now), ledger.post(hold(now + timedelta(days=1)), now=now)

    assert first.public_id != hold(now).public_id
    assert (again.journal_id, again.public_id, again.replayed) == (first.journal_id, first.public_id, True)
    assert Transfer.objects.filter(phase="hold").count() == 1


# formance stack 1633: one key twice in a batch brought everything down.
def test_key_twice_in_a_batch_posts_one_journal(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    batch = [
        entry(ana, bo, 10, key="twice"),
        entry(ana, bo, 10, key="twice"),
        entry(ana, bo, 20, key="twice"),
        entry(ana, bo, 30, key="other"),
    ]

    first, again, changed, other = ledger.post_many(batch, now=now)

    assert isinstance(first, Posted)
    assert (again.journal_id, again.replayed) == (first.journal_id, True)
    assert changed == Reused()
    assert isinstance(other, Posted)
    assert balances(ana, bo) == [960, 40]


# five-bells-ledger 323, 402: trouble of the database was told as "insufficient funds".
@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
def test_database_error_is_not_a_refusal_and_uses_up_no_key(wallet, entry, now, monkeypatch, sqlstate):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    trouble = OperationalError("the database gave up")
    trouble.__cause__ = DriverError(sqlstate)
    writer = ledger.postgres if connection.vendor == "postgresql" else ledger.sqlite
    with monkeypatch.context() as patch:
        patch.setattr(writer, "post", lambda *_args, **_kwargs: raise_it(trouble))
        with pytest.raises(OperationalError), transaction.atomic():
            ledger.post(entry(ana, bo, 10, key="k"), now=now)

    assert not Request.objects.filter(key="k").exists()
    assert isinstance(ledger.post(entry(ana, bo, 10, key="k"), now=now), Posted)


class DriverError(Exception):
    """An error as the driver raises it, with an SQLSTATE of five letters."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def raise_it(error: Exception) -> None:
    raise error


# midaz 1267: after a burst the balance was not the sum of what had happened.
def test_balance_after_a_burst_is_the_sum_of_its_postings(real_db, wallet, open_account, entry, now, in_threads):
    ana, shop = wallet("ana", 100_000), open_account("kopi", chart_of_accounts.MERCHANT)
    entries = [entry(ana, shop, 1 + number) for number in range(48)]

    in_threads(*[
        *[lambda part=entries[n::6]: [ledger.post(one, now=now) for one in part] for n in range(6)],
        *[lambda: [ledger.roll_up(shop.pk) for _ in range(8)] for _ in range(2)],
    ])  # fmt: skip
    ledger.roll_up(shop.pk)

    assert balances(ana, shop) == [100_000 - 1_176, 1_176]
    assert sum(Posting.objects.filter(account=shop).values_list("delta", flat=True)) == 1_176
    assert (
        Posting.objects.filter(account=shop).order_by("-seq").values_list("balance_after", flat=True).first() == 1_176
    )
    assert integrity_checks.check_integrity(now=now) == []


# midaz 1974, pgledger 38: there was no key, and a retry after a lost answer paid twice.
def test_retry_after_a_lost_response_pays_once(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answers = [ledger.post(entry(ana, bo, 10, key="lost"), now=now + timedelta(days=days)) for days in (0, 1, 400)]

    assert [answer.replayed for answer in answers] == [False, True, True]
    assert Journal.objects.filter(request__key="lost").count() == 1
    assert balances(ana, bo) == [990, 10]


# tigerbeetle 3382: parts of a chain of holds were resolved without the others.
def test_journal_that_resolves_two_holds_resolves_both_or_none(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    holds = [ledger.post(entry(ana, bo, 100, phase="hold"), now=now) for _ in range(2)]
    first, second = [Transfer.objects.get(journal_id=hold.journal_id).pk for hold in holds]
    ledger.post(entry(ana, bo, 0, phase="void", pending_id=second), now=now)
    lines = tuple(
        ledger.TransferLine(ana.pk, bo.pk, Money(100), phase="capture", pending_id=pending)
        for pending in (first, second)
    )

    both = ledger.post(
        ledger.JournalEntry(key=ledger.derive_key("test", "both", {}), **entry_fields("test"), lines=lines),
        now=now,
    )

    assert both == Refused("payments.hold_resolved")
    ana.refresh_from_db()
    assert (ana.balance, ana.held) == (1_000, 100)
