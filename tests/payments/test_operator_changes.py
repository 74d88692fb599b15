"""Freezes, limits and journals by hand: what one operator does, and what takes two."""

from __future__ import annotations

import pytest

from payments import api, errors, queries
from payments.actions.authorizations import authorize_two_operators
from payments.domain.authorization import Authorization, AuthorizationMethod, NotAuthorized
from payments.models import Account, Journal, Tier
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.console.actions import proposals
from superapp.console.models import AuditEntry, Proposal
from superapp.core.money import Money
from tests.payments.purses import PIN, balance, begin, browser_of

FREEZES, LIMITS, JOURNALS = "/konsol/pembekuan/", "/konsol/batas/", "/konsol/jurnal/"


@pytest.fixture
def two(make_operator):
    return make_operator("petugas", "finance"), make_operator("pemeriksa", "finance")


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 500_000_00)


def wallet_of(user):
    found = queries.find_wallet(user.pk)
    assert found is not None
    return found


def freeze(operator, user, **changes):
    form = {
        "do": "freeze",
        "account": str(wallet_of(user).public_id),
        "reason": "device_lost",
        "note": "lapor",
        **changes,
    }
    return operator.browser.post(FREEZES, form)


def approve(operator):
    made = Proposal.objects.get(state="open")
    return operator.browser.post(f"/konsol/usulan/{made.public_id}/", {"do": "approve"})


@pytest.mark.parametrize("role", ["support", "finance"])
def test_one_operator_freezes_at_once_and_money_stays(role, make_operator, make_payer, ana, now):
    officer, bo = make_operator("petugas", role), make_payer("bo", 50_000_00)

    assert freeze(officer, ana).status_code == 302

    assert wallet_of(ana).status == "frozen"
    sending = {"sender_id": ana.pk, "receiver_id": bo.pk, "amount": Money(1_000_00), "pin": PIN, "now": now}
    with pytest.raises(errors.WalletFrozen):
        api.send_money(**sending, idempotency_key="k")
    back = api.send_money(**{**sending, "sender_id": bo.pk, "receiver_id": ana.pk}, idempotency_key="b")
    assert back == ledger.Refused("payments.account_not_open")
    assert (balance(ana, now), balance(bo, now)) == (500_000_00, 50_000_00)
    entry = AuditEntry.objects.get(action="frozen")
    assert (entry.subject, entry.detail) == (f"user:{ana.public_id}", f"{wallet_of(ana).code} device_lost: lapor")


def test_desk_says_why_an_account_is_frozen_and_by_whom(make_operator, ana):
    officer = make_operator("petugas", "support")
    freeze(officer, ana)

    page = officer.browser.get(FREEZES).content.decode()

    assert "HP atau SIM hilang atau diambil alih: lapor" in page
    assert f"{officer.user.name}, " in page


def test_owner_of_a_frozen_wallet_is_told_in_the_wallet_and_when_paying(make_operator, make_payer, ana):
    bo, browser = make_payer("bo"), browser_of(ana)
    confirm = begin(browser, bo)
    freeze(make_operator("petugas", "support"), ana)

    wallet = browser.get("/dompet/").content.decode()
    paid = browser.post(confirm, {"pin": PIN})

    assert "Dompetmu sedang diblokir" in wallet
    assert paid.status_code == 403
    assert "Dompetmu sedang diblokir" in paid.content.decode()


def test_unfreezing_takes_two_people(two, ana, now):
    one, other = two
    freeze(one, ana)
    form = {"do": "unfreeze", "account": str(wallet_of(ana).public_id), "note": "ponsel kembali"}

    assert one.browser.post(FREEZES, form).status_code == 302
    assert wallet_of(ana).status == "frozen"
    assert approve(one).status_code == 403
    assert wallet_of(ana).status == "frozen"
    assert approve(other).status_code == 302

    assert wallet_of(ana).status == "open"


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"reason": "iseng"}, 422), ({"note": ""}, 422), ({"account": "x"}, 404), ({"do": "unfreeze"}, 409)],
    ids=["unknown reason", "no note", "no account", "not frozen"],
)
def test_wrong_freeze_changes_nothing(changes, status, two, ana):
    assert freeze(two[0], ana, **changes).status_code == status

    assert wallet_of(ana).status == "open"
    assert not Proposal.objects.exists()


