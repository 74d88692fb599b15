"""Threads that post at the same moment share a statement, and each gets its own answer."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import OperationalError

from payments.maintenance.integrity_checks import check_integrity
from payments.models import Journal
from payments.writers import ledger
from payments.writers.ledger import Posted, Refused, postgres, shared_posting
from superapp.core.errors import Unavailable
from tests.harness import concurrency

pytestmark = pytest.mark.served_only
TRANSFERS = 12


@pytest.fixture
def batches(monkeypatch):
    """Have all share, as while another thread posts; return the sizes of what is sent together."""
    sizes, post = [], postgres.post

    def spy(entries, *, now):
        sizes.append(len(entries))
        return post(entries, now=now)

    monkeypatch.setattr(postgres, "post", spy)
    with shared_posting.posting_threads:
        yield sizes


@pytest.fixture
def at_once(now):
    def post_at_once(entries):
        return concurrency.run_together(*[lambda entry=entry: ledger.post(entry, now=now) for entry in entries])

    return post_at_once


def test_each_of_many_transfers_at_once_gets_its_own_answer(real_db, wallet, entry, now, at_once, batches):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    batches.clear()
    wishes = [entry(ana, bo, 1) for _ in range(TRANSFERS)]

    answers = at_once([*wishes, entry(bo, ana, 5_000)])

    refused = answers.pop()
    assert isinstance(refused, Refused)
    assert refused.code == "payments.insufficient_funds"
    assert [answer.public_id for answer in answers] == [wish.public_id for wish in wishes]
    assert sum(batches) == TRANSFERS + 1
    ana.refresh_from_db()
    assert ana.balance == 1_000 - TRANSFERS
    assert check_integrity(now=now) == []


def test_same_request_sent_many_times_at_once_is_posted_once(real_db, wallet, entry, at_once, batches):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answers = at_once([entry(ana, bo, 10, key="same") for _ in range(6)])

    assert Counter(answer.replayed for answer in answers) == {True: 5, False: 1}
    assert len({answer.public_id for answer in answers}) == 1
    assert Journal.objects.filter(kind="test", transfers__debit=ana).count() == 1


def test_statement_that_fails_for_all_is_tried_for_each(real_db, wallet, entry, at_once, batches, monkeypatch):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    spied = postgres.post

    def post(entries, *, now):
        if len(entries) > 1 or entries[0].lines[0].amount.amount_minor == 13:
            raise OperationalError("not this")
        return spied(entries, now=now)

    monkeypatch.setattr(postgres, "post", post)

    answers = at_once([entry(ana, bo, amount) for amount in (1, 2, 13, 3)])

    assert [type(answer) for answer in answers] == [Posted, Posted, Unavailable, Posted]


def test_who_posts_while_nobody_else_does_needs_no_other_thread(real_db, wallet, entry, now, monkeypatch):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    monkeypatch.setattr(shared_posting, "_batcher", None)

    for _ in range(2):
        assert isinstance(ledger.post(entry(ana, bo, 1), now=now), Posted)
