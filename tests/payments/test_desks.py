"""Desks of payments at the console: the trial balance, and top-ups at the counter."""

from __future__ import annotations

import re

import pytest

from payments.models import TopUp
from payments.pages.desks.trial_balance import KIND_WORDS, draw_chart
from payments.queries.trial_balance import TrialBalanceLine, compute_trial_balance
from superapp.console.models import AuditEntry
from superapp.core.money import Money
from tests.payments.purses import balance


@pytest.fixture
def two(make_operator):
    return make_operator("petugas", "finance"), make_operator("pemeriksa", "finance")


def line(kind, **sums):
    return TrialBalanceLine(**{"asset": "IDR", "kind": kind, "accounts": 1, "held": 0, "queued": 0, **sums})


def test_trial_balance_counts_money_in_the_inbox_on_both_sides(make_payer, post_queued, now):
    lines = {one.kind: one for one in compute_trial_balance()}

    assert lines["wallet"].balance + lines["merchant"].balance == -lines["cash"].balance
    assert (lines["merchant"].queued, lines["merchant"].credits) == (300, 300)
    assert sum(one.debits for one in lines.values()) == sum(one.credits for one in lines.values())


@pytest.fixture
def post_queued(make_payer, now):
    """A payment to a merchant that waits in the inbox."""
    from payments.domain import chart_of_accounts
    from payments.domain.authorization import Authorization, AuthorizationMethod
    from payments.queries import find_wallet
    from payments.writers import ledger

    ana = make_payer("ana", 10_000_00)
    kind = chart_of_accounts.MERCHANT
    code = chart_of_accounts.account_code(kind, "toko", "IDR")
    shop = ledger.get_or_open_account(code, kind=kind, asset="IDR", now=now)
    wallet = find_wallet(ana.pk)
    assert wallet is not None
    entry = ledger.JournalEntry(
        key=ledger.derive_key("test", "queued", {}),
        kind="sent",
        authorization=Authorization(AuthorizationMethod.PIN, ana.pk),
        lines=(ledger.TransferLine(wallet.pk, shop.pk, Money(300)),),
        actor_id=ana.pk,
    )
    assert isinstance(ledger.post(entry, now=now), ledger.Posted)


def test_page_shows_equal_sides_and_the_chart(make_payer, two):
    make_payer("ana", 10_000_00)

    page = two[0].browser.get("/konsol/neraca/").content.decode()

    assert "Kedua sisi sama." in page
    assert page.count("Rp10.000") >= 4
    assert 'src="/konsol/neraca/bagan.svg"' in page


def test_page_says_when_the_sides_differ(two, monkeypatch):
    broken = [line("wallet", debits=0, credits=5), line("cash", debits=4, credits=0)]
    monkeypatch.setattr("payments.pages.desks.trial_balance.compute_trial_balance", lambda: broken)

    page = two[0].browser.get("/konsol/neraca/").content.decode()

    assert "Kedua sisi berbeda." in page
    assert "Kedua sisi sama." not in page


