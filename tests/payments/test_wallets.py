"""A person's wallet: opening, sending, limits, history, receipts, statements."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from payments import api, errors, queries
from payments.models import Account, Request, TopUp
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.core import ids
from superapp.core.errors import AmountInvalid, AmountNotWhole
from superapp.core.models import Fact
from superapp.core.money import Money

PIN = "280394"


@pytest.fixture
def make_payer(make_user, fund, now):
    """People with a PIN and money: ``make_payer("ana", 10_000)``."""

    def make(handle: str, amount: int = 0):
        user = make_user(handle)
        api.set_first_pin(user_id=user.pk, pin=PIN, now=now)
        account = ledger.accounts.Account.objects.get(public_id=api.get_wallet(user.pk, now=now).public_id)
        if amount:
            fund(account, amount)
        return user

    return make


@pytest.fixture
def send(now):
    def send_one(sender, receiver, minor, *, key="k", pin=PIN, memo=""):
        return api.send_money(
            sender_id=sender.pk,
            receiver_id=receiver.pk,
            amount=Money(minor),
            memo=memo,
            pin=pin,
            idempotency_key=key,
            now=now,
        )

    return send_one


def balance(user, now):
    return api.get_wallet(user.pk, now=now).balance.amount_minor


def test_wallet_opens_on_first_use_with_the_ceiling_of_its_tier(make_user, now, settings):
    ana = make_user("ana")
    assert not Account.objects.exists()

    first, again = api.get_wallet(ana.pk, now=now), api.get_wallet(ana.pk, now=now)

    assert first == again
    assert (first.balance, first.available, first.held, first.rev, first.status) == (
        Money(0), Money(0), Money(0), 0, "open",
    )  # fmt: skip
    assert first.ceiling == Money(settings.WALLET_CEILINGS["basic"])
    assert Account.objects.count() == 1


def test_transfer_moves_money_once_and_stores_its_fact(make_payer, send, now):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")

    first, again = send(ana, bo, 2_500, memo="bakso"), send(ana, bo, 2_500, memo="bakso")

    assert isinstance(first, api.Posted)
    assert again == api.Posted(first.journal_id, first.public_id, replayed=True)
    assert (balance(ana, now), balance(bo, now)) == (7_500, 2_500)
    fact = Fact.objects.get(name="payments.money_sent")
    assert fact.payload == {
        "journal": str(first.public_id), "sender_id": ana.pk, "receiver_id": bo.pk,
        "amount_minor": 2_500, "asset": "IDR", "memo": "bakso", "reference": "",
    }  # fmt: skip
    assert fact.key == f"wallet:{ana.pk}"


def test_refused_transfer_stays_refused_after_a_top_up(make_payer, send, fund, now):
    ana, bo = make_payer("ana", 100), make_payer("bo")

    refused = send(ana, bo, 101)
    fund(Account.objects.get(owner=ana), 1_000)

    assert refused == api.Refused("payments.insufficient_funds")
    assert send(ana, bo, 101) == api.Refused("payments.insufficient_funds", replayed=True)
    assert isinstance(send(ana, bo, 101, key="k2"), api.Posted)


def test_same_transfer_key_of_two_people_makes_two_transfers(make_payer, send, now):
    ana, bo = make_payer("ana", 100), make_payer("bo", 100)

    assert isinstance(send(ana, bo, 30), api.Posted)
    assert isinstance(send(bo, ana, 70), api.Posted)
    assert (balance(ana, now), balance(bo, now)) == (140, 60)


def test_transfer_to_oneself_or_with_a_reused_key_is_refused(make_payer, send, now):
    ana, bo = make_payer("ana", 100), make_payer("bo")

    assert send(ana, ana, 1) == api.Refused("payments.to_oneself")
    with pytest.raises(errors.KeyReused):
        send(ana, bo, 1)
    assert balance(ana, now) == 100


@pytest.mark.parametrize("minor", ["5", 1.5, float("nan"), 1e30, 10**30, -1, 0, True, None, b"5"])
def test_invalid_amount_moves_nothing_and_uses_up_no_key(minor, make_payer, send, now):
    ana, bo = make_payer("ana", 100), make_payer("bo")
    before = Request.objects.count()

    with pytest.raises(AmountInvalid):
        send(ana, bo, minor)

    assert Request.objects.count() == before
    assert isinstance(send(ana, bo, 5), api.Posted)


def test_wallet_ceiling_is_raised_only_by_a_higher_tier(make_payer, make_user, send, now, settings):
    settings.WALLET_CEILINGS = {"basic": 1_000, "verified": 5_000}
    ana, bo, op = make_payer("ana", 900), make_payer("bo", 900), make_user("op", is_staff=True)

    assert send(ana, bo, 101) == api.Refused("payments.ceiling_exceeded")
    api.set_tier(user_id=bo.pk, tier="verified", operator_id=op.pk, now=now)
    assert isinstance(send(ana, bo, 101, key="k2"), api.Posted)
    with pytest.raises(errors.TierTooLow):
        api.set_tier(user_id=bo.pk, tier="basic", operator_id=op.pk, now=now)
    with pytest.raises(errors.OperatorsOnly):
        api.set_tier(user_id=bo.pk, tier="basic", operator_id=ana.pk, now=now)
    assert api.get_wallet(bo.pk, now=now).ceiling == Money(5_000)


def test_history_lists_own_postings_newest_first_and_searches(make_payer, send, now, django_assert_num_queries):
    ana, bo, eve = make_payer("ana", 10_000), make_payer("bo"), make_payer("eve")
    for number in range(5):
        send(ana, bo, 100 + number, key=f"k{number}", memo=f"pesanan {number}")

    with django_assert_num_queries(2):
        rows = api.list_wallet_movements(ana.pk, now=now, limit=3)
    with django_assert_num_queries(2):
        older = api.list_wallet_movements(ana.pk, now=now, before_seq=rows[-1].seq, limit=100)

    assert [(row.seq, row.delta.amount_minor, row.memo) for row in rows] == [
        (6, -104, "pesanan 4"), (5, -103, "pesanan 3"), (4, -102, "pesanan 2"),
    ]  # fmt: skip
    assert [row.seq for row in older] == [3, 2, 1]
    assert {row.peer_id for row in rows} == {bo.pk}
    assert [row.seq for row in api.list_wallet_movements(ana.pk, now=now, search="ANAN 2")] == [4]
    assert api.list_wallet_movements(eve.pk, now=now) == []


def test_changes_after_a_rev_are_complete_and_exact(make_payer, send, now):
    ana, bo = make_payer("ana", 1_000), make_payer("bo")
    rev = api.get_wallet(ana.pk, now=now).rev
    send(ana, bo, 1, key="a")
    send(bo, ana, 1, key="b")

    changes = api.list_wallet_changes(ana.pk, after=rev, now=now)

    assert (changes.rev, changes.more) == (rev + 2, False)
    assert [(row.rev, row.delta.amount_minor) for row in changes.rows] == [(rev + 1, -1), (rev + 2, 1)]
    assert api.list_wallet_changes(ana.pk, after=changes.rev, now=now).rows == []


def test_freezing_a_wallet_takes_a_rev(make_payer, send, now):
    ana = make_payer("ana", 1_000)
    account = Account.objects.get(owner=ana)

    ledger.freeze_account(account.pk)
    ledger.freeze_account(account.pk)

    frozen = api.get_wallet(ana.pk, now=now)
    assert (frozen.rev, frozen.status) == (2, "frozen")
    with pytest.raises(errors.WalletFrozen):
        send(ana, make_payer("bo"), 1)


def test_receipt_is_visible_to_both_parties_only(make_payer, send, now):
    ana, bo, eve = make_payer("ana", 1_000), make_payer("bo"), make_payer("eve")
    sent = send(ana, bo, 250, memo="bakso")

    assert api.get_receipt(ana.pk, sent.public_id).delta == Money(-250)
    assert api.get_receipt(bo.pk, sent.public_id).delta == Money(250)
    with pytest.raises(errors.ReceiptNotFound):
        api.get_receipt(eve.pk, sent.public_id)
    with pytest.raises(errors.ReceiptNotFound):
        api.get_receipt(ana.pk, ids.new_id())


def test_top_up_requires_two_operators_and_no_self_service(make_user, now):
    ana, op, second = make_user("ana"), make_user("op", is_staff=True), make_user("second", is_staff=True)

    def ask(**by):
        return api.request_top_up(**{"user_id": ana.pk, "amount": Money(500), "reason": "slip 7", "now": now, **by})

    with pytest.raises(errors.OperatorsOnly):
        ask(maker_id=ana.pk)
    with pytest.raises(errors.TwoPersonsNeeded):
        ask(maker_id=op.pk, user_id=op.pk)
    asked = ask(maker_id=op.pk)
    for checker, refusal in ((op, errors.TwoPersonsNeeded), (ana, errors.OperatorsOnly)):
        with pytest.raises(refusal):
            api.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=now)
    assert balance(ana, now) == 0
    approved = api.approve_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)

    assert isinstance(approved, api.Posted)
    assert balance(ana, now) == 500
    with pytest.raises(errors.TopUpNotFound):
        api.approve_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)
    with pytest.raises(errors.TopUpNotFound):
        api.reject_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)
    assert balance(ana, now) == 500
    assert Fact.objects.filter(name="payments.topped_up").count() == 1


def test_cash_at_the_counter_is_in_whole_rupiah(make_user, now):
    ana, op = make_user("ana"), make_user("op", is_staff=True)

    with pytest.raises(AmountNotWhole):
        api.request_top_up(user_id=ana.pk, amount=Money(500_01), reason="slip 7", maker_id=op.pk, now=now)

    assert not TopUp.objects.exists()


def test_top_up_requested_twice_at_once_waits_once(real_db, make_user, in_threads, now):
    ana, op, second = make_user("ana"), make_user("op", is_staff=True), make_user("second", is_staff=True)

    def ask(**by):
        values = {"user_id": ana.pk, "amount": Money(500), "reason": "slip 7", "maker_id": op.pk, "now": now}
        return api.request_top_up(**values | by)

    told = in_threads(ask, ask, ask)
    assert sorted(type(one).__name__ for one in told) == ["TopUp", "TopUpWaits", "TopUpWaits"]
    [asked] = [one.public_id for one in told if isinstance(one, TopUp)]
    others = {ask(**by).public_id for by in ({"amount": Money(600)}, {"reason": "slip 8"}, {"maker_id": second.pk})}
    api.approve_top_up(top_up=asked, checker_id=second.pk, now=now)

    assert len(others) == 3
    assert ask().state == "asked"
    assert TopUp.objects.count() == 5


def test_top_up_of_an_operator_who_is_none_any_more_is_only_rejected(make_user, now):
    ana, op, second = make_user("ana"), make_user("op", is_staff=True), make_user("second", is_staff=True)
    asked = api.request_top_up(user_id=ana.pk, amount=Money(500), reason="slip 7", maker_id=op.pk, now=now)
    accounts.revoke_operator(user_id=op.pk)

    with pytest.raises(errors.OperatorsOnly):
        api.approve_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)
    assert balance(ana, now) == 0

    api.reject_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)
    assert TopUp.objects.get().state == "rejected"


def test_top_up_over_the_ceiling_is_refused_and_moves_nothing(make_user, now, settings):
    settings.WALLET_CEILINGS = {"basic": 100, "verified": 200}
    ana, op, second = make_user("ana"), make_user("op", is_staff=True), make_user("second", is_staff=True)
    asked = api.request_top_up(user_id=ana.pk, amount=Money(200), reason="slip", maker_id=op.pk, now=now)

    answer = api.approve_top_up(top_up=asked.public_id, checker_id=second.pk, now=now)

    assert answer == api.Refused("payments.ceiling_exceeded")
    assert TopUp.objects.get().state == "rejected"
    assert balance(ana, now) == 0


def test_top_up_from_the_command_line(make_user, now, capsys):
    ana = make_user("ana")
    make_user("op", is_staff=True)
    make_user("second", is_staff=True)

    call_command("top_up", "ask", "ana", "Rp250.000", "slip 12", "--by", "op")
    asked = capsys.readouterr().out.strip()
    call_command("top_up", "list")
    listed = capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("top_up", "approve", asked, "--by", "op")
    call_command("top_up", "approve", asked, "--by", "second")

    assert "Rp250.000" in listed
    assert "slip 12" in listed
    assert api.get_wallet(ana.pk, now=now).balance == Money(250_000_00)


def test_top_up_from_the_command_line_finds_a_person_by_phone_number(make_user, now, capsys):
    ana = make_user("ana")
    make_user("op", is_staff=True)

    call_command("top_up", "ask", ana.phone.number.replace("+62", "0"), "Rp250.000", "slip 12", "--by", "op")
    with pytest.raises(CommandError):
        call_command("top_up", "ask", "0813 0000 9999", "Rp250.000", "slip 12", "--by", "op")
    with pytest.raises(CommandError):
        call_command("top_up", "ask", "12", "Rp250.000", "slip 12", "--by", "op")

    said = capsys.readouterr()
    assert "Ana" in said.err
    assert [row.user_id for row in queries.list_pending_top_ups()] == [ana.pk]


def test_top_up_page_names_the_number_of_the_person(make_user, client):
    ana = make_user("ana")
    client.force_login(ana)

    page = client.get("/dompet/isi/").content.decode()

    assert accounts.get_formatted_phone_number(ana.pk) in page
