"""Reads of the ledger, and who may make them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from payments import errors
from payments.models import Journal, Request
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, JournalEntry, Posted, Refused, TransferLine, derive_key
from payments.writers.ledger.entries import LINES_MAX, MEMO_CHARS_MAX, JournalRefund
from superapp.core import outbox, prepared
from superapp.core.errors import AmountInvalid, InputInvalid
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields
from tests.payments.traffic import Said

LINE = TransferLine(1, 2, Money(5))


def ask(*lines: TransferLine, **fields) -> JournalEntry:
    return JournalEntry(key=derive_key("test", "k", {}), **entry_fields("test"), lines=lines, **fields)


@pytest.mark.parametrize("length", [1, 128])
def test_key_and_scope_are_stored_unchanged(length):
    key = derive_key("s" * length, "k" * length, {"amount": 5})

    assert (key.scope, key.key) == ("s" * length, "k" * length)


@pytest.mark.parametrize(
    ("scope", "key"),
    [("s", ""), ("", "k"), ("s", "k" * 129), ("s" * 129, "k"), ("s", "two\nlines"), ("s", "nothing\0")],
)
def test_unstorable_key_is_refused_by_name(scope, key):
    with pytest.raises(InputInvalid) as error:
        IdempotencyKey(scope, key, "hash")

    assert error.value.params == {"detail": "idempotency_key"}


@pytest.mark.parametrize(
    ("phase", "minor", "pending"), [("posted", 0, None), ("posted", -1, None), ("hold", 0, None), ("hold", -1, None),
                                    ("capture", 0, 7), ("capture", -1, 7), ("void", 1, 7), ("void", -1, 7)],
)  # fmt: skip
def test_posting_amount_is_positive_and_zero_for_a_void(phase, minor, pending):
    with pytest.raises(AmountInvalid):
        TransferLine(1, 2, Money(minor), phase=phase, pending_id=pending)


@pytest.mark.parametrize(("phase", "pending"), [("posted", 7), ("hold", 7), ("capture", None), ("void", None)])
def test_only_hold_resolutions_name_a_hold(phase, pending):
    with pytest.raises(ValueError, match="names its hold"):
        TransferLine(1, 2, Money(0 if phase == "void" else 5), phase=phase, pending_id=pending)


def test_only_a_hold_expires(now):
    assert TransferLine(1, 2, Money(5), phase="hold", expires_at=now).expires_at == now
    for line in ({"phase": "posted"}, {"phase": "capture", "pending_id": 7}):
        with pytest.raises(ValueError, match="only a hold expires"):
            TransferLine(1, 2, Money(5), expires_at=now, **line)


def test_journal_size_is_limited_and_at_least_one():
    assert len(ask(*[LINE] * LINES_MAX).lines) == LINES_MAX
    for count in (0, LINES_MAX + 1):
        with pytest.raises(ValueError, match="between 1 and 100 lines"):
            ask(*[LINE] * count)


def test_batch_size_is_limited_and_at_least_one(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    entries = [entry(ana, bo, 1) for _ in range(ledger.ENTRIES_MAX + 1)]

    for wrong in ([], entries):
        with pytest.raises(ValueError, match="between 1 and 200 entries"):
            ledger.post_many(wrong, now=now)
    answers = ledger.post_many(entries[:-1], now=now)

    assert len({answer.journal_id for answer in answers}) == 200
    bo.refresh_from_db()
    assert bo.balance == 200


def test_memo_too_long_or_unstorable_is_refused():
    assert ask(LINE, memo="🍜" * MEMO_CHARS_MAX).memo == "🍜" * 140
    for memo in ("a" * (MEMO_CHARS_MAX + 1), "bak\0so"):
        with pytest.raises(InputInvalid) as error:
            ask(LINE, memo=memo)
        assert error.value.params == {"detail": "memo"}


@pytest.mark.parametrize(
    "line", [{"phase": "hold"}, {"phase": "capture", "pending_id": 7}], ids=lambda line: line["phase"]
)
def test_refund_moves_money_at_once(line):
    with pytest.raises(ValueError, match="a refund is posted"):
        ask(LINE, TransferLine(1, 2, Money(5), **line), refund=JournalRefund(3, Money(5)))


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_unknown_account_is_refused_by_name_and_uses_up_no_key(side, wallet, now):
    ana = wallet("ana", 1_000)
    nobody = ana.pk + 1_000_000
    ids = (nobody, ana.pk) if side == "debit" else (ana.pk, nobody)

    with pytest.raises((LookupError, IntegrityError), match=f"id .*{nobody}"), transaction.atomic():
        ledger.post(ask(TransferLine(*ids, Money(5))), now=now)

    assert ledger.find_response(derive_key("test", "k", {})) is None


def test_pipelined_journal_requires_the_callers_transaction(real_db, wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    with pytest.raises(transaction.TransactionManagementError, match="only a caller with a transaction"):
        ledger.pipeline_post(entry(ana, bo, 1, key="k"), now=now)

    assert not Request.objects.filter(key="k").exists()


def test_pipelined_journal_has_the_same_outcome(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    with transaction.atomic(), prepared.pipeline():
        asked = [
            ledger.pipeline_post(entry(ana, bo, amount, key=key), now=now)
            for amount, key in ((400, "a"), (601, "b"), (400, "a"))
        ]
        posted, refused, again = [look() for look in asked]
    with pytest.raises(errors.KeyReused), transaction.atomic(), prepared.pipeline():
        ledger.pipeline_post(entry(ana, bo, 401, key="a"), now=now)()

    assert isinstance(posted, Posted)
    assert refused == Refused("payments.insufficient_funds")
    assert again == Posted(posted.journal_id, posted.public_id, replayed=True)
    assert Journal.objects.get(pk=posted.journal_id).posted_at == now
    bo.refresh_from_db()
    assert bo.balance == 400


@pytest.mark.parametrize("ask", [ledger.post, lambda entry, now: ledger.pipeline_post(entry, now=now)()])
def test_fact_of_a_journal_wakes_its_delivery_after_commit(real_db, wallet, entry, now, ask):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    outbox.published.clear()

    with transaction.atomic():
        ask(entry(ana, bo, 1), now=now)
    assert not outbox.published.is_set()
    with transaction.atomic():
        ask(entry(ana, bo, 1, fact=Said(amount=1)), now=now)
        assert not outbox.published.is_set()

    assert outbox.published.is_set()
    outbox.published.clear()


def test_late_posting_keeps_the_date_of_the_event(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answer = post(entry(ana, bo, 1, event_at=now - timedelta(hours=3)), now=now)

    journal = Journal.objects.get(pk=answer.journal_id)
    assert (journal.event_at, journal.posted_at) == (now - timedelta(hours=3), now)
