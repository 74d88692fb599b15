"""Desks about the bank at the console: reconciliation, suspense and float."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payments import api
from payments.actions.bank_statements import store_statement
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.actions.reconciliation import reconcile_day
from payments.adapters.bank import BankNotAsked
from payments.domain.break_words import AGAINST_WORDS, HINT_WORDS, KIND_WORDS, STATE_WORDS, WAY_WORDS, evidence_words
from payments.domain.reconciliation import BreakKind
from payments.models import (
    BankPosting,
    FloatCheck,
    Journal,
    ReconciliationBreak,
    StatementFile,
    SuspenseClearing,
)
from payments.pages.desks.suspense import draw_chart
from payments.queries.suspense import list_age_bands
from superapp.console import api as console
from superapp.console.models import AuditEntry, Proposal
from superapp.core import clock
from superapp.core.money import Money
from tests.payments.reconciled import statement

HOME, SUSPENSE, FLOAT = "/konsol/rekonsiliasi/", "/konsol/tampungan/", "/konsol/dana/"


@pytest.fixture
def two(make_operator, bank):
    return make_operator("petugas", "finance"), make_operator("pemeriksa", "finance")


@pytest.fixture
def find_break(bank, day, now):
    def find(*lines):
        store_statement(statement(day, *lines), day=day, uploaded_by_id=None, now=now)
        reconcile_day(day, now=now)
        return ReconciliationBreak.objects.get()

    return find


@pytest.fixture
def suspended(bank, now):
    credit = BankCredit(bank_reference="R1", paid_to="88019", amount=Money(50_000_00), paid_at=now)
    return place_incoming_payment(credit, now=now - timedelta(days=2)).journal.public_id


def decide(checker):
    """Approve the one open proposal, and return it."""
    row = Proposal.objects.get(state="open")
    checker.browser.post(f"/konsol/usulan/{row.public_id}/", {"do": "approve"})
    row.refresh_from_db()
    return row


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def upload(operator, day, content):
    file = SimpleUploadedFile("mutasi.csv", content, content_type="text/csv")
    return operator.browser.post(HOME, {"day": day.isoformat(), "statement": file})


def test_uploaded_statement_is_stored_and_compared(two, day):
    answer = upload(two[0], day, statement(day, ("R1", 50_000), ("R2", -20_000)).getvalue())

    assert answer.status_code == 302
    assert StatementFile.objects.get().uploaded_by == two[0].user
    page = text_of(two[0].browser.get(HOME))
    assert "Baris yang tidak dikenal" in page
    assert f"{day} 0 Rp0 tidak ada 2 +Rp30.000 0 2" in page
    assert AuditEntry.objects.filter(action="statement_uploaded", subject=f"statement:{day}").count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"date,time\n", "baris 1, kolom reference: column_missing"),
        (b"\xff\xfe", "not_utf8"),
        (b"", "column_missing"),
    ],
    ids=["no columns", "no text", "empty"],
)
def test_statement_that_cannot_be_read_names_the_cell_and_stores_nothing(two, day, content, words):
    answer = upload(two[0], day, content)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not StatementFile.objects.exists()


def test_upload_without_a_day_or_file_stores_nothing(two, day):
    for form in ({"day": "kemarin"}, {"day": day.isoformat()}):
        assert two[0].browser.post(HOME, form).status_code == 422

    assert not StatementFile.objects.exists()


def test_auditor_and_others_see_no_more_than_they_may(two, make_operator, find_break, suspended, day):
    row = find_break(("X1", 12_345))
    auditor, support = make_operator("auditor", "auditor"), make_operator("bantuan", "support")
    eve = make_operator("eve", "support", enter=False)
    pages = [HOME, f"{HOME}{day}/", f"/konsol/selisih/{row.pk}/", SUSPENSE, f"{SUSPENSE}{suspended}/", FLOAT]

    assert [auditor.browser.get(page).status_code for page in pages] == [200] * len(pages)
    assert [support.browser.get(page).status_code for page in pages] == [404] * len(pages)
    assert [eve.browser.get(page).status_code for page in pages] == [302] * len(pages)
    for page in pages:
        assert "<form" not in auditor.browser.get(page).content.decode().split("page__body")[1].split("desks__")[0]
        for who in (auditor, support, eve):
            assert who.browser.post(page, {"do": "ask", "reason": "r"}).status_code in (302, 403, 404, 405)
    assert (Proposal.objects.count(), StatementFile.objects.count(), FloatCheck.objects.count()) == (0, 1, 0)


def test_nobody_places_a_suspended_payment_into_their_own_wallet(two, suspended):
    form = {"way": "wallet", "person": "petugas", "reason": "Slip 7"}

    assert two[0].browser.post(f"{SUSPENSE}{suspended}/", form).status_code == 403
    assert not Proposal.objects.exists()
    two[1].browser.post(f"{SUSPENSE}{suspended}/", form)

    assert decide(two[0]).state == "open"
    assert not SuspenseClearing.objects.exists()


def test_break_is_taken_and_given_back(two, find_break):
    row = find_break(("X1", 12_345))

    for do, owner in (("take", two[0].user), ("leave", None)):
        two[0].browser.post(f"/konsol/selisih/{row.pk}/", {"do": do})
        row.refresh_from_db()
        assert row.owner == owner


def test_break_is_corrected_by_the_second_member(two, find_break):
    row = find_break(("X1", 12_345))
    form = {"do": "correct", "against": "suspense", "reason": "Bukti 7"}

    two[0].browser.post(f"/konsol/selisih/{row.pk}/", form)
    assert not BankPosting.objects.exists()
    proposal = decide(two[1])

    row.refresh_from_db()
    assert (proposal.state, row.state, row.note) == ("approved", "cleared", "Bukti 7")
    assert (row.maker, row.checker) == (two[0].user, two[1].user)
    page = text_of(two[0].browser.get(f"/konsol/selisih/{row.pk}/"))
    assert "Petugas, Pemeriksa" in page
    assert str(row.journal.public_id) in page
    suspended = two[0].browser.get(f"{SUSPENSE}{row.journal.public_id}/").content.decode()
    assert f'href="/konsol/selisih/{row.pk}/">Koreksi selisih dengan bank</a>' in suspended
    assert "Koreksi selisih dengan bank" in text_of(two[0].browser.get(SUSPENSE))


def test_break_is_explained_by_two_and_its_maker_cannot_approve(two, find_break):
    row = find_break(("FEE", -6_500))
    two[0].browser.post(f"/konsol/selisih/{row.pk}/", {"do": "explain", "reason": "Biaya bank"})

    assert decide(two[0]).state == "open"
    assert decide(two[1]).state == "approved"
    row.refresh_from_db()
    assert (row.state, row.note) == ("explained", "Biaya bank")


@pytest.mark.parametrize("form", [{"do": "correct", "against": "gift"}, {"do": "correct", "against": ""}, {"do": "x"}])
def test_unknown_way_of_a_correction_is_refused(two, find_break, form):
    row = find_break(("X1", 12_345))

    answer = two[0].browser.post(f"/konsol/selisih/{row.pk}/", {**form, "reason": "r"})

    assert answer.status_code == 422
    assert not Proposal.objects.exists()


def test_two_proposals_about_one_break_correct_it_once(two, find_break):
    row = find_break(("X1", 12_345))
    for against in ("suspense", "adjustment"):
        two[0].browser.post(f"/konsol/selisih/{row.pk}/", {"do": "correct", "against": against, "reason": "r"})

    states = []
    for one in Proposal.objects.order_by("pk"):
        two[1].browser.post(f"/konsol/usulan/{one.public_id}/", {"do": "approve"})
        one.refresh_from_db()
        states.append(one.state)

    assert states == ["approved", "failed"]
    assert BankPosting.objects.count() == 1


def test_suspense_is_shown_by_age_and_placed_by_two(two, suspended, make_user, now):
    ana = make_user("ana")
    page = text_of(two[0].browser.get(SUSPENSE))
    assert "Penerimanya tidak dikenal" in page
    assert "Sampai seminggu 1 Rp50.000" in page
    form = {"way": "wallet", "person": "ana", "reason": "Bukti 7"}

    two[0].browser.post(f"{SUSPENSE}{suspended}/", form)
    proposal = Proposal.objects.get()
    shown = text_of(two[1].browser.get(f"/konsol/usulan/{proposal.public_id}/"))
    assert "Rp50.000" in shown
    assert "Ana, +62" in shown
    assert decide(two[1]).state == "approved"

    assert api.get_wallet(ana.pk, now=now).balance == Money(50_000_00)
    assert SuspenseClearing.objects.get().user == ana
    assert two[0].browser.get(f"{SUSPENSE}{suspended}/").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"way": "wallet", "person": "nobody"},
        {"way": "gift"},
        {"way": ""},
        {"way": "adjustment", "reason": ""},
    ],
    ids=["unknown person", "unknown way", "no way", "no reason"],
)
def test_clearing_that_nobody_could_approve_is_not_proposed(two, suspended, form):
    answer = two[0].browser.post(f"{SUSPENSE}{suspended}/", {"reason": "r", **form})

    assert answer.status_code in (404, 422)
    assert not Proposal.objects.exists()


def test_journal_that_is_not_in_suspense_is_not_found(two, make_payer):
    make_payer("ana", 5_00)

    assert two[0].browser.get(f"{SUSPENSE}{Journal.objects.first().public_id}/").status_code == 404
    assert two[0].browser.get("/konsol/selisih/999999/").status_code == 404
    assert two[0].browser.get(f"{HOME}2027-02-31/").status_code == 404


def test_chart_runs_nothing_and_names_no_host(suspended, now):
    drawn = draw_chart(list_age_bands(now)).decode()

    assert "<script" not in drawn
    assert set(re.findall(r"https?://[^\"' <]+", drawn)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
        "http://pygal.org",
    }


def test_float_is_asked_for_and_shown(two, suspended, bank, monkeypatch):
    monkeypatch.setattr(bank, "get_balance", lambda: Money(40_000_00))

    two[0].browser.post(FLOAT, {"do": "ask"})

    page = text_of(two[0].browser.get(FLOAT))
    assert "Kurang Rp10.000 untuk menutup uang milik pengguna." in page
    bank.is_silent = BankNotAsked("away")
    monkeypatch.undo()


def test_float_of_a_silent_bank_is_said_to_be_unknown(two, suspended, bank):
    bank.is_silent = BankNotAsked("away")

    two[0].browser.post(FLOAT, {"do": "ask"})

    page = text_of(two[0].browser.get(FLOAT))
    assert "Belum diketahui apakah cukup" in page
    assert "menutup semua uang" not in page


def test_cash_is_posted_as_brought_to_the_bank_by_two(two, make_user, now):
    ana = make_user("ana")
    asked = api.request_top_up(user_id=ana.pk, amount=Money(80_000_00), reason="slip", maker_id=two[0].user.pk, now=now)
    api.approve_top_up(top_up=asked.public_id, checker_id=two[1].user.pk, now=now)
    form = {"do": "deposit", "bank_reference": "SETOR-1", "reason": "Bukti setor 9"}

    assert two[0].browser.post(FLOAT, {**form, "amount": "80.001"}).status_code == 409
    assert two[0].browser.post(FLOAT, {**form, "amount": "80.000", "bank_reference": ""}).status_code == 422
    assert two[0].browser.post(FLOAT, {**form, "amount": "80.000"}).status_code == 302
    assert decide(two[1]).state == "approved"

    posted = BankPosting.objects.get()
    assert (posted.bank_reference, posted.amount, posted.reason) == ("SETOR-1", 80_000_00, "Bukti setor 9")
    assert (posted.maker, posted.checker) == (two[0].user, two[1].user)


def test_same_cash_is_proposed_once_and_posted_once(two, make_user, now):
    asked = api.request_top_up(
        user_id=make_user("ana").pk, amount=Money(80_000_00), reason="slip", maker_id=two[0].user.pk, now=now
    )
    api.approve_top_up(top_up=asked.public_id, checker_id=two[1].user.pk, now=now)
    form = {"do": "deposit", "bank_reference": "SETOR-1", "reason": "Bukti setor 9", "amount": "30.000"}

    two[0].browser.post(FLOAT, form)
    again = two[0].browser.post(FLOAT, form)
    assert (again.status_code, Proposal.objects.count()) == (409, 1)
    assert "Yang sama sudah menunggu persetujuan." in text_of(again)
    made_at = Proposal.objects.get().made_at
    decide(two[1])
    assert BankPosting.objects.get().at == made_at

    two[0].browser.post(FLOAT, form)
    second = decide(two[1])
    assert second.outcome == "Sudah dibukukan sebelumnya. Tidak ada yang dibukukan lagi."
    assert BankPosting.objects.count() == 1


def test_proposal_of_cash_of_an_older_version_keeps_its_moment(two, make_user, now):
    asked = api.request_top_up(
        user_id=make_user("ana").pk, amount=Money(80_000_00), reason="slip", maker_id=two[0].user.pk, now=now
    )
    api.approve_top_up(top_up=asked.public_id, checker_id=two[1].user.pk, now=now)
    brought_at = now - timedelta(days=1)
    form = {"do": "deposit", "bank_reference": "SETOR-1", "reason": "Bukti setor 9", "amount": "30.000"}
    two[0].browser.post(FLOAT, form)
    row = Proposal.objects.get()
    payload = {**row.payload, "at": clock.to_wire(brought_at)}
    console.propose(kind=row.kind, payload=payload, reason="lama", maker=two[0].member, now=now)
    two[0].browser.post(f"/konsol/usulan/{row.public_id}/", {"do": "withdraw"})

    assert decide(two[1]).state == "approved"

    assert BankPosting.objects.get().at == brought_at


def test_desks_need_a_bank(make_operator, settings):
    settings.BANK_URL = ""
    one = make_operator("petugas", "finance")

    assert [one.browser.get(page).status_code for page in (HOME, SUSPENSE, FLOAT)] == [404, 200, 404]


def test_every_kind_state_and_way_has_words():
    assert set(KIND_WORDS) == set(ReconciliationBreak.Kind.values)
    assert set(STATE_WORDS) == set(ReconciliationBreak.State.values)
    assert set(WAY_WORDS) == set(SuspenseClearing.Way.values)
    assert set(AGAINST_WORDS) == {"suspense", "adjustment"}


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("statement:2027-03-01:12", "Ditemukan di rekening koran 2027-03-01, baris 12."),
        ("history:2027-03-01T02:03:04.567Z", "Ditemukan di mutasi dari bank."),
        ("changed:2027-03-01T02:03:04.567Z", "Berubah menjadi selisih lain."),
        ("no_longer_told", "Tidak lagi muncul di sumber mana pun."),
        ("Bukti 7: cocok", "Bukti 7: cocok"),
    ],
    ids=["statement", "history", "changed", "gone", "a note of people"],
)
def test_evidence_is_said_in_words(note, words):
    assert evidence_words(note) == words


def test_every_kind_of_difference_says_what_to_do():
    assert HINT_WORDS.keys() == KIND_WORDS.keys() == set(BreakKind)
