"""Payment functions that selling uses: escrow, holds, fees, refunds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from payments import api, errors
from payments.actions.holds import expire_holds
from payments.maintenance import integrity_checks
from payments.models import Account, Posting, Refundable, Request
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from superapp.core import ids
from superapp.core.errors import AmountInvalid
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN, entry_fields

ORDER, SHOP = "shop.order:5", "shop.storefront:1"
# A rule that no database has.
REGULAR_FEE = api.FeeRule(name="regular", basis_points=70)


@pytest.fixture
def ana(make_user, fund, now):
    user = make_user("ana")
    api.get_wallet(user.pk, now=now)
    fund(Account.objects.get(owner=user), 100_000)
    return user


@pytest.fixture
def pay(ana, now):
    def pay_one(minor=50_000, *, reference=ORDER, key="pay"):
        return api.pay_into_escrow(
            reference=reference,
            payer_id=ana.pk,
            amount=Money(minor),
            authorization=BY_PIN,
            idempotency_key=key,
            now=now,
        )

    return pay_one


@pytest.fixture
def release(now):
    def release_one(*, fee=REGULAR_FEE, key="release", amount=None):
        return api.release_escrow(
            reference=ORDER,
            merchant=SHOP,
            fee=fee,
            authorization=BY_PIN,
            idempotency_key=key,
            now=now,
            amount=amount and Money(amount),
        )

    return release_one


@pytest.fixture
def refund(now):
    def refund_one(minor, *, key="refund"):
        return api.refund_escrow(
            reference=ORDER, amount=Money(minor), authorization=BY_PIN, idempotency_key=key, now=now
        )

    return refund_one


def mine(ana, now):
    return api.get_wallet(ana.pk, now=now).balance.amount_minor


def merchant():
    stands = api.get_merchant_balance(SHOP)
    return stands.available.amount_minor, stands.pending.amount_minor


def test_order_payment_is_in_escrow_until_released_minus_the_fee(ana, pay, release, now):
    paid, again = pay(), pay()

    assert isinstance(paid, api.Posted)
    assert again.replayed is True
    assert (mine(ana, now), api.get_escrow_balance(ORDER)) == (50_000, Money(50_000))
    assert api.get_escrow_balances() == {ORDER: 50_000}
    released, twice = release(), release()

    assert isinstance(released, api.Posted)
    assert twice == api.Posted(released.journal_id, released.public_id, replayed=True)
    assert api.get_escrow_balance(ORDER) == Money(0)
    assert api.get_escrow_balances() == {}
    assert merchant() == (0, 49_650)
    ledger.roll_up_due(now)
    assert merchant() == (49_650, 0)
    assert Account.objects.get(code="fee:regular:IDR").balance == 350
    assert integrity_checks.check_integrity(now=now) == []


def test_order_is_paid_once_whatever_the_key(ana, pay, now):
    pay()

    assert pay(key="other") == api.Refused("payments.already_paid")
    assert pay(50_001, key="third") == api.Refused("payments.already_paid")
    with pytest.raises(errors.KeyReused):
        pay(50_001)
    assert mine(ana, now) == 50_000


def test_reference_can_be_paid_once(wallet, post, entry, now):
    bo, cy = wallet("bo", 1_000), wallet("cy")

    def of(kind, reference):
        return post(entry(bo, cy, 1, kind=kind, reference=reference), now=now)

    wishes = [("test", ORDER), ("escrow_paid", ORDER), ("escrow_paid", "shop.order:6"), ("test", ORDER)]
    unnamed = [("escrow_paid", "")] * 2

    answers = [of(*wish) for wish in wishes + unnamed]

    assert {type(answer) for answer in answers} == {api.Posted}
    assert [of(*wish) for wish in wishes[1:3]] == [api.Refused("payments.already_paid")] * 2


def test_order_in_a_batch_is_paid_once_by_the_first_valid_payment(wallet, entry, now):
    bo, cy = wallet("bo", 1_000), wallet("cy")
    wishes = [entry(bo, cy, minor, kind="escrow_paid", reference=ORDER) for minor in (1_001, 400, 300)]

    poor, paid, again, other = ledger.post_many([*wishes, entry(bo, cy, 600)], now=now)

    assert poor == api.Refused("payments.insufficient_funds")
    assert again == api.Refused("payments.already_paid")
    assert [type(one) for one in (paid, other)] == [api.Posted, api.Posted]
    cy.refresh_from_db()
    assert cy.balance == 1_000


def test_payment_is_rolled_back_with_the_callers_transaction(real_db, ana, pay, now):
    class StockExhausted(Exception):
        pass

    with pytest.raises(StockExhausted), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
        assert isinstance(pay(), api.Posted)
        raise StockExhausted

    assert mine(ana, now) == 100_000
    assert not Fact.objects.filter(name="payments.escrow_paid").exists()
    assert isinstance(pay(), api.Posted)


def test_payment_rollback_keeps_the_outer_transaction(real_db, ana, pay, now):
    with transaction.atomic():
        # What an order's own attempt does: it commits; the work in its savepoint does not.
        Fact.objects.create(name="attempt", key="a", payload={}, published_at=now, due_at=now)
        with pytest.raises(errors.InsufficientFunds), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
            answer = pay(100_001)
            raise answer.error()

    assert Fact.objects.filter(name="attempt").exists()
    assert ledger.find_response(ledger.derive_key(f"user:{ana.pk}:pay", "pay", {})) is None
    assert mine(ana, now) == 100_000


@pytest.mark.parametrize(
    ("fee", "gross", "expected"),
    [
        (REGULAR_FEE, 100, 1),
        (REGULAR_FEE, 71, 0),
        (REGULAR_FEE, 72, 1),
        (api.NO_FEE, 10**12, 0),
    ],
)
def test_fee_is_rounded_half_up_once(fee, gross, expected):
    assert fee.of(Money(gross)) == Money(expected)


def test_refund_comes_from_escrow_first_and_then_from_the_merchant(ana, pay, release, refund, now):
    pay()
    assert isinstance(refund(10_000, key="r1"), api.Posted)
    assert isinstance(release(fee=api.NO_FEE, amount=30_000), api.Posted)

    both = refund(25_000, key="r2")

    assert isinstance(both, api.Posted)
    assert mine(ana, now) == 85_000
    assert api.get_escrow_balance(ORDER) == Money(0)
    assert merchant() == (15_000, 0)
    assert refund(25_000, key="r2") == api.Posted(both.journal_id, both.public_id, replayed=True)
    assert mine(ana, now) == 85_000
    counter = Refundable.objects.get()
    assert (counter.cap, counter.refunded, counter.refunds) == (50_000, 35_000, 2)
    assert integrity_checks.check_integrity(now=now) == []


def test_refunds_together_never_exceed_what_was_paid(ana, pay, release, refund, fund, now):
    pay()
    release(fee=api.NO_FEE)
    ledger.roll_up_due(now)
    fund(Account.objects.get(code=f"merchant:{SHOP}:IDR"), 1_000_000)

    assert isinstance(refund(50_000, key="all"), api.Posted)
    assert refund(1, key="more") == api.Refused("payments.refund_exceeds")
    assert mine(ana, now) == 100_000


def test_merchant_who_spent_the_money_cannot_refund_it(ana, pay, release, refund, now):
    pay()
    release()

    assert refund(50_000) == api.Refused("payments.insufficient_funds")
    assert refund(50_000) == api.Refused("payments.insufficient_funds", replayed=True)
    assert Refundable.objects.get().refunded == 0


def test_release_of_an_unpaid_reference_is_refused(ana, pay, release, refund, now):
    for ask in (release, lambda: refund(1)):
        with pytest.raises(errors.EscrowNotFound):
            ask()
    pay()
    # Nothing was stored under the keys: the money came.
    assert isinstance(release(), api.Posted)

    assert release(key="second") == api.Refused("payments.escrow_empty")
    assert release(key="second") == api.Refused("payments.escrow_empty", replayed=True)
    with pytest.raises(errors.KeyReused):
        release(key="second", amount=1)
    assert Request.objects.get(key="second").code == "payments.escrow_empty"
    assert integrity_checks.check_integrity(now=now) == []


def test_reference_can_pay_only_one_merchant(ana, pay, release, refund, now):
    pay()
    release(fee=api.NO_FEE, amount=20_000)
    to_another = {"reference": ORDER, "merchant": "shop.storefront:2", "fee": api.NO_FEE, "idempotency_key": "theirs"}

    answer = api.release_escrow(**to_another, now=now, authorization=BY_PIN)

    assert answer == api.Refused("payments.paid_to_another")
    assert api.release_escrow(**to_another, now=now, authorization=BY_PIN) == api.Refused(
        "payments.paid_to_another", replayed=True
    )
    assert api.get_escrow_balance(ORDER) == Money(30_000)
    # The rest goes to the first, and all of it can be taken back from there.
    assert isinstance(release(fee=api.NO_FEE, key="rest"), api.Posted)
    assert isinstance(refund(50_000), api.Posted)
    assert mine(ana, now) == 100_000
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.parametrize("minor", [0, -1])
def test_amount_below_one_is_refused_and_stores_nothing(ana, pay, release, refund, hold, now, minor):
    pay()
    held = hold()
    before = Request.objects.count()

    for ask in (
        lambda: pay(minor, reference="shop.order:6", key="other"),
        lambda: api.release_escrow(
            reference=ORDER,
            merchant=SHOP,
            fee=api.NO_FEE,
            authorization=BY_PIN,
            idempotency_key="l",
            now=now,
            amount=Money(minor),
        ),
        lambda: refund(minor),
        lambda: hold(minor, key="another"),
        lambda: api.capture_hold(hold=held.public_id, amount=Money(minor), idempotency_key="c", now=now),
    ):
        with pytest.raises(AmountInvalid):
            ask()

    assert api.get_escrow_balance(ORDER) == Money(50_000)
    assert Request.objects.count() == before


def test_amount_of_another_asset_is_refused_and_moves_nothing(ana, pay, now):
    pay()
    dollars = Money(5, "USD")

    with pytest.raises(errors.AssetMismatch):
        api.refund_escrow(reference=ORDER, amount=dollars, authorization=BY_PIN, idempotency_key="r", now=now)
    released = api.release_escrow(
        reference=ORDER,
        merchant=SHOP,
        fee=api.NO_FEE,
        authorization=BY_PIN,
        idempotency_key="l",
        now=now,
        amount=dollars,
    )

    assert released == api.Refused("payments.asset_mismatch")
    assert api.get_escrow_balance(ORDER) == Money(50_000)
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.parametrize("state", ["frozen", "closed"])
def test_account_that_is_not_open_can_neither_pay_nor_receive(ana, make_user, pay, hold, fund, now, state):
    bo = make_user("bo")
    api.get_wallet(bo.pk, now=now)
    cash = Account.objects.get(owner=ana)
    shut = Account.objects.get(owner=bo)
    ledger.freeze_account(shut.pk) if state == "frozen" else ledger.accounts.close_account(shut.pk)

    into = ledger.post(
        JournalEntry(
            key=derive_key("t", "in", {}),
            **entry_fields("sent"),
            lines=(TransferLine(cash.pk, shut.pk, Money(1)),),
        ),
        now=now,
    )
    out = api.pay_into_escrow(
        reference="shop.order:7", payer_id=bo.pk, amount=Money(1), authorization=BY_PIN, idempotency_key="p", now=now
    )

    shut_code = "payments.wallet_frozen" if state == "frozen" else "payments.account_not_open"
    assert (into, out) == (api.Refused("payments.account_not_open"), api.Refused(shut_code))
    # For ever, under these keys.
    ledger.unfreeze_account(shut.pk)
    again = api.pay_into_escrow(
        reference="shop.order:7", payer_id=bo.pk, amount=Money(1), authorization=BY_PIN, idempotency_key="p", now=now
    )
    assert again == api.Refused("payments.account_not_open", replayed=True)


@pytest.fixture
def hold(ana, now):
    def hold_one(minor=20_000, *, key="hold", expires_at=None):
        return api.hold_funds(
            payer_id=ana.pk,
            merchant=SHOP,
            amount=Money(minor),
            reference="scan:1",
            expires_at=expires_at or now + timedelta(hours=1),
            authorization=BY_PIN,
            idempotency_key=key,
            now=now,
        )

    return hold_one


def test_held_money_cannot_be_spent_or_held_again(ana, hold, pay, now):
    held = hold(80_000)

    assert isinstance(held, api.Posted)
    assert hold(80_000).replayed is True
    assert hold(20_001, key="more") == api.Refused("payments.insufficient_funds")
    assert pay(20_001) == api.Refused("payments.insufficient_funds")
    wallet = api.get_wallet(ana.pk, now=now)
    assert (wallet.balance, wallet.held, wallet.available) == (Money(100_000), Money(80_000), Money(20_000))


def test_partial_capture_releases_the_rest(ana, hold, now):
    held = hold()
    take = lambda minor, key: api.capture_hold(  # noqa: E731
        hold=held.public_id, amount=Money(minor), idempotency_key=key, now=now
    )

    assert take(20_001, "a") == api.Refused("payments.capture_exceeds_hold")
    assert isinstance(take(15_000, "b"), api.Posted)
    assert take(15_000, "b").replayed is True
    assert take(1, "c") == api.Refused("payments.hold_resolved")
    assert api.void_hold(hold=held.public_id, idempotency_key="d", now=now) == api.Refused("payments.hold_resolved")
    wallet = api.get_wallet(ana.pk, now=now)
    assert (wallet.balance, wallet.held) == (Money(85_000), Money(0))
    assert merchant() == (0, 15_000)
    with pytest.raises(errors.HoldNotFound):
        api.void_hold(hold=ids.new_id(), idempotency_key="e", now=now)


def test_uncaptured_hold_expires_once(ana, hold, now):
    hold(expires_at=now + timedelta(minutes=5))

    assert expire_holds(now + timedelta(minutes=4)) == 0
    assert expire_holds(now + timedelta(minutes=5)) == 1
    assert expire_holds(now + timedelta(minutes=6)) == 0

    wallet = api.get_wallet(ana.pk, now=now)
    assert (wallet.balance, wallet.held) == (Money(100_000), Money(0))
    assert Posting.objects.filter(account__owner=ana, transfer__phase="void").count() == 1