def test_account_of_the_house_is_not_frozen(two, ana):
    cash = Account.objects.get(kind="cash")

    answer = two[0].browser.post(
        FREEZES, {"do": "freeze", "account": str(cash.public_id), "reason": "unusual", "note": "coba"}
    )

    assert answer.status_code == 404
    cash.refresh_from_db()
    assert cash.status == "open"


@pytest.mark.parametrize("path", [FREEZES, LIMITS, JOURNALS])
def test_auditor_and_administrator_change_nothing(path, make_operator, ana):
    auditor, admin = make_operator("auditor", "auditor"), make_operator("admin", "admin")
    form = {"do": "freeze", "account": str(wallet_of(ana).public_id), "reason": "unusual", "note": "coba"}

    assert (auditor.browser.get(path).status_code, auditor.browser.post(path, form).status_code) == (200, 403)
    assert (admin.browser.get(path).status_code, admin.browser.post(path, form).status_code) == (404, 404)
    assert wallet_of(ana).status == "open"


def test_search_of_a_person_is_written_down_before_it_is_shown(two, ana):
    page = two[0].browser.get(FREEZES, {"cari": "ana"}).content.decode()

    assert "Rp500.000" in page
    looks = AuditEntry.objects.filter(action="looked", subject=f"user:{ana.public_id}")
    assert [entry.detail for entry in looks] == [wallet_of(ana).code]


def test_search_for_nobody_says_so(two):
    page = two[0].browser.get(FREEZES, {"cari": "siapa_ini"})

    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_level_is_changed_by_two_operators(two, ana, settings):
    one, other = two
    form = {"person": "ana", "tier": "verified", "reason": "KTP dicek"}

    assert one.browser.post(LIMITS, form).status_code == 302
    assert queries.get_tier(ana.pk) == "basic"
    described = other.browser.get("/konsol/usulan/").content.decode()
    assert all(word in described for word in ("Ana", "Dasar, sampai Rp2.000.000", "Terverifikasi, sampai Rp20.000.000"))
    assert approve(other).status_code == 302

    assert (queries.get_tier(ana.pk), wallet_of(ana).ceiling) == ("verified", settings.WALLET_CEILINGS["verified"])
    assert Tier.objects.get(user=ana).set_by_id == other.user.pk


def test_level_below_what_is_in_the_wallet_fails_and_changes_nothing(two, make_payer, settings):
    one, other = two
    ana = make_payer("ana", 1_500_000_00)
    settings.WALLET_CEILINGS = {"basic": 2_000_000_00, "small": 1_000_000_00}
    one.browser.post(LIMITS, {"person": "ana", "tier": "small", "reason": "turun"})

    assert approve(other).status_code == 302

    assert Proposal.objects.get().state == "failed"
    assert (queries.get_tier(ana.pk), wallet_of(ana).ceiling) == ("basic", 2_000_000_00)


def test_nobody_raises_their_own_level(two):
    one, other = two
    one.browser.post(LIMITS, {"person": "pemeriksa", "tier": "verified", "reason": "saya"})

    assert approve(other).status_code == 403

    assert Proposal.objects.get().state == "open"
    assert queries.get_tier(other.user.pk) == "basic"
    assert other.browser.post(LIMITS, {"person": "pemeriksa", "tier": "verified", "reason": "x"}).status_code == 403
    assert Proposal.objects.count() == 1


def test_wallets_near_their_limit_are_listed_fullest_first(two, make_payer):
    for handle, minor in (("ana", 1_500_000_00), ("bo", 1_700_000_00), ("citra", 1_990_000_00)):
        make_payer(handle, minor)

    page = two[0].browser.get(LIMITS).content.decode()

    assert ">Ana<" not in page
    assert 0 < page.index(">Citra<") < page.index(">Bo<")
    assert "99%" in page


@pytest.fixture
def journal_form(ana):
    return {
        "debit": "cash:counter:IDR",
        "credit": wallet_of(ana).code,
        "amount": "10.000",
        "reason": "selisih loket",
    }


