"""Suspense and breaks are cleared by two operators, once, and the ledger agrees with the bank after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from payments import api, errors
from payments.actions.bank_statements import keep_history, read_whole_history
from payments.actions.incoming_payments import NOBODY, BankCredit, place_incoming_payment
from payments.actions.reconciliation import reconcile_day
from payments.actions.suspense import clear_suspended
from payments.maintenance.integrity_checks import check_integrity
from payments.models import (
    ReconciliationBreak,
    SuspenseClearing,
    Transfer,
)
from payments.queries.suspense import count_suspended, list_age_bands, list_suspended
from superapp.core.errors import InputInvalid
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.purses import browser_of
from tests.payments.reconciled import balance_of, rows, told

Way = SuspenseClearing.Way
REASON = {"reason": "slip 7"}


def test_suspended_payment_is_a_ticket_with_age_and_reason(suspend, now):
    journal = suspend()

    [ticket] = list_suspended()

    assert (ticket.public_id, ticket.amount, ticket.since) == (journal, Money(50_000_00), now)
    assert (ticket.reason, ticket.bank_reference, ticket.paid_to) == (NOBODY, "R1", "88019")
    assert count_suspended() == (1, now)


def test_suspense_is_told_by_age(suspend, now):
    for days, rupiah in ((0, 1_000), (-2, 20_000), (-3, 5_000), (-40, 7_000)):
        suspend(f"R{days}", rupiah, later=timedelta(days=days))

    bands = list_age_bands(now)

    assert [(band.count, band.amount) for band in bands] == [
        (1, Money(1_000_00)),
        (2, Money(25_000_00)),
        (0, Money(0)),
        (1, Money(7_000_00)),
    ]


def test_refund_without_room_is_a_ticket_too(suspend, make_user, now):
    """Every credit to suspense is one, whatever put it there."""
    suspend()
    assert Transfer.objects.filter(credit__kind="suspense").count() == len(list_suspended())


def test_suspended_payment_is_placed_into_the_wallet_of_its_person(suspend, two, make_user, now):
    ana, journal = make_user("ana"), suspend()

    row = clear_suspended(suspended=journal, way=Way.WALLET, user_id=ana.pk, now=now, **REASON, **two)

    assert api.get_wallet(ana.pk, now=now).balance == Money(50_000_00)
    assert balance_of("suspense:settlement:IDR") == 0
    assert (row.suspended.public_id, row.journal.kind) == (journal, "suspense_placed")
    assert row.journal.reference == f"payments.suspended:{journal}"
    assert Fact.objects.filter(name="payments.topped_up").count() == 1
    assert [movement.kind for movement in api.list_wallet_movements(ana.pk, now=now)] == ["suspense_placed"]
    assert list_suspended() == []
    assert check_integrity(now=now) == []


@pytest.mark.usefixtures("still_clock")
def test_receipt_of_a_placed_payment_names_the_bank(suspend, two, make_user, now):
    ana = make_user("ana")
    clear_suspended(suspended=suspend(), way=Way.WALLET, user_id=ana.pk, now=now, **REASON, **two)
    [row] = api.list_wallet_movements(ana.pk, now=now)

    page = browser_of(ana).get(reverse("payments:receipt", args=[row.journal])).content.decode()

    assert "Isi saldo berhasil" in page
    assert re.search(r"<dt>Dari</dt><dd[^>]*>Transfer bank</dd>", page)


def test_nobodys_payment_becomes_our_own_with_a_reason(suspend, two, now):
    journal = suspend()

    row = clear_suspended(suspended=journal, way=Way.ADJUSTMENT, now=now, **REASON, **two)

    assert (row.reason, balance_of("adjustment:settlement:IDR")) == ("slip 7", 50_000_00)


def test_suspended_payment_is_cleared_once(suspend, two, make_user, now):
    ana, journal = make_user("ana"), suspend()
    clear_suspended(suspended=journal, way=Way.ADJUSTMENT, now=now, **REASON, **two)
    before = rows()

    for way, user_id in ((Way.ADJUSTMENT, None), (Way.WALLET, ana.pk)):
        with pytest.raises(errors.SuspendedNotFound):
            clear_suspended(suspended=journal, way=way, user_id=user_id, now=now, **REASON, **two)

    assert rows() == before


def test_two_who_clear_the_same_at_once_do_it_once(real_db, make_user, now):
    credit = BankCredit(bank_reference="R1", paid_to="88019", amount=Money(500), paid_at=now)
    journal = place_incoming_payment(credit, now=now).journal.public_id
    one, other, ana = (make_user(name, is_staff=name != "ana").pk for name in ("op1", "op2", "ana"))

    told = concurrency.run_together(
        lambda: clear_suspended(
            suspended=journal, way=Way.WALLET, user_id=ana, maker_id=one, checker_id=other, now=now, **REASON
        ),
        lambda: clear_suspended(
            suspended=journal, way=Way.ADJUSTMENT, maker_id=other, checker_id=one, now=now, **REASON
        ),
        lambda: clear_suspended(
            suspended=journal, way=Way.WALLET, user_id=ana, maker_id=other, checker_id=one, now=now, **REASON
        ),
    )

    assert sorted(type(one).__name__ for one in told) in (
        ["SuspendedNotFound", "SuspendedNotFound", "SuspenseClearing"],
        ["KeyReused", "SuspendedNotFound", "SuspenseClearing"],
    )
    assert SuspenseClearing.objects.count() == 1
    assert balance_of("suspense:settlement:IDR") == 0
    assert check_integrity(now=now) == []


@pytest.mark.parametrize("who", ["outsider makes", "outsider checks", "one alone", "maker is the receiver"])
def test_clearing_takes_two_operators_beside_the_receiver(suspend, two, make_user, who, now):
    journal, eve = suspend(), make_user("eve")
    before = rows()
    receiver = eve.pk
    if who == "outsider makes":
        two["maker_id"] = eve.pk
        receiver = make_user("ana").pk
    elif who == "outsider checks":
        two["checker_id"] = eve.pk
        receiver = make_user("ana").pk
    elif who == "one alone":
        two["checker_id"] = two["maker_id"]
    else:
        receiver = two["maker_id"]

    with pytest.raises((errors.OperatorsOnly, errors.TwoPersonsNeeded)):
        clear_suspended(suspended=journal, way=Way.WALLET, user_id=receiver, now=now, **REASON, **two)

    assert rows() == before


@pytest.mark.parametrize("reason", ["", " \u200b ", "x" * 281])
def test_clearing_has_a_reason(suspend, two, reason, now):
    journal = suspend()

    with pytest.raises(InputInvalid):
        clear_suspended(suspended=journal, way=Way.ADJUSTMENT, reason=reason, now=now, **two)

    assert len(list_suspended()) == 1


def test_wallet_without_room_leaves_it_in_suspense_to_be_cleared_later(suspend, two, make_user, now):
    ana, journal = make_user("ana"), suspend(rupiah=3_000_000)

    with pytest.raises(errors.CeilingExceeded):
        clear_suspended(suspended=journal, way=Way.WALLET, user_id=ana.pk, now=now, **REASON, **two)
    row = clear_suspended(suspended=journal, way=Way.ADJUSTMENT, now=now, **REASON, **two)

    assert row.amount == 3_000_000_00
    assert api.get_wallet(ana.pk, now=now).balance == Money(0)


def test_payment_that_was_sent_back_at_the_bank_names_the_banks_transfer(bank, suspend, two, day, noon, now):
    journal = suspend()
    bank.history += [told("R1", 50_000_00, noon), told("OUT", -50_000_00, noon)]
    read_whole_history(day, now=now)
    reconcile_day(day, now=now)
    assert [row.reference for row in ReconciliationBreak.objects.all()] == ["OUT"]

    clear_suspended(suspended=journal, way=Way.RETURNED, bank_reference="OUT", now=now, **REASON, **two)
    reconcile_day(day, now=now + timedelta(minutes=1))

    assert [row.state for row in ReconciliationBreak.objects.all()] == ["cleared"]
    assert balance_of("bank:settlement:IDR") == 0


@pytest.mark.parametrize("reference", ["", "NONE", "R1", "SMALL"])
def test_payment_is_not_returned_without_the_banks_transfer(bank, suspend, two, noon, now, reference):
    journal = suspend()
    keep_history([told("R1", 50_000_00, noon), told("SMALL", -49_999_00, noon)], now=now)

    with pytest.raises(errors.BankMovementNotFound):
        clear_suspended(suspended=journal, way=Way.RETURNED, bank_reference=reference, now=now, **REASON, **two)

    assert len(list_suspended()) == 1


def test_transfer_of_the_bank_returns_one_payment(suspend, two, noon, now):
    first, second = suspend("R1"), suspend("R2")
    keep_history([told("OUT", -50_000_00, noon)], now=now)
    clear_suspended(suspended=first, way=Way.RETURNED, bank_reference="OUT", now=now, **REASON, **two)

    with pytest.raises(errors.BankMovementNotFound):
        clear_suspended(suspended=second, way=Way.RETURNED, bank_reference="OUT", now=now, **REASON, **two)
