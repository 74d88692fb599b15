"""Pages of requests: asking, paying and what each side sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from payments.models import Journal
from peer_payments import api
from peer_payments.models import MoneyRequest
from superapp.accounts import api as accounts
from superapp.core import clock
from tests.payments.purses import PIN, balance, browser_of
from tests.peer_payments.asking import ask

FORM = {"amount": "15.000", "note": "bakso 🍜", "key": "k"}


def address_of(request):
    return reverse("peer_payments:request", args=[request.public_id])


def text(answer):
    return answer.content.decode()


def test_wallet_leads_to_requests_and_contacts_can_be_asked(two):
    ana, bo = two
    browser = browser_of(ana)

    assert reverse("peer_payments:requests") in text(browser.get("/dompet/"))
    assert reverse("peer_payments:request_from", args=[bo.public_id]) in text(browser.get("/dompet/minta/"))
    answer = browser.get(f"/dompet/minta/?kepada={bo.public_id}")

    assert answer.headers["Location"] == reverse("peer_payments:request_from", args=[bo.public_id])


def test_wallet_counts_the_requests_that_wait_for_its_owner(two):
    ana, bo = two
    ask(ana, bo, clock.now())

    assert '<span class="badge" aria-hidden="true">1</span>' in text(browser_of(bo).get("/dompet/"))
    assert 'class="badge" aria-hidden' not in text(browser_of(ana).get("/dompet/"))
    api.decline_request(payer_id=bo.pk, request=MoneyRequest.objects.get().public_id, now=clock.now())
    assert 'class="badge" aria-hidden' not in text(browser_of(bo).get("/dompet/"))


def test_form_makes_one_request_however_often_it_is_sent(two):
    ana, bo = two
    browser = browser_of(ana)
    address = reverse("peer_payments:request_from", args=[bo.public_id])
    assert 'name="key"' in text(browser.get(address))

    first, second = browser.post(address, FORM), browser.post(address, FORM)

    made = MoneyRequest.objects.get()
    assert (first.status_code, first.headers["Location"]) == (302, address_of(made))
    assert second.headers["Location"] == address_of(made)
    assert (made.amount, made.note, made.payer_id) == (15_000_00, "bakso 🍜", bo.pk)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        pytest.param({"amount": "banyak"}, "amount-problem", id="words"),
        pytest.param({"amount": "0"}, "amount-problem", id="nothing"),
        pytest.param({"amount": "0,01"}, "amount-problem", id="a fraction of a rupiah"),
        pytest.param({"amount": "100.000.001"}, "amount-problem", id="too much"),
        pytest.param({"note": "x" * 141}, "note-problem", id="long note"),
    ],
)
def test_form_says_what_is_wrong_at_its_field(form, field, two):
    ana, bo = two
    address = reverse("peer_payments:request_from", args=[bo.public_id])

    answer = browser_of(ana).post(address, {**FORM, **form})

    assert answer.status_code == 422
    assert f'id="{field}"' in text(answer)
    assert not MoneyRequest.objects.exists()


def test_request_to_no_contact_is_refused(two, make_user):
    ana, _bo = two
    address = reverse("peer_payments:request_from", args=[make_user("eve").public_id])

    browser = browser_of(ana)

    assert [browser.get(address).status_code, browser.post(address, FORM).status_code] == [403, 403]
    assert not MoneyRequest.objects.exists()


def test_payer_pays_by_pin_and_both_see_it(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    browser = browser_of(bo)
    page = text(browser.get(address_of(made)))
    assert "Bayar Rp15.000" in page
    assert "Sisa saldo" in page or "Rp85.000" in page

    paid = browser.post(address_of(made), {"do": "pay", "pin": PIN, "attempt": "0"})

    assert (paid.status_code, paid.headers["Location"]) == (302, address_of(made))
    assert "Sudah dibayar" in text(browser.get(address_of(made)))
    assert "Sudah dibayar" in text(browser_of(ana).get(address_of(made)))
    assert balance(bo, now) == 85_000_00


def test_wrong_pin_is_said_and_nothing_moves(two, now):
    ana, bo = two
    made = ask(ana, bo, now)

    answer = browser_of(bo).post(address_of(made), {"do": "pay", "pin": "000000", "attempt": "0"})

    assert answer.status_code == 403
    assert 'id="pin-problem"' in text(answer)
    assert not Journal.objects.filter(kind="sent").exists()


def test_payer_without_enough_is_led_to_the_top_up(two, now):
    ana, bo = two
    made = ask(ana, bo, now, minor=150_000_00)

    page = text(browser_of(bo).get(address_of(made)))

    assert "Saldomu Rp100.000, belum cukup." in page
    assert reverse("payments:top_up") in page
    assert 'name="pin"' not in page


def test_payer_declines_and_requester_cancels(two, now):
    ana, bo = two
    first, second = ask(ana, bo, now), ask(ana, bo, now, key="k2")

    browser_of(bo).post(address_of(first), {"do": "decline"})
    browser_of(ana).post(address_of(second), {"do": "cancel"})
    late = browser_of(bo).post(address_of(second), {"do": "pay", "pin": PIN, "attempt": "0"})

    assert [one.state for one in api.list_requests(ana.pk)] == ["cancelled", "declined"]
    assert late.status_code == 409
    assert "Permintaan ini sudah ditutup." in text(late)


def test_requester_can_remind_only_from_the_next_day_on(two, now, monkeypatch):
    ana, bo = two
    made = ask(ana, bo, now)
    browser = browser_of(ana)
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(hours=1))
    assert 'value="remind"' not in text(browser.get(address_of(made)))
    assert browser.post(address_of(made), {"do": "remind"}).status_code == 429

    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1))
    assert 'value="remind"' in text(browser.get(address_of(made)))
    browser.post(address_of(made), {"do": "remind"})

    assert MoneyRequest.objects.get().reminders == 1


def test_outsider_gets_404_and_changes_nothing(two, make_payer, now):
    ana, bo = two
    eve = make_payer("eve", 100_000_00)
    made = ask(ana, bo, now)
    browser = browser_of(eve)

    answers = [browser.get(address_of(made))]
    answers += [
        browser.post(address_of(made), {"do": do, "pin": PIN, "attempt": "0"})
        for do in ("pay", "decline", "cancel", "remind")
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert all("bakso" not in text(answer) for answer in answers)
    assert MoneyRequest.objects.get().state == "open"


def test_request_pages_are_closed_without_payments(two, now, settings):
    ana, bo = two
    made = ask(ana, bo, now)
    settings.LEGAL_PROFILE = "chat_only"
    browser = browser_of(bo)

    addresses = ["/dompet/minta/", f"/dompet/minta/dari/{ana.public_id}/", address_of(made)]

    assert [browser.get(address).status_code for address in addresses] == [403] * 3
    for step in ("decline", "cancel", "remind"):
        refused = browser.post(f"/api/v1/money-requests/{made.public_id}/{step}", content_type="application/json")
        assert refused.json()["code"] == "payments.not_offered"


def test_list_takes_the_same_queries_for_one_and_many(two, now, django_assert_num_queries, make_user):
    ana, bo = two
    cita = make_user("cita")
    accounts.connect_people(user_id=ana.pk, peer_id=cita.pk, now=now)
    ask(ana, bo, now)
    with django_assert_num_queries(3):
        api.list_requests(ana.pk)
    for number in range(4):
        ask(ana, cita, now, key=f"k{number}")
        ask(cita, ana, now, key=f"k{number}")

    with django_assert_num_queries(3):
        assert len(api.list_requests(ana.pk)) == 9


@pytest.mark.parametrize("step", ["decline", "cancel", "remind"])
def test_commands_of_the_card_answer_over_the_socket(step, real_db, connect, two):
    ana, bo = two
    made = ask(ana, bo, clock.now() - timedelta(days=2))
    caller = bo if step == "decline" else ana

    answer = connect(caller).ok(f"peer_payments.{step}", money_request=str(made.public_id))

    states = {"decline": "declined", "cancel": "cancelled", "remind": "open"}
    assert (answer["money_request"], answer["state"]) == (str(made.public_id), states[step])
