"""Posting, on whichever database runs."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from django.db import transaction

from payments import errors
from payments.domain import chart_of_accounts
from payments.models import REFUNDS_MAX, Account, Inbox, Journal, OpenHold, Posting, Refundable, Request, Transfer
from payments.writers import ledger
from payments.writers.ledger import AccountChange, JournalEntry, Posted, Refused, TransferLine, derive_key
from superapp.core.events import Event
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields


def stand(account: Account) -> tuple[int, int, int, int]:
    """Balance, held, version and number of postings, as stored."""
    account.refresh_from_db()
    return account.balance, account.held, account.version, account.last_seq


def lines_of(account: Account) -> list[tuple[int, int, int, int, int]]:
    return list(
        Posting.objects.filter(account=account)
        .order_by("seq")
        .values_list("seq", "delta", "held_delta", "balance_after", "held_after")
    )


def test_transfer_moves_money_with_a_posting_on_both_accounts(wallet, post, entry, now):
    ana, bo = wallet("ana", 10_000), wallet("bo")

    answer = post(entry(ana, bo, 2_500, kind="transfer", reference="note:1"), now=now)

    assert isinstance(answer, Posted)
    assert stand(ana) == (7_500, 0, 2, 2)
    assert stand(bo) == (2_500, 0, 1, 1)
    assert lines_of(ana) == [(1, 10_000, 0, 10_000, 0), (2, -2_500, 0, 7_500, 0)]
    assert lines_of(bo) == [(1, 2_500, 0, 2_500, 0)]
    journal = Journal.objects.get(pk=answer.journal_id)
    assert (journal.public_id, journal.kind, journal.reference, journal.posted_at) == (
        answer.public_id,
        "transfer",
        "note:1",
        now,
    )
    assert [(change.account_id, change.version, change.balance) for change in answer.changes] == [
        (ana.pk, 2, 7_500),
        (bo.pk, 1, 2_500),
    ]


def test_overdraft_is_refused_and_the_refusal_is_stored(wallet, fund, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    wish = entry(ana, bo, 1_001, key="rent")

    first = post(wish, now=now)
    fund(ana, 5_000)
    again = post(wish, now=now)
    anew = post(entry(ana, bo, 1_001, key="rent-2"), now=now)

    assert first == Refused("payments.insufficient_funds")
    assert again == Refused("payments.insufficient_funds", replayed=True)
    assert isinstance(anew, Posted)
    assert stand(bo) == (1_001, 0, 1, 1)
    kept = Request.objects.get(scope="test", key="rent")
    assert (kept.outcome, kept.code, kept.journal_id) == ("refused", "payments.insufficient_funds", None)


def test_retry_returns_the_first_response_and_moves_nothing(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    wish = entry(ana, bo, 400)

    first = ledger.post(wish, now=now)
    again = ledger.post(replace(wish), now=now)

    assert isinstance(first, Posted)
    assert again == Posted(first.journal_id, first.public_id, replayed=True)
    assert stand(ana) == (600, 0, 2, 2)
    assert Journal.objects.filter(kind="test").count() == 2


def test_key_reused_with_other_content_is_an_error_and_changes_nothing(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    post(entry(ana, bo, 400, key="k"), now=now)

    with pytest.raises(errors.KeyReused):
        post(entry(ana, bo, 401, key="k"), now=now)

    assert stand(bo) == (400, 0, 1, 1)


@pytest.mark.parametrize("status", ["frozen", "closed"])
@pytest.mark.parametrize("side", ["debit", "credit"])
def test_account_that_is_not_open_can_neither_pay_nor_receive(status, side, wallet, fund, post, entry, now):
    ana, bo = wallet("ana"), wallet("bo")
    if side == "debit" and status == "frozen":
        fund(ana, 1_000)
    (ledger.freeze_account if status == "frozen" else ledger.accounts.close_account)(ana.pk)
    giver, taker = (ana, bo) if side == "debit" else (bo, ana)

    answer = post(entry(giver, taker, 1), now=now)

    assert answer == Refused("payments.account_not_open")
    assert not Posting.objects.filter(account=bo).exists()


def test_ceiling_is_reached_and_not_passed(wallet, post, entry, now):
    ana, bo = wallet("ana", 5_000), wallet("bo", ceiling=2_000)

    assert post(entry(ana, bo, 2_001), now=now) == Refused("payments.ceiling_exceeded")
    assert isinstance(post(entry(ana, bo, 2_000), now=now), Posted)
    assert post(entry(ana, bo, 1), now=now) == Refused("payments.ceiling_exceeded")
    assert stand(bo) == (2_000, 0, 1, 1)


def test_spending_frees_room_below_the_ceiling(wallet, post, entry, now):
    ana, bo = wallet("ana", 5_000), wallet("bo", 2_000, ceiling=2_000)
    post(entry(bo, ana, 700), now=now)

    assert post(entry(ana, bo, 701), now=now) == Refused("payments.ceiling_exceeded")
    assert isinstance(post(entry(ana, bo, 700), now=now), Posted)
    assert stand(bo) == (2_000, 0, 3, 3)


def test_transfer_to_oneself_or_in_another_asset_is_refused(wallet, post, entry, open_account, now):
    ana, dollars = wallet("ana", 1_000), open_account("ana", asset="USD")

    assert post(entry(ana, ana, 1), now=now) == Refused("payments.to_oneself")
    assert post(entry(ana, dollars, 1), now=now) == Refused("payments.asset_mismatch")
    foreign = journal_of(TransferLine(ana.pk, dollars.pk, Money(1, "USD")), key="foreign")
    assert post(foreign, now=now) == Refused("payments.asset_mismatch")
    assert stand(ana) == (1_000, 0, 1, 1)


def test_hold_reduces_the_available_and_capture_the_actual_balance(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    hold = post(entry(ana, bo, 700, phase="hold", expires_at=now), now=now)
    assert isinstance(hold, Posted)
    transfer = Transfer.objects.get(journal_id=hold.journal_id)
    assert stand(ana) == (1_000, 700, 2, 2)
    assert list(OpenHold.objects.values_list("account", "amount", "expires_at")) == [(ana.pk, 700, now)]

    too_much = post(entry(ana, bo, 301), now=now)
    more = post(entry(ana, bo, 701, phase="capture", pending_id=transfer.pk), now=now)
    part = post(entry(ana, bo, 500, phase="capture", pending_id=transfer.pk), now=now)
    twice = post(entry(ana, bo, 200, phase="capture", pending_id=transfer.pk), now=now)
    void = post(entry(ana, bo, 0, phase="void", pending_id=transfer.pk), now=now)

    assert too_much == Refused("payments.insufficient_funds")
    assert more == Refused("payments.capture_exceeds_hold")
    assert isinstance(part, Posted)
    assert twice == void == Refused("payments.hold_resolved")
    assert lines_of(ana) == [(1, 1_000, 0, 1_000, 0), (2, 0, 700, 1_000, 700), (3, -500, -700, 500, 0)]
    assert lines_of(bo) == [(1, 500, 0, 500, 0)]
    assert not OpenHold.objects.exists()


def test_hold_credits_nobody_until_captured(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 500, ceiling=500)
    hold = post(entry(ana, bo, 700, phase="hold"), now=now)
    assert isinstance(hold, Posted)
    transfer = Transfer.objects.get(journal_id=hold.journal_id)

    full = post(entry(ana, bo, 1, phase="capture", pending_id=transfer.pk), now=now)

    assert full == Refused("payments.ceiling_exceeded")
    assert (stand(ana), stand(bo)) == ((1_000, 700, 2, 2), (500, 0, 1, 1))


def test_void_releases_the_hold_even_of_a_frozen_account(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    hold = post(entry(ana, bo, 700, phase="hold"), now=now)
    transfer = Transfer.objects.get(journal_id=hold.journal_id)
    ledger.freeze_account(ana.pk)

    answer = post(entry(ana, bo, 0, phase="void", pending_id=transfer.pk), now=now)

    assert isinstance(answer, Posted)
    assert stand(ana) == (1_000, 0, 4, 3)
    assert not OpenHold.objects.exists()


def journal_of(*lines: TransferLine, key: str, **fields) -> JournalEntry:
    return JournalEntry(key=derive_key("test", key, {"key": key}), **entry_fields("test"), lines=lines, **fields)


def test_journal_of_many_postings_is_atomic(wallet, now):
    ana, bo, cy = wallet("ana", 1_000), wallet("bo"), wallet("cy")
    first, second = TransferLine(ana.pk, bo.pk, Money(900)), TransferLine(bo.pk, cy.pk, Money(900))

    falls = ledger.post(journal_of(first, second, TransferLine(ana.pk, cy.pk, Money(101)), key="a"), now=now)
    assert (stand(ana), stand(bo), stand(cy)) == ((1_000, 0, 1, 1), (0, 0, 0, 0), (0, 0, 0, 0))
    stands = ledger.post(journal_of(first, second, TransferLine(ana.pk, cy.pk, Money(100)), key="b"), now=now)

    assert falls == Refused("payments.insufficient_funds")
    assert isinstance(stands, Posted)
    assert (stand(ana), stand(bo), stand(cy)) == ((0, 0, 3, 3), (0, 0, 2, 2), (1_000, 0, 2, 2))


def test_batch_has_an_outcome_for_each_and_posts_the_valid_ones(wallet, entry, now):
    ana, bo, cy = wallet("ana", 1_000), wallet("bo"), wallet("cy")
    double = entry(ana, bo, 600, key="double")

    answers = ledger.post_many(
        [
            double,
            entry(ana, cy, 500),
            double,
            entry(bo, cy, 600),
            entry(ana, cy, 1, key="double"),
            journal_of(TransferLine(ana.pk, cy.pk, Money(400)), TransferLine(ana.pk, cy.pk, Money(1)), key="falls"),
            journal_of(TransferLine(ana.pk, cy.pk, Money(400)), TransferLine(cy.pk, bo.pk, Money(1)), key="stands"),
        ],
        now=now,
    )

    assert [type(answer).__name__ for answer in answers] == [
        "Posted", "Refused", "Posted", "Posted", "Reused", "Refused", "Posted",
    ]  # fmt: skip
    assert [answer.replayed for answer in answers if isinstance(answer, Posted)] == [False, True, False, False]
    assert (stand(ana), stand(bo), stand(cy)) == ((0, 0, 3, 3), (1, 0, 3, 3), (999, 0, 3, 3))


def test_credits_in_the_inbox_cannot_be_spent_until_rolled_up(wallet, open_account, post, entry, now):
    ana, shop = wallet("ana", 1_000), open_account("kopi", chart_of_accounts.MERCHANT)
    for amount in (100, 200, 300):
        assert isinstance(post(entry(ana, shop, amount), now=now), Posted)
    assert stand(shop) == (0, 0, 0, 0)
    assert Inbox.objects.count() == 3

    early = post(entry(shop, ana, 50), now=now)
    rolled = ledger.roll_up_due(now)
    later = post(entry(shop, ana, 50), now=now)

    assert early == Refused("payments.insufficient_funds")
    assert rolled == 3
    assert isinstance(later, Posted)
    assert stand(shop) == (550, 0, 4, 4)
    assert lines_of(shop) == [(1, 100, 0, 100, 0), (2, 200, 0, 300, 0), (3, 300, 0, 600, 0), (4, -50, 0, 550, 0)]
    assert not Inbox.objects.exists()
    assert ledger.roll_up(shop.pk) == 0


def test_only_changed_accounts_are_returned(wallet, open_account, post, entry, now):
    ana, shop = wallet("ana", 1_000), open_account("kopi", chart_of_accounts.MERCHANT)

    paid = post(entry(ana, shop, 400), now=now)
    refused = post(entry(ana, shop, 601), now=now)

    assert paid.changes == (AccountChange(ana.pk, version=2, balance=600, held=0),)
    assert refused.changes == ()


def test_pending_credits_are_added_after_spending(wallet, open_account, entry, now):
    ana, shop = wallet("ana", 1_000), open_account("kopi", chart_of_accounts.MERCHANT)
    ledger.post(entry(ana, shop, 300), now=now)
    ledger.roll_up(shop.pk)
    ledger.post(entry(shop, ana, 50), now=now)
    ledger.post(entry(shop, ana, 30, phase="hold"), now=now)
    ledger.post(entry(ana, shop, 100), now=now)

    ledger.roll_up(shop.pk)

    assert stand(shop) == (350, 30, 4, 4)
    assert lines_of(shop)[1:] == [(2, -50, 0, 250, 0), (3, 0, 30, 250, 30), (4, 100, 0, 350, 30)]


@pytest.mark.parametrize("count", [3, 4, 5])
def test_inbox_of_any_size_is_rolled_up(wallet, open_account, entry, now, monkeypatch, count):
    monkeypatch.setattr(ledger, "ROLLED_AT_ONCE_MAX", 2)
    ana, shop = wallet("ana", 1_000), open_account("kopi", chart_of_accounts.MERCHANT)
    for number in range(count):
        ledger.post(entry(ana, shop, 10 + number), now=now)

    assert ledger.roll_up(shop.pk) == count

    assert not Inbox.objects.exists()
    total = sum(10 + number for number in range(count))
    assert stand(shop) == (total, 0, count, count)


def test_refunds_never_exceed_their_cap(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 1_000)
    paid = post(entry(ana, bo, 1_000, refund_cap=Money(1_000)), now=now)
    refund = lambda amount, key: entry(  # noqa: E731
        bo, ana, amount, key=key, refund=ledger.entries.JournalRefund(paid.journal_id, Money(amount))
    )

    assert isinstance(post(refund(600, "r1"), now=now), Posted)
    assert post(refund(401, "r2"), now=now) == Refused("payments.refund_exceeds")
    assert isinstance(post(refund(400, "r3"), now=now), Posted)
    assert post(refund(1, "r4"), now=now) == Refused("payments.refund_exceeds")
    assert post(refund(600, "r1"), now=now).replayed is True

    counter = Refundable.objects.get(journal_id=paid.journal_id)
    assert (counter.cap, counter.refunded, counter.refunds) == (1_000, 1_000, 2)
    assert stand(bo) == (1_000, 0, 4, 4)
    assert stand(ana) == (1_000, 0, 4, 4)


def test_refunds_of_one_journal_are_limited(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    paid = post(entry(ana, bo, 1_000, refund_cap=Money(1_000)), now=now)
    back = {"refund": ledger.entries.JournalRefund(paid.journal_id, Money(1))}

    answers = [post(entry(bo, ana, 1, **back), now=now) for _ in range(REFUNDS_MAX + 1)]

    assert [type(answer) for answer in answers] == [Posted] * 50 + [Refused]
    assert answers[50] == Refused("payments.refund_exceeds")
    assert stand(bo) == (950, 0, 51, 51)


def test_memo_is_stored_separately_with_a_salted_hash(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answer = post(entry(ana, bo, 1, memo="buat bakso 🍜"), now=now)
    twin = post(entry(ana, bo, 1, memo="buat bakso 🍜"), now=now)
    mute = post(entry(ana, bo, 1), now=now)

    journal, other = (Journal.objects.get(pk=posted.journal_id) for posted in (answer, twin))
    assert journal.memo.text == "buat bakso 🍜"
    assert journal.memo_hash == hashlib.sha256((journal.memo.salt + "buat bakso 🍜").encode()).hexdigest()
    # The same words seal differently, so that nobody can guess them from another's.
    assert (len(journal.memo.salt), journal.memo.salt == other.memo.salt) == (32, False)
    assert Journal.objects.get(pk=mute.journal_id).memo_hash == ""


class Paid(Event):
    name = "test.paid"

    @property
    def key(self) -> str:
        return "order:5"

    def payload(self):
        return {"order": 5, "who": 'ana\'s "sister"'}


def test_fact_is_stored_with_a_posted_journal_and_not_with_a_refused_one(wallet, post, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    post(entry(ana, bo, 1_001, fact=Paid()), now=now)
    wish = entry(ana, bo, 1, fact=Paid())
    post(wish, now=now)
    post(wish, now=now)

    fact = Fact.objects.get()
    assert (fact.name, fact.key, fact.payload, fact.published_at, fact.due_at) == (
        "test.paid", "order:5", {"order": 5, "who": "ana's \"sister\""}, now, now,
    )  # fmt: skip
    assert (fact.tries, fact.last_error, fact.parked_at) == (0, "", None)


def test_posting_inside_a_callers_transaction_is_rolled_back_with_it(real_db, wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    wish = entry(ana, bo, 100)

    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
        assert isinstance(ledger.post(wish, now=now), Posted)
        raise ZeroDivisionError

    assert stand(ana) == (1_000, 0, 1, 1)
    assert ledger.find_response(wish.key) is None
    assert isinstance(ledger.post(wish, now=now), Posted)


def test_posting_one_journal_costs_one_statement_on_postgresql(
    wallet, entry, now, django_assert_max_num_queries, settings
):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    with django_assert_max_num_queries(1 if settings.SERVED else 11):
        ledger.post(entry(ana, bo, 1), now=now)
