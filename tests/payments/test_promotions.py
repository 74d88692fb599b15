"""The platform's promotion account: funded by two, paying its part of orders, and getting it back after the payer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import api, errors
from payments.actions.promotions import fund_promotions, get_or_open_promotion_account
from payments.domain import chart_of_accounts
from payments.domain.refund_shares import pair_shares, split_refund
from payments.maintenance import integrity_checks
from payments.models import Account, Journal
from payments.queries.promotions import get_promotion_balance, list_promotion_sources
from superapp.accounts import api as accounts
from superapp.console.api import Approval
from superapp.console.models import Proposal
from superapp.core import clock
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN

ORDER, SHOP = "shop.order:5", "shop.storefront:1"
FEES, DESK = "fee:micro:IDR", "/konsol/promosi/"


@pytest.fixture
def promotion(db, now):
    return get_or_open_promotion_account(now)


@pytest.fixture
def ana(make_user, fund, now):
    user = make_user("ana")
    api.get_wallet(user.pk, now=now)
    fund(Account.objects.get(owner=user), 100_000_00)
    return user


@pytest.fixture
def pay(ana, now):
    def pay_one(minor=30_000_00, subsidy=20_000_00, *, key="pay"):
        return api.pay_into_escrow(
            reference=ORDER,
            payer_id=ana.pk,
            amount=Money(minor),
            subsidy=Money(subsidy),
            authorization=BY_PIN,
            idempotency_key=key,
            now=now,
        )

    return pay_one


@pytest.fixture
def refund(now):
    def refund_one(minor, key):
        fields = {"reference": ORDER, "authorization": BY_PIN, "now": now}
        answer = api.refund_escrow(**fields, amount=Money(minor), idempotency_key=key)
        assert isinstance(answer, api.Posted)
        return answer

    return refund_one


@pytest.fixture
def two(make_user):
    found = [make_user(name).pk for name in ("maker", "checker")]
    for user_id in found:
        accounts.grant_operator(user_id=user_id)
    return found


def balances(ana):
    """Return what Ana, the escrow and the promotion account have, in a ledger that adds up."""
    assert integrity_checks.check_integrity(now=clock.now()) == []
    rows = Account.objects.filter(kind__in=["wallet", "escrow", "promotion"])
    found = {row.kind: row.balance for row in rows if row.kind != "wallet" or row.owner_id == ana.pk}
    return [found[kind] for kind in ("wallet", "escrow", "promotion")]


def test_platform_pays_its_part_in_the_journal_of_the_payer(ana, pay, fund, promotion):
    fund(promotion, 50_000_00)

    assert isinstance(pay(), api.Posted)

    assert balances(ana) == [70_000_00, 50_000_00, 30_000_00]
    journal = Journal.objects.get(kind="escrow_paid")
    assert [(row.line, row.debit.kind, row.amount) for row in journal.transfers.order_by("line")] == [
        (1, "wallet", 30_000_00),
        (2, "promotion", 20_000_00),
    ]
    assert api.get_receipt(ana.pk, journal.public_id).delta == -Money(30_000_00)


def test_empty_promotion_account_refuses_its_part_and_takes_nothing(ana, pay, fund, promotion):
    fund(promotion, 19_999_00)

    assert pay().code == errors.PromotionExhausted.code
    assert balances(ana) == [100_000_00, 0, 19_999_00]
    # The order itself can be paid.
    assert isinstance(pay(50_000_00, 0, key="without"), api.Posted)
    assert balances(ana) == [50_000_00, 50_000_00, 19_999_00]


def test_payer_who_is_short_is_told_so_whatever_the_promotion_has(ana, pay):
    assert pay(100_001_00, 20_000_00).code == errors.InsufficientFunds.code


def test_full_refund_gives_both_what_they_paid(ana, pay, refund, fund, promotion):
    fund(promotion, 50_000_00)
    pay()

    refund(50_000_00, "all")

    assert balances(ana) == [100_000_00, 0, 50_000_00]


def test_partial_refunds_serve_the_payer_first(ana, pay, refund, fund, promotion):
    fund(promotion, 50_000_00)
    pay()

    refund(10_000_00, "one")
    assert balances(ana) == [80_000_00, 40_000_00, 30_000_00]
    refund(25_000_00, "two")
    assert balances(ana) == [100_000_00, 15_000_00, 35_000_00]
    refund(15_000_00, "rest")
    assert balances(ana) == [100_000_00, 0, 50_000_00]


def test_refund_after_the_release_comes_from_the_merchant_and_goes_to_the_payer_first(ana, pay, fund, promotion, now):
    fund(promotion, 50_000_00)
    pay()
    fields = {"reference": ORDER, "authorization": BY_PIN, "now": now}
    api.release_escrow(**fields, merchant=SHOP, fee=api.NO_FEE, idempotency_key="release")

    given = [
        api.request_refund(
            merchant=SHOP,
            reference=ORDER,
            number=number,
            amount=Money(minor),
            authorization=BY_PIN,
            user_id=ana.pk,
            now=now,
        )
        for number, minor in (("R-1", 35_000_00), ("R-2", 15_000_00))
    ]

    assert [one.state for one in given] == ["done", "done"]
    assert balances(ana) == [100_000_00, 0, 50_000_00]
    assert api.get_merchant_balance(SHOP).total == Money(0)


def test_account_is_funded_from_earnings_by_two_and_once(two, fund, open_account, now):
    fees = open_account("micro", chart_of_accounts.FEE)
    fund(fees, 80_000_00)
    approval = Approval(proposal=uuid4(), maker_id=two[0], checker_id=two[1], reason="Promo", made_at=now, now=now)

    journals = {fund_promotions(source=FEES, amount=Money(50_000_00), approval=approval) for _time in range(2)}

    assert len(journals) == 1
    assert get_promotion_balance() == Money(50_000_00)
    assert [(one.code, one.available) for one in list_promotion_sources()] == [(FEES, Money(30_000_00))]


@pytest.mark.parametrize(
    ("source", "amount", "refusal"),
    [
        (FEES, 80_001_00, errors.InsufficientFunds),
        ("adjustment:settlement:IDR", 1_00, errors.InsufficientFunds),
        ("bank:settlement:IDR", 1_00, errors.LedgerAccountNotFound),
        ("wallet:ana:IDR", 1_00, errors.LedgerAccountNotFound),
    ],
    ids=["too-much", "no-gains", "bank", "wallet"],
)
def test_account_is_funded_from_nothing_else_and_not_with_more(source, amount, refusal, two, fund, open_account, now):
    fund(open_account("micro", chart_of_accounts.FEE), 80_000_00)
    fund(open_account("ana"), 80_000_00)
    open_account("settlement", chart_of_accounts.ADJUSTMENT)
    approval = Approval(proposal=uuid4(), maker_id=two[0], checker_id=two[1], reason="Promo", made_at=now, now=now)

    with pytest.raises(refusal):
        fund_promotions(source=source, amount=Money(amount), approval=approval)

    assert get_promotion_balance() == Money(0)


def test_one_operator_alone_funds_nothing(two, fund, open_account, now):
    fund(open_account("micro", chart_of_accounts.FEE), 80_000_00)
    alone = Approval(proposal=uuid4(), maker_id=two[0], checker_id=two[0], reason="Promo", made_at=now, now=now)

    with pytest.raises(errors.TwoPersonsNeeded):
        fund_promotions(source=FEES, amount=Money(1_00), approval=alone)


def test_desk_proposes_and_another_member_approves(make_operator, fund, open_account):
    fund(open_account("micro", chart_of_accounts.FEE), 80_000_00)
    one, other = (make_operator(name, "finance") for name in ("petugas", "pemeriksa"))

    page = one.browser.get(DESK).content.decode()
    assert "fee:micro:IDR, Rp80.000" in page
    assert one.browser.post(DESK, {"source": FEES, "amount": "50.000", "reason": "promo"}).status_code == 302
    proposal = Proposal.objects.get()
    address = f"/konsol/usulan/{proposal.public_id}/"
    assert one.browser.post(address, {"do": "approve"}).status_code == 403
    assert get_promotion_balance() == Money(0)
    assert other.browser.post(address, {"do": "approve"}).status_code == 302

    assert get_promotion_balance() == Money(50_000_00)
    assert "Rp50.000" in one.browser.get(DESK).content.decode()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": "80.001"}, 409),
        ({"amount": "1,50"}, 422),
        ({"source": "wallet:user.1:IDR"}, 404),
        ({"reason": ""}, 422),
    ],
    ids=["too-much", "sen", "no-earnings", "no-reason"],
)
def test_desk_proposes_nothing_that_cannot_be_done(changes, status, make_operator, fund, open_account):
    fund(open_account("micro", chart_of_accounts.FEE), 80_000_00)
    form = {"source": FEES, "amount": "50.000", "reason": "promo", **changes}

    assert make_operator("petugas", "finance").browser.post(DESK, form).status_code == status
    assert not Proposal.objects.exists()


def test_desk_is_not_there_for_other_roles(make_operator):
    assert make_operator("petugas", "support").browser.get(DESK).status_code == 404


AMOUNTS = st.integers(min_value=1, max_value=10**6)


@given(paid=AMOUNTS, subsidy=AMOUNTS, cuts=st.lists(AMOUNTS, max_size=8))
def test_refunds_never_give_the_payer_more_than_they_paid_and_all_of_them_exactly_that(paid, subsidy, cuts):
    left, to_payer, to_platform = paid + subsidy, 0, 0
    for cut in [*cuts, paid + subsidy]:
        amount = min(cut, left)
        one, other = split_refund(amount, payer_paid=paid, payer_refunded=to_payer)
        assert one >= 0
        assert other >= 0
        assert other == 0 or to_payer + one == paid
        left, to_payer, to_platform = left - amount, to_payer + one, to_platform + other

    assert (to_payer, to_platform) == (paid, subsidy)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=2), st.integers(0, 100))
def test_shares_are_paired_without_loss(sources, cut):
    total = sum(sources)
    targets = [(7, min(cut, total)), (8, total - min(cut, total))]

    pairs = pair_shares(list(enumerate(sources, 1)), targets)

    assert all(amount > 0 for _source, _target, amount in pairs)
    assert [sum(amount for one, _to, amount in pairs if one == source) for source in (1, 2)] == sources
    assert [(to, sum(amount for _one, target, amount in pairs if target == to)) for to in (7, 8)] == targets
