"""Money that comes in at the bank: once each, to whom it belongs, or to suspense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions import bank_history, incoming_payments
from payments.actions.charges import expire_top_ups, get_or_open_virtual_account
from payments.actions.incoming_payments import NOBODY, BankCredit, place_incoming_payment
from payments.adapters import banks, snap_bank
from payments.adapters.bank import BankNotAsked, HistoryEntry
from payments.adapters.snap_signatures import format_timestamp
from payments.domain import chart_of_accounts
from payments.maintenance.integrity_checks import check_integrity
from payments.models import BankMovement, Charge, IncomingPayment
from payments.queries import find_account_with_inbox
from superapp.core.errors import AmountNotWhole
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.fake_bank import FakeBank


@pytest.fixture
def bank(database, monkeypatch, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    return fake


@pytest.fixture
def place(now, bank):
    def place_one(paid_to, rupiah, *, reference="R1", at=None):
        credit = BankCredit(bank_reference=reference, paid_to=paid_to, amount=Money(rupiah * 100), paid_at=at or now)
        return place_incoming_payment(credit, now=now)

    return place_one


@pytest.fixture
def ana(make_user, bank):
    return make_user("ana")


def number_of(user, now):
    return get_or_open_virtual_account(user_id=user.pk, now=now).number


def balance(user, now):
    return api.get_wallet(user.pk, now=now).balance


def in_suspense():
    found = find_account_with_inbox(chart_of_accounts.SUSPENSE, "settlement")
    return found[0].balance + found[1] if found else 0


def test_payment_told_with_two_targets_at_once_is_posted_once(ana, place, now, monkeypatch):
    """The second telling comes after the first has looked for the movement, and before it is written."""
    number, open_account, told = number_of(ana, now), incoming_payments.get_or_open_bank_account, []

    def tell_meanwhile(*of):
        if not told:
            told.append(True)
            place("8800812345678", 50_000)
        return open_account(*of)

    monkeypatch.setattr(incoming_payments, "get_or_open_bank_account", tell_meanwhile)
    place(number, 50_000)

    assert balance(ana, now).amount_minor + in_suspense() == 50_000_00
    assert IncomingPayment.objects.count() == 1


def test_everybody_has_one_number_with_a_check_digit(ana, make_user, now, bank):
    number = number_of(ana, now)

    assert number == number_of(ana, now)
    assert number != number_of(make_user("bo"), now)
    digits = [int(digit) for digit in number.removeprefix(banks.get_keys().va_prefix.strip())]
    doubled = [2 * digit - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    assert sum(doubled) % 10 == 0


def test_payment_to_a_number_is_in_its_persons_wallet_once(ana, place, now):
    number = number_of(ana, now)

    first, again = place(number, 50_000), place(number, 50_000)

    assert first.pk == again.pk
    assert balance(ana, now) == Money(50_000_00)
    assert IncomingPayment.objects.count() == 1
    assert Fact.objects.filter(name="payments.topped_up").count() == 1
    assert check_integrity(now=now) == []


@pytest.mark.parametrize("rupiah", [49_999, 50_001])
def test_payment_told_again_with_another_amount_is_refused(ana, place, now, rupiah):
    number = number_of(ana, now)
    place(number, 50_000)

    with pytest.raises(errors.KeyReused):
        place(number, rupiah)
    assert balance(ana, now) == Money(50_000_00)


def test_payment_told_again_for_another_number_is_refused(ana, make_user, place, now):
    bo = make_user("bo")
    place(number_of(ana, now), 50_000)

    with pytest.raises(errors.KeyReused):
        place(number_of(bo, now), 50_000)
    assert balance(bo, now) == Money(0)


def test_payment_to_nobody_waits_in_suspense(place, now):
    row = place("12345", 50_000)

    assert (row.state, row.reason, row.user_id) == ("suspended", NOBODY, None)
    assert in_suspense() == 50_000_00
    assert Fact.objects.filter(name="payments.payment_suspended").count() == 1
    assert check_integrity(now=now) == []


def test_payment_above_the_ceiling_waits_in_suspense_with_its_owner(ana, place, now):
    row = place(number_of(ana, now), 2_000_001)

    assert (row.state, row.reason, row.user_id) == ("suspended", errors.CeilingExceeded.code, ana.pk)
    assert balance(ana, now) == Money(0)
    assert in_suspense() == 2_000_001_00


def test_code_is_paid_once_and_a_second_payment_of_it_is_in_the_wallet_too(ana, place, now, bank):
    charge = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)
    assert charge.qr_content == f"QR {charge.partner_reference}"

    place(charge.partner_reference, 50_000)
    charge.refresh_from_db()
    assert charge.state == Charge.State.PAID
    place(charge.partner_reference, 50_000, reference="R2")

    assert balance(ana, now) == Money(100_000_00)


@pytest.mark.parametrize("rupiah", [49_999, 50_001], ids=["short", "over"])
def test_other_amount_than_the_codes_is_in_the_wallet_and_the_code_stays_open(ana, place, now, rupiah):
    charge = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)

    place(charge.partner_reference, rupiah)

    charge.refresh_from_db()
    assert charge.state == Charge.State.OPEN
    assert balance(ana, now) == Money(rupiah * 100)


def test_money_for_an_expired_code_is_in_the_wallet_all_the_same(ana, place, now):
    charge = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)
    assert expire_top_ups(charge.expires_at - timedelta(seconds=1)) == 0
    assert expire_top_ups(charge.expires_at) == 1

    place(charge.partner_reference, 50_000)

    charge.refresh_from_db()
    assert charge.state == Charge.State.EXPIRED
    assert balance(ana, now) == Money(50_000_00)


@pytest.mark.parametrize(
    ("minor", "error"),
    [(9_999_00, errors.TopUpTooSmall), (2_000_001_00, errors.TopUpTooLarge), (50_000_01, AmountNotWhole)],
    ids=["small", "large", "with sen"],
)
def test_code_for_an_amount_that_cannot_be_taken_is_not_made(ana, now, bank, minor, error):
    with pytest.raises(error):
        api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(minor), now=now)
    assert bank.qr_codes == []


def test_code_is_not_made_while_the_bank_is_away(ana, now, bank):
    bank.is_silent = BankNotAsked("away")

    with pytest.raises(errors.BankOutOfReach):
        api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)


def test_code_of_the_same_amount_is_shown_again_while_it_is_fresh(ana, make_user, now, bank):
    first = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)

    again = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now + timedelta(minutes=10))
    late = api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now + timedelta(minutes=20))
    other = api.begin_top_up_by_qris(user_id=make_user("bo").pk, amount=Money(50_000_00), now=now)

    assert again.pk == first.pk
    assert len({first.pk, late.pk, other.pk}) == 3


def test_codes_that_wait_to_be_paid_are_limited_and_make_room_when_they_expire(ana, now, bank, settings):
    settings.OPEN_TOP_UPS_MAX = 3
    for number in range(3):
        api.begin_top_up_by_qris(user_id=ana.pk, amount=Money((20_000 + number) * 100), now=now)

    with pytest.raises(errors.TooManyOpenTopUps) as refused:
        api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=now)

    assert refused.value.retry_after == 30 * 60 + 1
    later = now + timedelta(minutes=30, seconds=1)
    assert api.begin_top_up_by_qris(user_id=ana.pk, amount=Money(50_000_00), now=later).qr_content


def test_codes_asked_for_at_the_same_moment_stay_within_the_limit(
    real_db, make_user, now, monkeypatch, settings, tmp_path
):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.OPEN_TOP_UPS_MAX = "http://bank.invalid", tmp_path, 3
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    ana = make_user("ana")

    def asking(number):
        return lambda: api.begin_top_up_by_qris(user_id=ana.pk, amount=Money((20_000 + number) * 100), now=now)

    made = concurrency.run_together(*[asking(number) for number in range(8)])

    assert {type(answer) for answer in made} == {Charge, errors.TooManyOpenTopUps}
    assert sum(isinstance(answer, Charge) for answer in made) == 3
    assert Charge.objects.filter(state=Charge.State.OPEN).count() == 3


def test_payment_for_a_reference_is_in_its_escrow_and_its_payer_can_be_refunded(ana, place, now):
    charge = api.open_charge(
        user_id=ana.pk,
        reference="shop.order:1",
        method=Charge.Method.VIRTUAL_ACCOUNT,
        amount=Money(75_000_00),
        expires_at=now + timedelta(minutes=30),
        now=now,
    )

    place(charge.virtual_account.number, 75_000)

    assert api.get_escrow_balance("shop.order:1") == Money(75_000_00)
    assert balance(ana, now) == Money(0)
    answer = api.refund_escrow(
        reference="shop.order:1",
        amount=Money(75_000_00),
        authorization=api.BY_TIMER,
        idempotency_key="k",
        now=now,
    )
    assert isinstance(answer, api.Posted)
    assert balance(ana, now) == Money(75_000_00)
    assert check_integrity(now=now) == []


def test_refund_that_does_not_fit_into_the_wallet_waits_in_suspense(ana, place, now):
    charge = api.open_charge(
        user_id=ana.pk,
        reference="shop.order:1",
        method=Charge.Method.VIRTUAL_ACCOUNT,
        amount=Money(3_000_000_00),
        expires_at=now + timedelta(minutes=30),
        now=now,
    )
    place(charge.virtual_account.number, 3_000_000)

    answer = api.refund_escrow(
        reference="shop.order:1",
        amount=Money(3_000_000_00),
        authorization=api.BY_TIMER,
        idempotency_key="k",
        now=now,
    )

    assert isinstance(answer, api.Posted)
    assert in_suspense() == 3_000_000_00
    assert Fact.objects.get(name="payments.escrow_refunded").payload["is_suspended"]
    assert check_integrity(now=now) == []


def test_expired_charge_of_a_reference_takes_no_money_and_a_paid_one_does_not_expire(ana, place, now):
    def open_one(reference):
        return api.open_charge(
            user_id=ana.pk,
            reference=reference,
            method=Charge.Method.VIRTUAL_ACCOUNT,
            amount=Money(75_000_00),
            expires_at=now + timedelta(minutes=30),
            now=now,
        )

    late, paid = open_one("shop.order:1"), open_one("shop.order:2")
    assert api.expire_charge("shop.order:1", now=now)
    place(paid.virtual_account.number, 75_000, reference="R2")
    assert not api.expire_charge("shop.order:2", now=now)
    place(late.virtual_account.number, 75_000, reference="R1")

    assert api.get_escrow_balance("shop.order:1") == Money(0)
    assert balance(ana, now) == Money(75_000_00)


def test_history_places_what_no_notification_told_of_and_nothing_twice(ana, place, now, bank):
    number = number_of(ana, now)
    place(number, 50_000)
    bank.history = [
        HistoryEntry(
            reference=reference,
            partner_reference="",
            virtual_account=number,
            amount=Money(minor),
            at=now - timedelta(minutes=5),
            remark="",
        )
        for reference, minor in (("R1", 50_000_00), ("R2", 30_000_00), ("R3", -20_000_00))
    ]

    bank_history.read_history(now=now)
    bank_history.read_history(now=now + timedelta(minutes=1))

    assert balance(ana, now) == Money(80_000_00)
    assert sorted(IncomingPayment.objects.values_list("bank_reference", flat=True)) == ["R1", "R2"]


def test_long_text_of_a_stranger_in_the_history_holds_up_no_payment(ana, now, bank):
    """Transfers to our account bear what their senders wrote; too long for its column, it stopped all reading."""

    def read(reference, **more):
        return snap_bank._read_history_entry(
            {
                "additionalInfo": {"referenceNo": reference, **more},
                "amount": {"value": "50000.00", "currency": "IDR"},
                "type": "CREDIT",
                "dateTime": format_timestamp(now - timedelta(minutes=5)),
                "remark": "x\0" * 500,
            }
        )

    long = {"partnerReferenceNo": "x\0" * 500, "virtualAccountNo": "9" * 500}
    bank.history = [read("R1", **long), read("R2" * 500), read("R3", virtualAccountNo=f" {number_of(ana, now)} ")]

    assert bank_history.read_history(now=now) == 3

    assert balance(ana, now) == Money(50_000_00)
    assert all(len(row.virtual_account) <= 28 and len(row.reference) <= 64 for row in BankMovement.objects.all())
    assert len(IncomingPayment.objects.get(bank_reference="R1").paid_to) <= 64


def test_row_of_the_history_without_its_parts_is_said_to_be_none(now):
    row = {"amount": {"value": "50000.00", "currency": "IDR"}, "type": "CREDIT", "remark": ""}
    for wrong in ({"additionalInfo": "R1"}, {"additionalInfo": {"referenceNo": "R1"}, "dateTime": "2027-03-01T09:00"}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            snap_bank._read_history_entry({"dateTime": format_timestamp(now), **row, **wrong})


def test_history_is_read_again_from_where_it_was_last_read(now, bank):
    bank_history.read_history(now=now)
    bank.is_silent = BankNotAsked("away")
    with pytest.raises(BankNotAsked):
        bank_history.read_history(now=now + timedelta(days=5))
    bank.is_silent = None
    bank.history = [
        HistoryEntry(
            reference="R1",
            partner_reference="",
            virtual_account="1",
            amount=Money(100_00),
            at=now + timedelta(hours=2),
            remark="",
        )
    ]

    assert bank_history.read_history(now=now + timedelta(days=5)) == 1


def test_same_payment_told_by_many_at_once_is_placed_once(real_db, make_user, now, monkeypatch, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    ana = make_user("ana")
    number = number_of(ana, now)
    credit = BankCredit(bank_reference="R1", paid_to=number, amount=Money(50_000_00), paid_at=now)

    rows = concurrency.run_together(*[lambda: place_incoming_payment(credit, now=now)] * 6)

    assert {row.pk for row in rows} == set(IncomingPayment.objects.values_list("pk", flat=True))
    assert balance(ana, now) == Money(50_000_00)
    assert check_integrity(now=now) == []
