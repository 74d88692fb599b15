"""The wallet's pages, as forms without modules."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from payments import api
from payments.domain.receipt_numbers import format_number
from payments.models import Request
from superapp.accounts import api as accounts
from superapp.accounts.models import PhoneNumber, User
from superapp.core import clock
from superapp.core.money import Money
from tests.payments.purses import PIN, balance, begin, browser_of, top_up

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


def test_new_wallet_page_shows_an_empty_history(make_user):
    page = browser_of(make_user("eve")).get("/dompet/").content.decode()

    assert 'data-part="balance">Rp0<' in page
    assert "Belum ada aktivitas" in page


def test_row_template_of_the_wallet_holds_no_words(as_ana):
    page = as_ana.get("/dompet/").content.decode()

    row = page.partition('<template id="movement-template">')[2].partition("</template>")[0]
    words = " ".join(re.sub(r"<[^>]*>", " ", row).split())
    assert ("dict_items" in page, words) == (False, "Rp0")
    assert 'data-part="memo" dir="auto" hidden>' in row


def test_wallet_page_shows_balance_and_history(as_ana, ana, bo, now):
    sent = api.send_money(
        sender_id=ana.pk,
        receiver_id=bo.pk,
        amount=Money(15_000_50),
        memo="bakso",
        pin=PIN,
        idempotency_key="k",
        now=now,
    )

    page = as_ana.get("/dompet/").content.decode()

    assert 'data-part="balance">Rp84.999,50<' in page
    assert "Ke Bo Santoso" in page
    assert "-Rp15.000,50" in page
    assert "Isi saldo di loket" in page
    assert "+Rp100.000" in page
    assert reverse("payments:receipt", args=[sent.public_id]) in page


def test_hidden_balance_is_hidden_from_the_first_paint(as_ana):
    assert " checked>" not in as_ana.get("/dompet/").content.decode()

    as_ana.cookies["balance"] = "hidden"

    assert 'data-part="hide" checked>' in as_ana.get("/dompet/").content.decode()


def test_wallet_search_finds_names_and_notes_or_says_none(as_ana, ana, bo, now):
    api.send_to_person(
        sender_id=ana.pk, receiver=bo.public_id, amount=Money(100), memo="bakso", pin=PIN, idempotency_key="k", now=now
    )

    for query, count in (("santoso", 1), ("BAKSO", 1), ("ana", 0), ("zzz", 0)):
        page = as_ana.get("/dompet/", {"cari": query}).content.decode()
        assert page.count('<li class="movement" data-direction="out"') == count, query
        assert ("Tidak ada hasil untuk" in page) == (count == 0)


def test_recipient_is_found_by_handle_or_number(as_ana, bo):
    number = PhoneNumber.objects.get(user=bo).number

    found = [as_ana.post("/dompet/kirim/", {"who": who}) for who in ("@bo", number, number.replace("+62", "0"))]
    refused = as_ana.post("/dompet/kirim/", {"who": "@tidak.ada"})

    assert [answer.url for answer in found] == [reverse("payments:send", args=[bo.public_id])] * 3
    assert "Bo Santoso" in as_ana.get(found[0].url).content.decode()
    assert refused.status_code == 404
    assert 'id="who-problem"' in refused.content.decode()


def test_only_contact_of_a_name_is_found_by_it(as_ana, ana, bo, make_user, now):
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)

    found = as_ana.post("/dompet/kirim/", {"who": " bo SANTOSO "})
    accounts.connect_people(user_id=ana.pk, peer_id=make_user("bo2", name="Bo Santoso").pk, now=now)
    unclear = as_ana.post("/dompet/kirim/", {"who": "Bo Santoso"})

    assert found.url == reverse("payments:send", args=[bo.public_id])
    assert (unclear.status_code, "ajak dia pakai Nusa" in unclear.content.decode()) == (404, True)


def test_transfer_form_names_the_recipient_asks_the_pin_and_shows_the_receipt(as_ana, ana, bo, now):
    address = begin(as_ana, bo, memo="bakso")
    confirmation = as_ana.get(address).content.decode()
    assert "Bo Santoso" in confirmation
    assert "Rp15.000" in confirmation
    assert "Saldo setelah ini: Rp85.000" in confirmation

    sent = as_ana.post(address, {"pin": PIN})

    assert re.fullmatch(r"/dompet/bukti/[0-9a-f-]{36}/", sent.url)
    receipt = as_ana.get(sent.url).content.decode()
    assert "Terkirim." in receipt
    assert "Di dompet Bo Santoso" in receipt
    assert (balance(ana, now), balance(bo, now)) == (85_000_00, 15_000_00)


def test_receipt_can_be_shared_as_text(as_ana, ana):
    row = api.list_wallet_movements(ana.pk, now=clock.now(), limit=1)[0]

    page = as_ana.get(f"/dompet/bukti/{row.journal}/").content.decode()

    shared = re.search(r'data-text="([^"]*)"', page)
    assert shared is not None
    assert shared[1].splitlines()[:3] == ["Nusa · Isi saldo berhasil", "Rp100.000", "Dari: Loket isi saldo"]
    assert shared[1].splitlines()[-1] == f"Nomor bukti: {format_number(row.journal)}"


def test_transfer_form_sent_twice_returns_the_first_result(as_ana, ana, bo, now):
    address = begin(as_ana, bo)

    first, again, without_pin = (as_ana.post(address, {"pin": pin}) for pin in (PIN, PIN, ""))

    assert first.url == again.url == without_pin.url == as_ana.get(address).url
    assert balance(ana, now) == 85_000_00


def test_two_confirmation_pages_make_two_transfers(as_ana, ana, bo, now):
    first, second = begin(as_ana, bo), begin(as_ana, bo)
    assert first != second

    as_ana.post(first, {"pin": PIN})
    as_ana.post(second, {"pin": PIN})

    assert balance(ana, now) == 70_000_00


def test_insufficient_funds_refusal_is_final_after_a_top_up(as_ana, ana, bo, make_user, now):
    first, second = begin(as_ana, bo, "90.000"), begin(as_ana, bo, "90.000")
    as_ana.post(first, {"pin": PIN})

    refused = as_ana.post(second, {"pin": PIN})
    top_up(make_user, ana, 200_000_00, now)
    again = as_ana.post(second, {"pin": PIN})

    assert (refused.status_code, again.status_code) == (409, 409)
    assert "Tidak terkirim. Tidak ada uang yang berpindah." in again.content.decode()
    assert 'name="pin"' not in as_ana.get(second).content.decode()
    assert balance(ana, now) == 210_000_00


def test_most_that_wallets_hold_is_said_beforehand_whatever_the_receiver_has(as_ana, bo, now):
    page = as_ana.get(reverse("payments:send", args=[bo.public_id])).content.decode()

    assert "Rp2.000.000, atau Rp20.000.000 kalau sudah terverifikasi." in page


def test_amount_above_the_balance_is_refused_without_using_up_a_key(as_ana, bo):
    response = as_ana.post(reverse("payments:send", args=[bo.public_id]), {"amount": "100.001"})

    assert response.status_code == 422
    assert "Saldomu Rp100.000, belum cukup." in response.content.decode()
    assert Request.objects.filter(scope__contains=":send").count() == 0


@pytest.mark.parametrize(
    "amount", ["", "0", "-5", "1,5", "0,01", "50.000,50", "1e9", "NaN", "1.25", "lima ribu", "9" * 40]
)
def test_invalid_amount_is_refused_at_its_field(as_ana, bo, amount):
    response = as_ana.post(reverse("payments:send", args=[bo.public_id]), {"amount": amount})

    assert response.status_code == 422
    assert 'id="amount-problem"' in response.content.decode()


def test_fraction_of_a_rupiah_is_refused_in_words_and_one_rupiah_is_sent_to_a_contact(as_ana, ana, bo, now):
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)

    refused = as_ana.post(reverse("payments:send", args=[bo.public_id]), {"amount": "0,01"})
    as_ana.post(begin(as_ana, bo, "1"), {"pin": PIN})

    assert "Isi jumlah dalam rupiah bulat, minimal Rp1." in refused.content.decode()
    assert balance(bo, now) == 1_00


def test_transfer_page_shows_the_result_after_the_receiver_closed(as_ana, ana, bo, now):
    sent, refused, unsent = begin(as_ana, bo, "60.000"), begin(as_ana, bo, "60.000"), begin(as_ana, bo)
    first = as_ana.post(sent, {"pin": PIN})
    as_ana.post(refused, {"pin": PIN})
    User.objects.filter(pk=bo.pk).update(is_active=False)

    again, no_again, never = (as_ana.post(address, {"pin": PIN}) for address in (sent, refused, unsent))

    assert again.url == first.url
    assert (no_again.status_code, never.status_code) == (409, 404)
    assert "Tidak terkirim. Tidak ada uang yang berpindah." in no_again.content.decode()
    assert as_ana.get(refused).status_code == 409
    assert (balance(ana, now), Request.objects.filter(scope__contains=":send").count()) == (40_000_00, 2)


def test_transfer_note_field_is_absent_for_a_stranger(as_ana, make_payer, now):
    eve = make_payer("eve")
    page = as_ana.get(reverse("payments:send", args=[eve.public_id])).content.decode()
    assert 'name="memo"' not in page

    as_ana.post(begin(as_ana, eve, memo="halo"), {"pin": PIN})

    assert [row.memo for row in api.list_wallet_movements(eve.pk, now=now)] == [""]


def test_receipt_and_transfer_draft_are_404_for_an_outsider(as_ana, ana, bo, make_payer, now):
    eve = browser_of(make_payer("eve", 50_000_00))
    address = begin(as_ana, bo)
    sent = as_ana.post(address, {"pin": PIN})

    assert eve.get(sent.url).status_code == 404
    assert eve.get(f"/dompet/bukti/{uuid.uuid4()}/").status_code == 404
    assert eve.get(address).url == reverse("payments:send", args=[bo.public_id])
    assert eve.post(address, {"pin": PIN}).url == reverse("payments:send", args=[bo.public_id])
    assert (balance(ana, now), balance(bo, now)) == (85_000_00, 15_000_00)


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("beancount", "text/plain")])
def test_statement_is_of_own_postings(as_ana, ana, bo, make_payer, now, form, kind):
    as_ana.post(begin(as_ana, bo, memo="bakso"), {"pin": PIN})
    eve = browser_of(make_payer("eve"))
    query = {"dari": "2027-03-01", "sampai": "2027-03-01", "bentuk": form}

    mine, hers = as_ana.get("/dompet/laporan/", query), eve.get("/dompet/laporan/", query)

    assert mine.headers["Content-Type"].startswith(kind)
    assert mine.headers["Content-Disposition"] == f'attachment; filename="2027-03-01_2027-03-01.{form}"'
    assert "no-store" in mine.headers["Cache-Control"]
    assert "bakso" in mine.getvalue().decode()
    assert "bakso" not in hers.getvalue().decode()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-03-02", "2027-03-01"),
        ("2025-01-01", "2027-03-01"),
        ("x", "y"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_invalid_statement_period_is_refused(as_ana, first, last):
    response = as_ana.get("/dompet/laporan/", {"dari": first, "sampai": last, "bentuk": "csv"})

    assert response.status_code == 422
    assert 'id="period-problem"' in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/dompet/",
        "/dompet/isi/",
        "/dompet/kirim/",
        "/dompet/laporan/",
        "/dompet/pin/",
        "/dompet/pin/lupa/",
        "/dompet/bukti/0198aaaa-0000-7000-8000-000000000000/",
    ],
)
def test_wallet_page_without_a_session_leads_to_the_login(client, db, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/masuk/")


def test_history_page_takes_the_same_queries_for_many_rows(as_ana, ana, bo, now, django_assert_num_queries):
    def send(number):
        api.send_money(
            sender_id=ana.pk, receiver_id=bo.pk, amount=Money(100), pin=PIN, idempotency_key=f"k{number}", now=now
        )

    send(0)
    as_ana.get("/dompet/")  # The first visit of a device is noted.
    with django_assert_num_queries(13):
        as_ana.get("/dompet/")
    for number in range(1, 25):
        send(number)

    with django_assert_num_queries(13):
        page = as_ana.get("/dompet/").content.decode()

    assert page.count('<li class="movement" data-direction="out"') == 25


def test_history_pages_reach_the_first_posting(as_ana, ana, bo, now):
    for number in range(35):
        api.send_money(
            sender_id=ana.pk, receiver_id=bo.pk, amount=Money(100), pin=PIN, idempotency_key=f"k{number}", now=now
        )

    first = as_ana.get("/dompet/").content.decode()
    earlier = re.search(r'href="(\?sebelum=\d+)"', first)
    second = as_ana.get(f"/dompet/{earlier[1]}").content.decode()

    assert (
        first.count('<li class="movement" data-direction="'),
        second.count('<li class="movement" data-direction="'),
    ) == (31, 7)
    assert "Isi saldo di loket" in second
    assert "sebelum=" not in second