@pytest.mark.parametrize("lines", [[], [line("wallet", debits=0, credits=5_00), line("cash", debits=5_00, credits=0)]])
def test_chart_runs_nothing_and_names_no_host(lines):
    drawn = draw_chart(lines).decode()

    assert drawn.lstrip().startswith("<?xml")
    assert "<script" not in drawn
    assert "url(http" not in drawn
    assert "@import" not in drawn
    assert set(re.findall(r"https?://[^\"'<> ]+", drawn)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert all(str(KIND_WORDS[one.kind]) in drawn for one in lines)


def test_chart_for_a_phone_is_as_wide_as_its_page_and_names_the_bars(two):
    assert 'srcset="/konsol/neraca/bagan.svg?sempit"' in two[0].browser.get("/konsol/neraca/").content.decode()

    lines = [line("wallet", debits=0, credits=5_00)]
    wide, narrow = (draw_chart(lines, is_narrow=is_narrow).decode() for is_narrow in (False, True))

    assert 'viewBox="0 0 720 ' in wide
    assert 'viewBox="0 0 340 ' in narrow
    assert ("· Rp5" in wide, "· Rp5" in narrow, str(KIND_WORDS["wallet"]) in narrow) == (True, False, True)


def test_chart_is_a_file_of_ours_and_a_look(two):
    answer = two[0].browser.get("/konsol/neraca/bagan.svg")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert AuditEntry.objects.filter(action="looked", subject="desk:payments.trial_balance").count() == 1


def test_top_up_takes_two_operators_at_the_desk(two, make_payer, now):
    ana, (maker, checker) = make_payer("ana"), two
    form = {"do": "ask", "person": "ana", "amount": "25.000", "reason": "slip 7"}

    assert maker.browser.post("/konsol/isi-saldo/", form).status_code == 302
    row = TopUp.objects.get()
    again = maker.browser.post("/konsol/isi-saldo/", form)
    assert (again.status_code, TopUp.objects.count()) == (409, 1)
    assert "Yang sama sudah menunggu persetujuan." in again.content.decode()
    assert AuditEntry.objects.filter(action="top_up_requested").count() == 1
    decide = {"do": "approve", "top_up": str(row.public_id)}
    assert maker.browser.post("/konsol/isi-saldo/", decide).status_code == 403
    assert balance(ana, now) == 0
    assert checker.browser.post("/konsol/isi-saldo/", decide).status_code == 302
    assert checker.browser.post("/konsol/isi-saldo/", decide).status_code == 404

    assert balance(ana, now) == 25_000_00
    deeds = AuditEntry.objects.filter(subject=f"user:{ana.public_id}").order_by("pk")
    assert list(deeds.values_list("action", "member__user__handle")) == [
        ("top_up_requested", "petugas"),
        ("top_up_approved", "pemeriksa"),
    ]


def test_rejected_top_up_moves_nothing(two, make_payer, now):
    ana, (maker, checker) = make_payer("ana"), two
    maker.browser.post("/konsol/isi-saldo/", {"do": "ask", "person": "ana", "amount": "25.000", "reason": "slip 7"})
    row = TopUp.objects.get()

    checker.browser.post("/konsol/isi-saldo/", {"do": "reject", "top_up": str(row.public_id)})

    row.refresh_from_db()
    assert (row.state, balance(ana, now)) == ("rejected", 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"person": "siapa"}, 404),
        ({"person": "bukan nomor"}, 404),
        ({"amount": ""}, 422),
        ({"amount": "-5"}, 422),
        ({"reason": ""}, 422),
        ({"person": "petugas"}, 403),
    ],
    ids=["unknown", "nobody", "no amount", "less than nothing", "no reason", "for oneself"],
)
def test_wrong_request_is_refused_and_keeps_what_was_typed(changes, status, two, make_payer):
    make_payer("ana")
    form = {"do": "ask", "person": "ana", "amount": "25.000", "reason": "slip 7", **changes}

    answer = two[0].browser.post("/konsol/isi-saldo/", form)

    assert answer.status_code == status
    assert f'value="{form["person"]}"' in answer.content.decode()
    assert not TopUp.objects.exists()


@pytest.mark.parametrize("path", ["/konsol/neraca/", "/konsol/neraca/bagan.svg", "/konsol/isi-saldo/"])
@pytest.mark.parametrize("role", ["support", "admin"])
def test_desks_of_money_do_not_exist_for_other_roles(path, role, make_operator):
    ana = make_operator("ana", role)

    assert ana.browser.get(path).status_code == 404
    assert ana.browser.post(path, {"do": "ask"}).status_code == 404


def test_auditor_sees_and_does_not_request(make_operator, make_payer):
    make_payer("ana")
    eve = make_operator("eve", "auditor")

    page = eve.browser.get("/konsol/isi-saldo/")
    answer = eve.browser.post("/konsol/isi-saldo/", {"do": "ask", "person": "ana", "amount": "1.000", "reason": "x"})

    assert (page.status_code, answer.status_code) == (200, 403)
    assert "<form" not in page.content.decode().split('class="desks"')[0]
    assert not TopUp.objects.exists()


def test_top_ups_have_no_desk_where_there_are_no_wallets(make_operator, settings):
    ana = make_operator("ana", "finance")
    settings.LEGAL_PROFILE = "chat_only"

    assert ana.browser.get("/konsol/isi-saldo/").status_code == 404
    assert ana.browser.get("/konsol/neraca/").status_code == 200
