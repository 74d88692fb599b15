"""The pages of the PIN, as forms without modules: the first one, a wrong one, a forgotten one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api
from payments.models import PinTries
from superapp.accounts import api as accounts
from superapp.accounts.models import Device
from superapp.web import form_throttle
from tests.payments.purses import PIN, balance, begin, browser_of

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


def test_wrong_pins_from_ten_addresses_lock_the_pin(ana, bo, now, monkeypatch):
    # Forms have a limit of their own, which one machine can reach in a second.
    monkeypatch.setattr(form_throttle.command_throttle, "take", lambda *_taken: None)
    answers = []
    for number in range(10):
        browser = browser_of(ana)
        browser.defaults["REMOTE_ADDR"] = f"10.0.0.{number}"
        answers.append(browser.post(begin(browser, bo), {"pin": f"19{number}374"}))
    browser = browser_of(ana)

    right = browser.post(begin(browser, bo), {"pin": PIN})

    assert [answer.status_code for answer in answers] == [403] * 10
    assert "PIN salah. Sisa percobaan: 4." in answers[0].content.decode()
    # Strangers' browsers have ten tries together, however many they are.
    assert "PIN salah. Sisa percobaan: 1." in answers[8].content.decode()
    assert "terkunci" in answers[9].content.decode()
    assert right.status_code == 403
    assert sum(row.wrong for row in PinTries.objects.filter(user=ana)) == 10
    assert balance(ana, now) == 100_000_00


def test_first_pin_is_set_during_a_transfer_and_returns_to_it(make_payer, bo, now):
    chandra = make_payer("chandra", 50_000_00, pin=None)
    browser = browser_of(chandra, is_trusted=True)
    address = begin(browser, bo)
    assert f"/dompet/pin/?next={address}" in browser.get(address).content.decode()

    different = browser.post("/dompet/pin/", {"pin": PIN, "again": "111222", "next": address})
    guessed = browser.post("/dompet/pin/", {"pin": "123456", "again": "123456", "next": address})
    done = browser.post("/dompet/pin/", {"pin": PIN, "again": PIN, "next": address})

    assert (different.status_code, guessed.status_code, done.url) == (422, 422, address)
    browser.post(address, {"pin": PIN})
    assert balance(bo, now) == 15_000_00


def test_pin_page_redirects_to_no_other_host(as_ana):
    done = as_ana.post("/dompet/pin/", {"old": PIN, "pin": "739251", "again": "739251", "next": "//eve.example/"})

    assert done.url == "/dompet/"


def ask_for_pin(browser, codes):
    browser.post("/dompet/pin/lupa/", {"step": "send"})
    return browser.post("/dompet/pin/lupa/", {"step": "prove", "code": codes[-1]})


def test_pin_reset_page_takes_a_new_code_and_a_day(as_ana, ana, now, monkeypatch, codes):
    as_ana.post("/dompet/pin/lupa/", {"step": "send"})

    wrong = as_ana.post("/dompet/pin/lupa/", {"step": "prove", "code": f"{(int(codes[0]) + 1) % 10**6:06}"})
    proved = as_ana.post("/dompet/pin/lupa/", {"step": "prove", "code": codes[0]})
    early = as_ana.post("/dompet/pin/lupa/", {"step": "set", "pin": "739251", "again": "739251"})
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1))
    late = as_ana.post("/dompet/pin/lupa/", {"step": "set", "pin": "739251", "again": "739251"})

    assert (wrong.status_code, proved.status_code, early.status_code, late.status_code) == (422, 200, 429, 302)
    assert "PIN baru bisa dibuat mulai" in proved.content.decode()
    api.verify_pin(user_id=ana.pk, pin="739251", now=now)


def test_expired_pin_code_can_be_requested_again(as_ana, codes, now, monkeypatch):
    as_ana.post("/dompet/pin/lupa/", {"step": "send"})
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(minutes=6))

    over = as_ana.post("/dompet/pin/lupa/", {"step": "prove", "code": codes[0]})
    assert over.status_code == 422
    assert 'name="step" value="send"' in over.content.decode()
    proved = ask_for_pin(as_ana, codes)

    assert len(codes) == 2
    assert "PIN baru bisa dibuat mulai" in proved.content.decode()


def test_first_pin_page_on_an_untrusted_device_takes_a_day(make_payer, now, monkeypatch, codes):
    dewi = make_payer("dewi", 50_000_00, pin=None)
    owner, thief = browser_of(dewi, is_trusted=True), browser_of(dewi)

    led = thief.get("/dompet/pin/")
    tried = thief.post("/dompet/pin/", {"pin": PIN, "again": PIN})
    page = thief.get("/dompet/pin/lupa/").content.decode()
    asked = ask_for_pin(thief, codes)
    early = thief.post("/dompet/pin/lupa/", {"step": "set", "pin": PIN, "again": PIN})

    assert led.url == tried.url == "/dompet/pin/lupa/"
    assert "Perangkat ini masih baru di akunmu" in page
    assert (asked.status_code, early.status_code) == (200, 429)
    assert api.get_pin_state(dewi.pk, now=now).is_set is False
    warned = owner.get("/dompet/").content.decode()
    assert "Ada yang meminta PIN baru" in warned
    assert "/saya/#devices" in warned
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(hours=20))
    owner.post("/dompet/pin/", {"pin": PIN, "again": PIN})
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1))
    late = thief.post("/dompet/pin/lupa/", {"step": "set", "pin": "739251", "again": "739251"})
    assert late.status_code == 429
    api.verify_pin(user_id=dewi.pk, pin=PIN, now=now)


def test_first_pin_after_its_waiting_day_is_set(make_payer, now, monkeypatch, codes):
    dewi = make_payer("dewi", pin=None)
    browser = browser_of(dewi)
    ask_for_pin(browser, codes)
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1))

    done = browser.post("/dompet/pin/lupa/", {"step": "set", "pin": PIN, "again": PIN})

    assert done.url == "/dompet/"
    assert accounts.is_trusted_device(dewi.pk, Device.objects.get(user=dewi).pk)
    api.verify_pin(user_id=dewi.pk, pin=PIN, now=now)


def test_new_pin_form_is_shown_only_on_the_requesting_device(ana, now, monkeypatch, codes):
    asking, other = browser_of(ana), browser_of(ana)
    ask_for_pin(asking, codes)
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1))

    wallets = [browser.get("/dompet/").content.decode() for browser in (asking, other)]
    tried = other.post("/dompet/pin/lupa/", {"step": "set", "pin": "739251", "again": "739251"})

    assert ["Buat PIN baru" in page for page in wallets] == [True, False]
    assert ["Hanya perangkat yang meminta" in page for page in wallets] == [False, True]
    assert 'value="set"' in asking.get("/dompet/pin/lupa/").content.decode()
    assert 'value="set"' not in tried.content.decode()
    assert tried.status_code == 429
    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_owner_with_a_locked_pin_can_cancel_a_pin_reset(ana, now, codes):
    owner, thief = browser_of(ana, is_trusted=True), browser_of(ana)
    PinTries.objects.create(user=ana, wrong=10)
    ask_for_pin(thief, codes)

    pages = [browser.get("/dompet/").content.decode() for browser in (owner, thief)]
    kept = thief.post("/dompet/pin/akhiri/")
    assert kept.status_code == 403
    assert api.get_pin_state(ana.pk, now=now).reset_from is not None
    done = owner.post("/dompet/pin/akhiri/", follow=True)

    assert ["/dompet/pin/akhiri/" in page for page in pages] == [True, False]
    assert "Permintaan dibatalkan" in done.content.decode()
    # It stays locked wherever ana is not known, and is hers where she is.
    assert api.get_pin_state(ana.pk, now=now) == api.PinState(is_set=True, is_locked=True)
    known = Device.objects.get(user=ana, trusted_at__isnull=False)
    assert api.get_pin_state(ana.pk, device_id=known.pk, now=now) == api.PinState(is_set=True, is_locked=False)
