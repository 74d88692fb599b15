"""A closed loop: what the operator owes its users is counted by the database, and never passes the cap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from payments import api, errors, queries
from payments.actions import incoming_payments
from payments.actions.incoming_payments import BankCredit
from payments.actions.issued_money import apply_float_cap
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization, AuthorizationMethod
from payments.maintenance.integrity_checks import check_integrity
from payments.models import IncomingPayment, IssuedMoney, Journal, Request, TopUp, VirtualAccount
from payments.writers import ledger
from superapp.core.money import Money
from tests.payments.purses import PIN, balance

CAP = 1_000_000_00


@pytest.fixture
def closed(settings, database):
    settings.WALLET_LOOP, settings.FLOAT_CAP_RUPIAH = "closed", CAP // 100
    apply_float_cap()


def owed():
    return IssuedMoney.objects.get(asset="IDR").owed


@pytest.fixture
def officers(make_user):
    return make_user("petugas", is_staff=True), make_user("pemeriksa", is_staff=True)


@pytest.fixture
def request_top_up(officers, now):
    return lambda user, minor: api.request_top_up(
        user_id=user.pk, amount=Money(minor), reason="tunai", maker_id=officers[0].pk, now=now
    )


@pytest.fixture
def approve(officers, now):
    return lambda row: api.approve_top_up(top_up=row.public_id, checker_id=officers[1].pk, now=now)


def test_top_up_up_to_the_cap_comes_in_and_a_rupiah_more_is_refused(closed, make_payer, request_top_up, approve, now):
    ana = make_payer("ana")

    approve(request_top_up(ana, CAP))
    with pytest.raises(errors.FloatCapReached):
        request_top_up(ana, 1_00)

    assert (owed(), balance(ana, now)) == (CAP, CAP)
    assert TopUp.objects.count() == 1


def test_request_from_before_the_cap_was_reached_waits_and_moves_nothing(
    closed, make_payer, request_top_up, approve, now
):
    ana, bo = make_payer("ana"), make_payer("bo")
    first, second = request_top_up(ana, CAP), request_top_up(bo, 1_00)
    approve(first)

    with pytest.raises(errors.FloatCapReached):
        approve(second)

    second.refresh_from_db()
    assert (second.state, balance(bo, now), owed()) == ("asked", 0, CAP)


def test_database_itself_refuses_what_no_action_asked_for(closed, make_payer, wallet_of, now):
    ana = make_payer("ana")
    cash = ledger.get_or_open_account(
        chart_of_accounts.account_code(chart_of_accounts.CASH, "counter", "IDR"),
        kind=chart_of_accounts.CASH,
        asset="IDR",
        now=now,
    )
    entry = ledger.JournalEntry(
        key=ledger.derive_key("test", "k", {}),
        kind="topped_up",
        authorization=Authorization(AuthorizationMethod.TWO_OPERATORS, 1, second_user_id=2),
        lines=(ledger.TransferLine(cash.pk, wallet_of(ana).pk, Money(CAP + 1)),),
    )

    with pytest.raises(errors.FloatCapReached), transaction.atomic():
        ledger.post(entry, now=now)

    assert (owed(), balance(ana, now), Journal.objects.count()) == (0, 0, 0)
    assert not Request.objects.filter(scope="test").exists()


@pytest.fixture
def wallet_of(now):
    from payments.actions.wallets import get_or_open_wallet

    return lambda user: get_or_open_wallet(user_id=user.pk, now=now)


def test_money_between_people_is_not_counted(closed, make_payer, now):
    ana, bo = make_payer("ana", CAP), make_payer("bo")

    answer = api.send_money(
        sender_id=ana.pk, receiver_id=bo.pk, amount=Money(CAP), pin=PIN, idempotency_key="k", now=now
    )

    assert isinstance(answer, api.Posted)
    assert (owed(), balance(bo, now)) == (CAP, CAP)


@pytest.mark.served_only
def test_money_between_people_does_not_wait_for_a_top_up(real_db, closed, make_payer, in_threads, now):
    import threading

    ana, bo = make_payer("ana", 500_000_00), make_payer("bo")
    is_locked, is_sent = threading.Event(), threading.Event()

    def top_up_that_takes_long():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT owed FROM payments_issuedmoney FOR UPDATE")
            is_locked.set()
            assert is_sent.wait(20), "the transfer waited for the count"

    def send():
        assert is_locked.wait(20)
        answer = api.send_money(
            sender_id=ana.pk, receiver_id=bo.pk, amount=Money(1_000_00), pin=PIN, idempotency_key="k", now=now
        )
        is_sent.set()
        return answer

    outcomes = in_threads(top_up_that_takes_long, send)

    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "Posted"]


def test_two_top_ups_at_once_of_which_one_fits(real_db, closed, make_payer, request_top_up, approve, in_threads, now):
    ana, bo = make_payer("ana"), make_payer("bo")
    rows = [request_top_up(user, CAP * 3 // 4) for user in (ana, bo)]

    outcomes = in_threads(*[lambda row=row: approve(row) for row in rows])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["FloatCapReached", "Posted"]
    assert owed() == CAP * 3 // 4 == balance(ana, now) + balance(bo, now)


def bank_credit(number, minor, now, reference="b1"):
    return BankCredit(bank_reference=reference, paid_to=number, amount=Money(minor), paid_at=now)


@pytest.fixture
def number(make_payer, now):
    ana = make_payer("ana")
    VirtualAccount.objects.create(number="8800811223344556", user=ana, created_at=now)
    return ana, "8800811223344556"


def test_bank_money_above_the_cap_goes_to_suspense_with_the_reason(closed, number, now):
    ana, paid_to = number
    incoming_payments.place_incoming_payment(bank_credit(paid_to, CAP, now), now=now)

    row = incoming_payments.place_incoming_payment(bank_credit(paid_to, 5_000_00, now, "b2"), now=now)
    again = incoming_payments.place_incoming_payment(bank_credit(paid_to, 5_000_00, now, "b2"), now=now)

    assert (row.state, row.reason, again.pk) == ("suspended", "payments.float_cap_reached", row.pk)
    assert (owed(), balance(ana, now)) == (CAP, CAP)
    assert check_integrity(now=now) == []


def test_two_payments_at_once_from_the_bank_of_which_one_fits(real_db, closed, number, in_threads, now):
    ana, paid_to = number
    credits_ = [bank_credit(paid_to, CAP * 3 // 4, now, reference) for reference in ("b1", "b2")]

    in_threads(*[lambda one=one: incoming_payments.place_incoming_payment(one, now=now) for one in credits_])

    assert sorted(IncomingPayment.objects.values_list("state", "reason")) == [
        ("credited", ""),
        ("suspended", "payments.float_cap_reached"),
    ]
    assert owed() == balance(ana, now) == CAP * 3 // 4


def test_money_that_left_makes_room(closed, make_payer, wallet_of, request_top_up, approve, now):
    ana, bo = make_payer("ana", CAP), make_payer("bo")
    cash = queries.find_account(chart_of_accounts.CASH, "counter")
    assert cash is not None
    out = ledger.JournalEntry(
        key=ledger.derive_key("test", "out", {}),
        kind="sent",
        authorization=Authorization(AuthorizationMethod.PIN, ana.pk),
        lines=(ledger.TransferLine(wallet_of(ana).pk, cash.pk, Money(400_00)),),
    )

    assert isinstance(ledger.post(out, now=now), ledger.Posted)

    assert owed() == CAP - 400_00
    approve(request_top_up(bo, 400_00))
    with pytest.raises(errors.FloatCapReached):
        request_top_up(bo, 1_00)


def test_hold_on_its_way_out_counts_until_it_is_captured(closed, make_payer, wallet_of, now):
    ana = make_payer("ana", CAP)
    cash = queries.find_account(chart_of_accounts.CASH, "counter")
    assert cash is not None

    def entry(key, kind, method, **line):
        return ledger.JournalEntry(
            key=ledger.derive_key("test", key, {}),
            kind=kind,
            authorization=Authorization(method, ana.pk),
            lines=(ledger.TransferLine(wallet_of(ana).pk, cash.pk, Money(300_00), **line),),
        )

    held = ledger.post(entry("h", "held", AuthorizationMethod.PIN, phase="hold"), now=now)
    assert owed() == CAP
    hold = queries.get_hold_transfer(held.public_id).pk
    ledger.post(entry("c", "captured", AuthorizationMethod.EARLIER_HOLD, phase="capture", pending_id=hold), now=now)

    assert owed() == CAP - 300_00


def test_operator_that_owes_more_already_takes_no_more_and_pays_out(settings, make_payer, wallet_of, now):
    ana = make_payer("ana", 3 * CAP // 2)
    settings.WALLET_LOOP, settings.FLOAT_CAP_RUPIAH = "closed", CAP // 100
    apply_float_cap()
    cash = queries.find_account(chart_of_accounts.CASH, "counter")
    assert cash is not None
    out = ledger.JournalEntry(
        key=ledger.derive_key("test", "out", {}),
        kind="sent",
        authorization=Authorization(AuthorizationMethod.PIN, ana.pk),
        lines=(ledger.TransferLine(wallet_of(ana).pk, cash.pk, Money(CAP)),),
    )

    assert queries.find_float_room("IDR") == Money(0)
    ledger.post(out, now=now)
    assert apply_float_cap() == 1

    assert (owed(), queries.find_float_room("IDR")) == (CAP // 2, Money(CAP // 2))


def test_open_loop_has_no_cap(closed, settings, make_payer):
    settings.WALLET_LOOP = "open"

    assert (apply_float_cap(), apply_float_cap()) == (1, 0)

    assert queries.find_float_room("IDR") is None
    make_payer("ana", CAP + 1_00)
    assert owed() == CAP + 1_00


def test_code_to_top_up_is_not_given_above_the_cap(closed, make_payer, now):
    ana = make_payer("ana", CAP - 10_000_00)

    with pytest.raises(errors.FloatCapReached):
        api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(20_000_00), now=now)


def test_count_that_differs_from_the_transfers_is_found(make_payer, now):
    make_payer("ana", 5_000_00)
    assert check_integrity(now=now) == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE payments_issuedmoney DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_issuedmoney SET owed = owed - 1")

    found = check_integrity(now=now, since=now - timedelta(days=1))

    assert [finding.rule for finding in found] == ["what is owed is what came in minus what left"]


@pytest.mark.served_only
def test_count_is_changed_by_transfers_alone(make_payer):
    from django.db import IntegrityError

    make_payer("ana", 5_000_00)

    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedMoney.objects.update(owed=0)

    assert owed() == 5_000_00


@pytest.mark.parametrize("statement", ["DELETE FROM payments_issuedmoney", "UPDATE payments_issuedmoney SET cap = 1"])
def test_count_is_neither_deleted_nor_capped_below_what_is_owed(statement, make_payer):
    from django.db import IntegrityError

    make_payer("ana", 5_000_00)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert owed() == 5_000_00
