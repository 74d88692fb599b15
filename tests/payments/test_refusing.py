"""Refusing what needs no trial, and finding answers again."""

from __future__ import annotations

import pytest

from payments import errors, ledger
from payments.ledger import Posted, Refused, key_for
from payments.models import Request

EMPTY = "payments.insufficient_funds"


def test_refusal_without_a_trial_is_as_final_as_any_other(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    key = key_for("test", "k", {"amount": 5})

    first, again = ledger.refuse(key, EMPTY, now=now), ledger.refuse(key, EMPTY, now=now)

    assert (first, again) == (Refused(EMPTY), Refused(EMPTY, replayed=True))
    assert ledger.post(entry(ana, bo, 5, key="k", content={"amount": 5}), now=now) == again
    assert Request.objects.filter(key="k").count() == 1


def test_what_stands_is_not_refused_afterwards(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    one = entry(ana, bo, 5, key="k")
    posted = ledger.post(one, now=now)

    answer = ledger.refuse(one.key, EMPTY, now=now)

    assert answer == Posted(posted.journal_id, posted.public_id, replayed=True)


def test_refusal_under_the_key_of_another_wish_is_an_error(db, now):
    ledger.refuse(key_for("test", "k", {"amount": 5}), EMPTY, now=now)

    with pytest.raises(errors.KeyReused):
        ledger.refuse(key_for("test", "k", {"amount": 6}), EMPTY, now=now)

    assert Request.objects.count() == 1


def test_answer_is_found_under_its_own_scope_alone(db, now):
    ledger.refuse(key_for("user:1:pay", "k", {}), "payments.ceiling_exceeded", now=now)
    ledger.refuse(key_for("user:2:pay", "k", {}), EMPTY, now=now)

    found = [ledger.answered(key_for(f"user:{number}:pay", "k", {})) for number in (1, 2, 3)]

    assert found == [Refused("payments.ceiling_exceeded", replayed=True), Refused(EMPTY, replayed=True), None]
