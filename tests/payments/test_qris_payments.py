"""Paying a merchant's code from a wallet: once, whole, and only what was issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from payments import api, errors, queries
from payments.domain import merchant_numbers, qris
from payments.domain.qris import Tip
from payments.maintenance.integrity_checks import check_integrity
from payments.models import Account, QrisAccount, QrisBill, QrisPayment
from superapp.core.errors import AmountInvalid, AmountNotWhole
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.payments.purses import PIN, balance
from tests.payments.test_integrity_checks import guards_off

WARUNG = "shop.storefront:0198-warung"


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 1_000_000_00)


@pytest.fixture
def warung(db, now):
    return open_account(now)


def open_account(now, merchant=WARUNG, **changes):
    fields = {"name": "Warung Bo", "city": "Yogyakarta", "postal_code": "55281", "category": "5814", "criteria": "UKE"}
    return api.open_qris_account(merchant=merchant, **{**fields, **changes}, now=now)


def pay(payer, payload, now, *, amount=50_000_00, key="k", **fields):
    return api.pay_qris(
        payer_id=payer.pk, payload=payload, amount=Money(amount), pin=PIN, idempotency_key=key, now=now, **fields
    )


def altered(payload, **changes):
    """The payload with other content and a right checksum, as a forger makes it."""
    return qris.write_qris(replace(qris.read_qris(payload), **changes))


def bill_of(now, amount=25_000_00, key="b", **fields):
    return api.make_qris_bill(merchant=WARUNG, amount=Money(amount), idempotency_key=key, now=now, **fields)


def test_account_is_opened_once_and_keeps_its_numbers(warung, now):
    again = open_account(now, name="Nama lain")

    assert again == warung
    assert warung.pan.startswith("93609999")
    assert len(warung.pan) == 19
    assert QrisAccount.objects.count() == 1


def test_account_number_passes_the_luhn_test():
    assert merchant_numbers.make_pan("93600014", 1234567890) == "9360001412345678903"
    assert merchant_numbers.merchant_id("9360001412345678903") == "1234567890"


def test_names_are_folded_to_letters_that_readers_know(db, now):
    account = open_account(now, name="  Kopi “Ranté” | ☕ Bo  ", city="Yogyakarta")

    assert account.name == "Kopi Rante Bo"


def test_wrong_fields_are_refused_together_and_nothing_is_opened(db, now):
    with pytest.raises(errors.QrisFieldInvalid) as refused:
        open_account(now, name="☕", city="x" * 16, postal_code="012", category="0000", criteria="PSO")

    fields = [one.params["field"] for one in refused.value.all()]
    assert fields == ["name", "city", "postal_code", "category", "criteria"]
    assert QrisAccount.objects.count() == 0


def test_payment_moves_the_sum_at_once_and_the_fee_out_of_it(warung, ana, now):
    answer = pay(ana, api.write_static_code(WARUNG, terminal="Meja 4"), now)

    assert isinstance(answer, api.Posted)
    assert balance(ana, now) == 950_000_00
    assert api.get_merchant_balance(WARUNG).total == Money(49_650_00)
    assert api.list_wallet_movements(ana.pk, now=now)[0].delta == Money(-50_000_00)
    assert Account.objects.get(code=f"clearing:user.{ana.pk}:IDR").balance == 0
    [received] = api.list_qris_payments(WARUNG)
    assert (received.amount, received.fee, received.net) == (Money(50_000_00), Money(350_00), Money(49_650_00))
    assert received.terminal == "Meja 4"
    assert Account.objects.filter(code="fee:regular:IDR").exists()
    assert check_integrity(now=now) == []


def test_micro_merchant_pays_no_fee_on_small_sums(db, ana, now):
    open_account(now, criteria="UMI")

    pay(ana, api.write_static_code(WARUNG), now, amount=500_000_00)

    assert api.get_merchant_balance(WARUNG).total == Money(500_000_00)


def test_amount_that_the_payer_wrote_is_in_whole_rupiah(warung, ana, now):
    code = api.write_static_code(WARUNG)

    with pytest.raises(AmountNotWhole):
        pay(ana, code, now, amount=50_000_01)

    assert balance(ana, now) == 1_000_000_00
    assert isinstance(pay(ana, code, now, amount=50_000_00), api.Posted)


def test_tip_is_paid_where_the_code_asks_for_one_and_nowhere_else(warung, ana, now):
    pay(ana, api.write_static_code(WARUNG, asks_tip=True), now, tip=Money(5_000_00))
    with pytest.raises(AmountInvalid):
        pay(ana, api.write_static_code(WARUNG), now, tip=Money(5_000_00), key="k2")
    with pytest.raises(AmountInvalid):
        pay(ana, api.write_static_code(WARUNG, asks_tip=True), now, tip=Money(-5_000_00), key="k3")

    assert [(row.amount, row.tip) for row in api.list_qris_payments(WARUNG)] == [(Money(55_000_00), Money(5_000_00))]
    assert balance(ana, now) == 945_000_00


def test_repeated_payment_is_the_first_one_and_tells_the_fact_once(warung, ana, now):
    payload = api.write_static_code(WARUNG)
    first, second = (pay(ana, payload, now) for _time in range(2))

    assert second.replayed
    assert second.public_id == first.public_id
    assert balance(ana, now) == 950_000_00
    assert QrisPayment.objects.count() == 1
    assert Fact.objects.filter(name="payments.qris_paid").count() == 1
    with pytest.raises(errors.KeyReused):
        pay(ana, payload, now, amount=60_000_00)


def test_wrong_pin_and_empty_wallet_pay_nothing(warung, ana, now):
    payload = api.write_static_code(WARUNG)

    with pytest.raises(errors.PinWrong):
        api.pay_qris(payer_id=ana.pk, payload=payload, amount=Money(100), pin="000000", idempotency_key="p", now=now)
    refused = pay(ana, payload, now, amount=2_000_000_00)

    assert refused == api.Refused("payments.insufficient_funds")
    assert balance(ana, now) == 1_000_000_00
    assert QrisPayment.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": "Warung Eve"}, id="name"),
        pytest.param({"city": "Medan"}, id="city"),
        pytest.param({"amount": Money(1_000_00)}, id="amount"),
        pytest.param({"tip": Tip(fixed=Money(5_000_00))}, id="fixed tip"),
        pytest.param({"tip": Tip(basis_points=1_000)}, id="tip in percent"),
        pytest.param({"nmid": "ID1020304050607"}, id="register number"),
        pytest.param({"category": "5411"}, id="category"),
        pytest.param({"terminal": "x" * 26}, id="long label"),
        pytest.param({"is_dynamic": True, "reference": "TIDAKADA"}, id="bill that is none"),
    ],
)
def test_code_that_differs_from_what_was_issued_is_refused(warung, ana, now, changes):
    forged = altered(api.write_static_code(WARUNG), **changes)

    with pytest.raises(errors.QrisAltered):
        api.read_offer(forged, now=now)
    with pytest.raises(errors.QrisAltered):
        pay(ana, forged, now)

    assert balance(ana, now) == 1_000_000_00


def test_code_of_another_acquirer_cannot_be_paid_here(warung, ana, now):
    code = qris.read_qris(api.write_static_code(WARUNG))
    theirs = altered(qris.write_qris(code), account=replace(code.account, pan="9360001412345678903"))
    unknown = altered(theirs, account=replace(code.account, pan="9360999912345678906"))

    with pytest.raises(errors.QrisOtherAcquirer):
        pay(ana, theirs, now)
    with pytest.raises(errors.QrisAltered):
        pay(ana, unknown, now)

    assert balance(ana, now) == 1_000_000_00


def test_limit_of_one_payment_includes_the_tip(warung, ana, now, settings):
    settings.QRIS_PAYMENT_MAX_RUPIAH = 50_000
    payload = api.write_static_code(WARUNG, asks_tip=True)

    with pytest.raises(errors.QrisAmountInvalid):
        pay(ana, payload, now, tip=Money(1))

    assert isinstance(pay(ana, payload, now), api.Posted)


def test_bill_has_its_amount_and_is_paid_once(warung, ana, make_payer, now):
    bo = make_payer("bo", 100_000_00)
    bill = bill_of(now, note="2 kopi")
    offer = api.read_offer(bill.payload, now=now)
    assert (offer.amount, offer.note, offer.bill) == (Money(25_000_00), "2 kopi", bill.public_id)

    with pytest.raises(AmountInvalid):
        pay(bo, bill.payload, now, amount=1_00)
    pay(ana, bill.payload, now, amount=25_000_00)
    with pytest.raises(errors.QrisBillPaid):
        pay(bo, bill.payload, now, amount=25_000_00)
    again = pay(ana, bill.payload, now + timedelta(days=1), amount=25_000_00)

    assert again.replayed
    assert api.get_qris_bill(WARUNG, bill.public_id).paid_at == now
    assert balance(bo, now) == 100_000_00
    assert check_integrity(now=now) == []


def test_bill_expires(warung, ana, now):
    bill = bill_of(now)

    with pytest.raises(errors.QrisExpired):
        pay(ana, bill.payload, now + timedelta(minutes=15), amount=25_000_00)

    assert isinstance(pay(ana, bill.payload, now + timedelta(minutes=14), amount=25_000_00), api.Posted)


def test_bill_is_made_once_per_key_and_is_its_merchants_alone(warung, now):
    bill = bill_of(now)
    open_account(now, "shop.storefront:eve")

    assert bill_of(now).public_id == bill.public_id
    with pytest.raises(errors.KeyReused):
        bill_of(now, amount=1_00)
    with pytest.raises(errors.QrisBillNotFound):
        api.get_qris_bill("shop.storefront:eve", bill.public_id)
    with pytest.raises(errors.QrisAccountNotFound):
        api.make_qris_bill(merchant="shop.storefront:none", amount=Money(100), idempotency_key="b", now=now)
    assert QrisBill.objects.count() == 1


def test_amount_of_a_forged_bill_is_refused(warung, ana, now):
    forged = altered(bill_of(now).payload, amount=Money(1_00))

    with pytest.raises(errors.QrisAltered):
        pay(ana, forged, now, amount=1_00)


def test_two_payers_of_one_bill_at_once_pay_it_once(real_db, make_payer, now, monkeypatch, in_threads):
    open_account(now)
    people = [make_payer(name, 100_000_00) for name in ("ana", "bo")]
    bill = bill_of(now)
    # Both have seen it unpaid before either pays: the database alone stands between them.
    monkeypatch.setattr("payments.actions.qris_payments._require_payable", lambda _bill, _now: None)

    answers = in_threads(*(lambda who=who: pay(who, bill.payload, now, amount=25_000_00) for who in people))

    assert sorted(type(one).__name__ for one in answers) == ["Posted", "QrisBillPaid"]
    assert sorted(balance(who, now) for who in people) == [75_000_00, 100_000_00]
    assert QrisPayment.objects.count() == 1
    assert check_integrity(now=now) == []


def test_database_changes_no_row_of_a_code_and_pays_no_bill_twice(warung, ana, now):
    bill = bill_of(now)
    pay(ana, bill.payload, now, amount=25_000_00)
    other = pay(ana, api.write_static_code(WARUNG), now, key="k2")
    row = QrisBill.objects.get()

    attempts = (
        lambda: QrisAccount.objects.update(name="Warung Eve"),
        lambda: QrisBill.objects.update(amount=1),
        lambda: QrisPayment.objects.update(fee=0),
        lambda: QrisPayment.objects.filter(bill=row).delete(),
        lambda: QrisPayment(
            journal_id=other.journal_id - 1, account=row.account, bill=row, payer=ana, amount=1, paid_at=now
        ).save(force_insert=True),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()

    assert QrisAccount.objects.get().name == "Warung Bo"
    assert QrisPayment.objects.filter(bill=row).count() == 1


def test_receipt_and_search_name_the_merchant(warung, ana, make_payer, now):
    eve = make_payer("eve")
    paid = pay(ana, api.write_static_code(WARUNG), now)

    found = api.list_wallet_movements(ana.pk, now=now, search="warung")

    assert [row.journal for row in found] == [paid.public_id]
    reference = queries.payment_reference(paid.public_id)
    assert queries.qris.describe_payments([reference, "payments.qris:x"])[reference].name == "Warung Bo"
    with pytest.raises(errors.ReceiptNotFound):
        api.get_receipt(eve.pk, paid.public_id)


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        pytest.param(
            "UPDATE payments_account SET credits = credits + 1 WHERE kind = 'clearing'",
            "nothing stays in clearing",
            id="money left between",
        ),
        pytest.param(
            "UPDATE payments_qrispayment SET amount = amount + 1",
            "a payment by code is stored as it was posted",
            id="another sum",
        ),
        pytest.param(
            "DELETE FROM payments_qrispayment", "a payment by code is stored as it was posted", id="forgotten"
        ),
    ],
)
def test_proof_names_a_payment_that_is_not_as_it_was_posted(real_db, make_payer, now, lie, rule):
    open_account(now)
    pay(make_payer("ana", 100_000_00), api.write_static_code(WARUNG), now)
    assert check_integrity(now=now) == []

    with guards_off(), connection.cursor() as cursor:
        cursor.execute(lie)

    assert rule in {finding.rule for finding in check_integrity(now=now)}
