"""Refusing what needs no trial, and finding answers again."""

from __future__ import annotations

import pytest

from payments import errors
from payments.models import Posting, Refundable, Request, Transfer
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, Refused, TransferLine, derive_key
from payments.writers.ledger.entries import JournalRefund
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields

EMPTY = "payments.insufficient_funds"


def test_early_refusal_is_final(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    key = derive_key("test", "k", {"amount": 5})

    first, again = ledger.store_refusal(key, EMPTY, now=now), ledger.store_refusal(key, EMPTY, now=now)

    assert (first, again) == (Refused(EMPTY), Refused(EMPTY, replayed=True))
    assert ledger.post(entry(ana, bo, 5, key="k", content={"amount": 5}), now=now) == again
    assert Request.objects.filter(key="k").count() == 1


def test_late_retry_of_a_posted_journal_returns_it(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    one = entry(ana, bo, 5, key="k")
    posted = ledger.post(one, now=now)

    answer = ledger.store_refusal(one.key, EMPTY, now=now)

    assert answer == Posted(posted.journal_id, posted.public_id, replayed=True)


def test_refusal_under_a_reused_key_is_an_error(db, now):
    ledger.store_refusal(derive_key("test", "k", {"amount": 5}), EMPTY, now=now)

    with pytest.raises(errors.KeyReused):
        ledger.store_refusal(derive_key("test", "k", {"amount": 6}), EMPTY, now=now)

    assert Request.objects.count() == 1


def test_response_is_found_only_in_its_own_scope(db, now):
    ledger.store_refusal(derive_key("user:1:pay", "k", {}), "payments.ceiling_exceeded", now=now)
    ledger.store_refusal(derive_key("user:2:pay", "k", {}), EMPTY, now=now)

    found = [ledger.find_response(derive_key(f"user:{number}:pay", "k", {})) for number in (1, 2, 3)]

    assert found == [Refused("payments.ceiling_exceeded", replayed=True), Refused(EMPTY, replayed=True), None]


@pytest.fixture
def two_wishes(wallet):
    """One key of two people."""
    ana, bo = wallet("ana", 1_000), wallet("bo", 1_000)
    lines = TransferLine(ana.pk, bo.pk, Money(1)), TransferLine(bo.pk, ana.pk, Money(2))
    return [
        JournalEntry(key=derive_key(f"user:{x.debit_id}:pay", "k", {}), **entry_fields("test"), lines=(x,))
        for x in lines
    ]


def test_same_key_of_two_people_posts_two_journals(two_wishes, post, now):
    answers = [post(wish, now=now) for wish in two_wishes]
    again = [post(wish, now=now) for wish in two_wishes]

    assert [(type(answer), answer.replayed) for answer in answers] == [(Posted, False)] * 2
    assert again == [Posted(answer.journal_id, answer.public_id, replayed=True) for answer in answers]
    assert Posting.objects.filter(transfer__journal__kind="test", delta=-2).count() == 1


@pytest.mark.parametrize("known", [[], [0], [1]])
def test_same_key_of_two_people_in_a_batch_posts_two_journals(two_wishes, now, known):
    for number in known:
        ledger.post(two_wishes[number], now=now)

    answers = ledger.post_many(two_wishes, now=now)

    assert [type(answer) for answer in answers] == [Posted, Posted]
    assert [answer.replayed for answer in answers] == [number in known for number in (0, 1)]
    assert [answer.public_id for answer in answers] == [wish.public_id for wish in two_wishes]


def test_retries_in_a_batch_each_get_their_own_response(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    a, b, c = wishes = [entry(ana, bo, minor, key=key) for minor, key in ((1, "a"), (2, "b"), (3, "c"))]
    stood = dict(zip("abc", ledger.post_many(wishes, now=now), strict=True))

    again = ledger.post_many([c, entry(ana, bo, 4), a, b], now=now)

    assert [again[n].journal_id for n in (0, 2, 3)] == [stood[key].journal_id for key in "cab"]


def test_refund_is_counted_at_its_original_journal(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 1_000)
    paid = [post(entry(ana, bo, 300, refund_cap=Money(300)), now=now) for _ in range(2)]

    answers = [
        post(entry(bo, ana, minor, refund=JournalRefund(paid[0].journal_id, Money(minor))), now=now)
        for minor in (200, 101, 100)
    ]

    assert [type(answer) for answer in answers] == [Posted, Refused, Posted]
    counters = Refundable.objects.order_by("journal_id").values_list("refunded", "refunds")
    assert list(counters) == [(300, 2), (0, 0)]


def test_refund_of_a_non_refundable_journal_is_refused(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 1_000)
    paid = post(entry(ana, bo, 300), now=now)
    post(entry(ana, bo, 300, refund_cap=Money(300)), now=now)

    answer = post(entry(bo, ana, 1, refund=JournalRefund(paid.journal_id, Money(1))), now=now)

    assert answer == Refused("payments.refund_exceeds")


def test_request_hash_is_independent_of_field_order():
    one, same, other = (
        derive_key("test", "k", content)
        for content in (
            {"amount": 5, "to": {"a": 1, "b": 2}},
            {"to": {"b": 2, "a": 1}, "amount": 5},
            {"to": {"b": 2, "a": 1}, "amount": 6},
        )
    )

    assert one == same
    assert one != other


def test_first_of_several_refusal_reasons_is_returned(wallet, post, entry, now):
    ana, full, icy = wallet("ana", 10), wallet("full", 500, ceiling=500), wallet("icy")
    hold = post(entry(ana, full, 5, phase="hold"), now=now)
    hold_id = Transfer.objects.get(journal_id=hold.journal_id).pk
    ledger.freeze_account(icy.pk)
    capture = {"phase": "capture", "pending_id": hold_id}
    never = JournalRefund(hold.journal_id, Money(5))
    wishes = [
        ([TransferLine(icy.pk, icy.pk, Money(5, "USD"))], None),
        ([TransferLine(icy.pk, icy.pk, Money(5))], None),
        ([TransferLine(ana.pk, icy.pk, Money(999), **capture)], None),
        ([TransferLine(icy.pk, full.pk, Money(999), **capture)], None),
        ([TransferLine(full.pk, ana.pk, Money(999), **capture)], None),
        ([TransferLine(ana.pk, full.pk, Money(999), **capture)], None),
        ([TransferLine(ana.pk, full.pk, Money(999))], never),
        ([TransferLine(ana.pk, full.pk, Money(5))], never),
        ([TransferLine(full.pk, ana.pk, Money(5))], never),
        # Line by line: what is wrong with the second is not looked for.
        ([TransferLine(ana.pk, full.pk, Money(5)), TransferLine(icy.pk, icy.pk, Money(5, "USD"))], None),
    ]

    answers = [
        post(
            JournalEntry(
                key=derive_key("test", f"{n}", {}),
                **entry_fields("test"),
                lines=tuple(lines),
                refund=refund,
            ),
            now=now,
        )
        for n, (lines, refund) in enumerate(wishes)
    ]

    assert [answer.code.removeprefix("payments.") for answer in answers] == [
        "asset_mismatch",
        "to_oneself",
        "account_not_open",
        "account_not_open",
        "hold_resolved",
        "capture_exceeds_hold",
        "insufficient_funds",
        "ceiling_exceeded",
        "refund_exceeds",
        "ceiling_exceeded",
    ]