def test_journal_by_hand_takes_two_operators_and_names_both(two, ana, journal_form, now):
    one, other = two

    assert one.browser.post(JOURNALS, journal_form).status_code == 302
    assert balance(ana, now) == 500_000_00
    described = other.browser.get("/konsol/usulan/").content.decode()
    assert all(word in described for word in ("cash:counter:IDR", "saldo Rp500.000", "Rp10.000", "selisih loket"))
    assert approve(one).status_code == 403
    assert approve(other).status_code == 302

    assert balance(ana, now) == 510_000_00
    proposal = Proposal.objects.get()
    journal = Journal.objects.get(kind="manual")
    assert (journal.actor_id, journal.reference) == (other.user.pk, f"console.proposal:{proposal.public_id}")
    assert (proposal.maker.user_id, proposal.checker.user_id) == (one.user.pk, other.user.pk)
    assert str(journal.public_id) in proposal.outcome
    movement = browser_of(ana).get("/dompet/").content.decode()
    assert "Koreksi oleh operator" in movement


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"debit": "cash:siapa:IDR"}, 404),
        ({"credit": "cash:counter:IDR"}, 422),
        ({"amount": "0"}, 422),
        ({"amount": "banyak"}, 422),
        ({"reason": ""}, 422),
    ],
    ids=["unknown account", "to itself", "nothing", "no number", "no reason"],
)
def test_wrong_journal_is_not_proposed(changes, status, two, journal_form):
    assert two[0].browser.post(JOURNALS, {**journal_form, **changes}).status_code == status

    assert not Proposal.objects.exists()


def test_journal_beyond_the_money_fails_when_it_is_approved(two, ana, journal_form, now):
    one, other = two
    form = {**journal_form, "debit": wallet_of(ana).code, "credit": "cash:counter:IDR", "amount": "500.001"}
    one.browser.post(JOURNALS, form)

    approve(other)

    assert Proposal.objects.get().state == "failed"
    assert balance(ana, now) == 500_000_00
    assert not Journal.objects.filter(kind="manual").exists()


def test_operator_does_not_post_into_their_own_wallet(two, make_payer, ana, journal_form, now):
    one, other = two
    mine = api.get_wallet(other.user.pk, now=now)
    code = Account.objects.get(public_id=mine.public_id).code
    one.browser.post(JOURNALS, {**journal_form, "credit": code})

    assert approve(other).status_code == 403

    assert Proposal.objects.get().state == "open"
    assert balance(other.user, now) == 0
    assert other.browser.post(JOURNALS, {**journal_form, "credit": code}).status_code == 403
    assert Proposal.objects.count() == 1


def test_authorization_of_two_operators_names_both(two):
    one, other = (member.user.pk for member in two)

    assert authorize_two_operators(one, other) == Authorization(
        AuthorizationMethod.TWO_OPERATORS, other, second_user_id=one
    )
    with pytest.raises(errors.TwoPersonsNeeded):
        authorize_two_operators(one, one)
    with pytest.raises(errors.TwoPersonsNeeded):
        authorize_two_operators(one, other, beside=other)


@pytest.mark.parametrize("kind", ["manual", "topped_up"])
def test_one_operator_alone_authorizes_no_journal_by_hand(ana, now, kind):
    for authorization in (
        Authorization(AuthorizationMethod.OPERATOR, ana.pk),
        Authorization(AuthorizationMethod.TWO_OPERATORS, ana.pk),
        Authorization(AuthorizationMethod.TWO_OPERATORS, ana.pk, second_user_id=ana.pk),
    ):
        with pytest.raises(NotAuthorized):
            ledger.JournalEntry(
                key=ledger.derive_key("t", "k", {}),
                kind=kind,
                authorization=authorization,
                lines=(ledger.TransferLine(1, 2, Money(5)),),
            )


def test_operator_who_proposed_and_is_none_any_more_posts_nothing(two, ana, journal_form, now):
    one, other = two
    one.browser.post(JOURNALS, journal_form)
    accounts.revoke_operator(user_id=one.user.pk)

    approve(other)

    assert Proposal.objects.get().state == "failed"
    assert balance(ana, now) == 500_000_00


def test_two_approvals_of_a_journal_at_once_post_it_once(
    real_db, two, make_operator, ana, journal_form, in_threads, now
):
    one, other = two
    third = make_operator("ketiga", "finance")
    one.browser.post(JOURNALS, journal_form)
    made = Proposal.objects.get().public_id
    members = [other.member, third.member]

    outcomes = in_threads(*[lambda who=who: proposals.approve(proposal=made, checker=who, now=now) for who in members])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Proposal", "ProposalClosed"]
    assert balance(ana, now) == 510_000_00
    assert Journal.objects.filter(kind="manual").count() == 1
