"""The pages of accounts: logging in, whom one knows, who one is."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from PIL import Image

from superapp.accounts import sessions
from superapp.accounts.actions.login import PhoneProof
from superapp.accounts.models import Contact, DeveloperSms, Device, InviteLink, User
from superapp.core import clock
from superapp.web.navigation import navigation_items

PHONE = "0812 3456 7890"
SAVED = "Invitation saved. If this number is already on Nusa, they see it there; if not, send them a link."
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def browser(db):
    return Client(headers=ENGLISH)


@pytest.fixture
def ana(make_user):
    return make_user("ana", language="en")


@pytest.fixture
def as_ana(ana):
    browser = Client()
    browser.force_login(ana)
    return browser


@pytest.fixture
def eve(make_user):
    browser = Client()
    browser.force_login(make_user("eve", language="en"))
    return browser


def text(answer):
    return answer.content.decode()


def sent_code():
    return re.search(r"\d{6}", DeveloperSms.objects.latest("pk").text)[0]


def problem(answer, field):
    return re.search(rf'id="{field}-problem".*?<span>([^<]+)</span>', text(answer), flags=re.DOTALL)[1]


def test_newcomer_logs_in_and_is_asked_for_a_name(browser):
    asked = browser.post("/masuk/", {"phone": PHONE})
    proved = browser.post(asked.url, {"code": sent_code()})
    named = browser.post(proved.url, {"name": " Ana  Lestari "})

    assert (asked.url, proved.url, named.url) == ("/masuk/kode/", "/masuk/nama/", "/")
    assert User.objects.get().name == "Ana Lestari"
    assert User.objects.get().language == "en"


def test_login_of_a_named_person_leads_to_the_requested_page(browser, ana):
    number = ana.phone.number
    browser.post("/masuk/", {"phone": number, "next": "/saya/"})
    answer = browser.post("/masuk/kode/?next=/saya/", {"code": sent_code()})

    assert answer.url == "/saya/"


@pytest.mark.parametrize("address", ["https://jahat.example/", "//jahat.example/", "javascript:alert(1)"])
def test_login_redirects_to_no_other_host(browser, ana, address):
    browser.post("/masuk/", {"phone": ana.phone.number})
    answer = browser.post("/masuk/kode/", {"code": sent_code(), "next": address})

    assert answer.url == "/"


def test_invalid_number_is_refused_at_its_field(browser):
    answer = browser.post("/masuk/", {"phone": "12"})

    assert answer.status_code == 422
    assert problem(answer, "phone").startswith("That is not a valid phone number.")
    assert 'value="12"' in text(answer)
    assert not DeveloperSms.objects.exists()


def test_wrong_code_is_refused_at_its_field_and_logs_nobody_in(browser):
    browser.post("/masuk/", {"phone": PHONE})
    wrong = "000000" if sent_code() != "000000" else "111111"

    answer = browser.post("/masuk/kode/", {"code": wrong})

    assert answer.status_code == 422
    assert problem(answer, "code") == "Wrong code. Tries left: 4."
    assert "_auth_user_id" not in browser.session


def test_code_page_without_a_number_redirects_to_the_start(browser):
    assert browser.get("/masuk/kode/").url == "/masuk/"


def test_code_is_sent_again_only_after_the_pause(browser):
    browser.post("/masuk/", {"phone": PHONE})

    answer = browser.post("/masuk/kirim-ulang/")

    assert answer.url == "/masuk/kode/"
    assert DeveloperSms.objects.count() == 1


def test_second_code_request_redirects_to_the_pending_code(browser):
    browser.post("/masuk/", {"phone": PHONE})

    answer = browser.post("/masuk/", {"phone": PHONE})

    assert answer.url == "/masuk/kode/"
    assert DeveloperSms.objects.count() == 1


def test_code_field_supports_autofill(browser):
    browser.post("/masuk/", {"phone": PHONE})
    page = text(browser.get("/masuk/kode/"))
    field = re.search(r'<input[^>]*id="code"[^>]*>', page)[0]

    assert 'autocomplete="one-time-code"' in field
    assert 'inputmode="numeric"' in field
    assert "/masuk/kotak-sms/" in page


def test_developer_inbox_with_a_gateway_is_404(browser, settings):
    settings.SMS_URL = "http://127.0.0.1:9/send"

    assert browser.get("/masuk/kotak-sms/").status_code == 404


def test_login_language_can_be_chosen(browser):
    browser.post("/masuk/bahasa/", {"language": "id", "next": "/masuk/"})

    assert "Selamat datang" in text(browser.get("/masuk/"))


def test_logout_ends_the_device_session(browser, ana):
    browser.post("/masuk/", {"phone": ana.phone.number})
    browser.post("/masuk/kode/", {"code": sent_code()})

    answer = browser.post("/keluar/")

    assert answer.url == "/masuk/"
    assert browser.get("/saya/").status_code == 302
    assert Device.objects.get().ended_at is not None


def test_invitation_by_number_looks_the_same_for_unknown_numbers(as_ana, make_user):
    bo = make_user("bo")

    known = as_ana.post("/kontak/", {"who": bo.phone.number}, follow=True)
    unknown = as_ana.post("/kontak/", {"who": "0813 9999 0000"}, follow=True)

    said = [
        re.search(r"notice--good.*?<span>([^<]+)</span>", text(page), flags=re.DOTALL)[1] for page in (known, unknown)
    ]
    assert said[0] == said[1] == SAVED
    # Both wait in the list, and look the same but for the number.
    shown = re.findall(r'<li class="item" id="undangan-.*?</li>', text(unknown), flags=re.DOTALL)
    own = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|csrfmiddlewaretoken[^>]*|\+62[0-9 -]{8,}[0-9]"
    alike = [re.sub(own, "", one) for one in shown]
    assert len(shown) == 2
    assert alike[0] == alike[1]
    assert 'href="#link"' in alike[0]


def test_invitation_by_number_switches_no_public_link_on(as_ana):
    as_ana.post("/kontak/", {"who": "0813 9999 0000"})

    assert not InviteLink.objects.exists()
    assert "Send the link" not in text(as_ana.get("/kontak/"))
    as_ana.post("/kontak/tautan/")
    assert "Send the link" in text(as_ana.get("/kontak/"))


def test_invite_form_says_that_the_request_shows_name_and_photo(as_ana):
    page = text(as_ana.get("/kontak/"))

    assert "They see your name and photo in this request." in page


def test_contact_is_asked_by_handle_accepted_and_removed(as_ana, ana, make_user):
    bo = make_user("bo", name="Bo Santoso", language="en")
    as_bo = Client()
    as_bo.force_login(bo)

    as_ana.post("/kontak/", {"who": "@bo"})
    waiting = text(as_ana.get("/kontak/"))
    as_bo.post(f"/kontak/{ana.public_id}/jawab/", {"accept": "yes"})
    known = text(as_ana.get("/kontak/"))
    as_ana.post(f"/kontak/{bo.public_id}/hapus/")
    gone = text(as_ana.get("/kontak/"))

    assert "Waiting for an answer" in waiting
    assert "Your contacts · 1" in known
    assert "No contacts yet" in gone


def test_unknown_handle_is_refused_at_its_field(as_ana):
    answer = as_ana.post("/kontak/", {"who": "@tidakada"})

    assert answer.status_code == 404
    assert problem(answer, "who") == "No one found."


def test_blocked_person_moves_to_the_blocked_and_back(as_ana, ana, make_user):
    bo = make_user("bo")
    as_ana.post("/kontak/", {"who": "@bo"})

    as_ana.post(f"/kontak/{bo.public_id}/blokir/", {"blocked": "yes"})
    blocked = text(as_ana.get("/kontak/"))
    as_ana.post(f"/kontak/{bo.public_id}/blokir/", {"blocked": "no"})

    assert 'id="blocked"' in blocked
    assert not Contact.objects.filter(is_blocked=True).exists()


def test_outsider_cannot_answer_for_another(eve, as_ana, ana, make_user):
    bo = make_user("bo")
    as_ana.post("/kontak/", {"who": "@bo"})

    answer = eve.post(f"/kontak/{ana.public_id}/jawab/", {"accept": "yes"})

    assert answer.status_code == 404
    assert not Contact.objects.filter(state=Contact.State.ACCEPTED).exists()
    assert Contact.objects.get(owner=bo).state == Contact.State.ASKS


def test_profile_form_saves_and_shows_errors_at_fields(as_ana, ana, make_user):
    make_user("bowo")

    saved = as_ana.post("/saya/", {"name": "Ana L.", "handle": "ana.l"}, follow=True)
    taken = as_ana.post("/saya/", {"name": "Ana L.", "handle": "bowo"})
    empty = as_ana.post("/saya/", {"name": " ", "handle": "ana.l"})

    ana.refresh_from_db()
    assert (ana.name, ana.handle) == ("Ana L.", "ana.l")
    assert "Saved." in text(saved)
    assert problem(taken, "handle") == "That username is taken."
    assert problem(empty, "name") == "A name needs 1 to 50 visible characters."


def test_language_time_zone_and_theme_are_kept(as_ana, ana):
    answer = as_ana.post(
        "/saya/tampilan/", {"language": "id", "time_zone": "Asia/Jayapura", "theme": "dark"}, follow=True
    )

    ana.refresh_from_db()
    assert (ana.language, ana.time_zone) == ("id", "Asia/Jayapura")
    assert "Tersimpan." in text(answer)
    assert 'data-theme="dark"' in text(answer)


def test_uploaded_picture_is_shown_until_removed(as_ana, ana):
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), (0, 108, 116)).save(drawn, "PNG")
    drawn.seek(0)
    drawn.name = "aku.png"

    shown = text(as_ana.post("/saya/foto/", {"picture": drawn}, follow=True))
    removed = text(as_ana.post("/saya/foto/", {"remove": "yes"}, follow=True))

    assert f'src="/media/avatar/{ana.public_id}/' in shown
    assert "/media/avatar/" not in removed


def test_invalid_picture_is_refused_at_its_field(as_ana, ana):
    fake = io.BytesIO(b"MZ\x90\x00 not a picture")
    fake.name = "aku.png"

    answer = as_ana.post("/saya/foto/", {"picture": fake})

    assert answer.status_code == 422
    assert problem(answer, "picture") == "We cannot read that photo. Send a JPEG, PNG or WebP."
    ana.refresh_from_db()
    assert ana.avatar == ""


def test_own_device_can_be_signed_out_remotely(ana):
    here, there = Client(headers=ENGLISH), Client(headers=ENGLISH)
    for browser in (here, there):
        DeveloperSms.objects.all().delete()
        _log_in(browser, ana)
    device = Device.objects.order_by("pk").last()

    here.post(f"/saya/perangkat/{device.public_id}/keluar/")

    assert there.get("/saya/").status_code == 302
    assert here.get("/saya/").status_code == 200


def test_outsider_cannot_sign_out_my_device(ana, eve):
    browser = Client(headers=ENGLISH)
    _log_in(browser, ana)
    device = Device.objects.get(user=ana)

    answer = eve.post(f"/saya/perangkat/{device.public_id}/keluar/")

    assert answer.status_code == 404
    assert browser.get("/saya/").status_code == 200


@pytest.mark.parametrize("path", ["/kontak/", "/saya/"])
def test_pages_take_the_same_queries_for_many_rows_as_for_one(as_ana, ana, make_user, path, django_assert_num_queries):
    _many(as_ana, make_user, "a", 1)
    as_ana.get(path)
    queries = {"/kontak/": 6, "/saya/": 7}[path]
    with django_assert_num_queries(queries):
        as_ana.get(path)

    _many(as_ana, make_user, "b", 6)
    as_ana.get(path)

    with django_assert_num_queries(queries):
        as_ana.get(path)


def _note(page):
    """Return the message that the page shows about what was done."""
    return re.search(r"notice--good.*?<span>([^<]+)</span>", text(page), flags=re.DOTALL)[1]


def _many(as_ana, make_user, prefix, count):
    for number in range(count):
        make_user(f"{prefix}{number}x")
        as_ana.post("/kontak/", {"who": f"@{prefix}{number}x"})


def _log_in(browser, user):
    # The pause between two codes is of the number; here two browsers ask for one in the same moment.
    request = browser.get("/masuk/").wsgi_request
    sessions.start_session(request, PhoneProof(user, is_new=False), now=clock.now())
    browser.cookies["sessionid"] = request.session.session_key


def test_newcomer_is_shown_three_ways_to_somebody(as_ana):
    page = text(as_ana.get("/kontak/"))

    assert 'id="who"' in page
    assert "/kontak/tautan/" in page
    assert re.search(r'<a class="button" href="/toko/">.*Browse shops</a>', page)


@pytest.fixture
def without_shops(settings):
    settings.LEGAL_PROFILE = "chat_only"
    navigation_items.cache_clear()
    yield
    navigation_items.cache_clear()


@pytest.mark.usefixtures("without_shops")
def test_newcomer_is_not_sent_to_shops_where_there_are_none(as_ana):
    assert "Browse shops" not in text(as_ana.get("/kontak/"))


def test_invite_link_has_a_code_for_whoever_stands_beside(as_ana):
    assert 'class="qr-box"' not in text(as_ana.get("/kontak/"))
    as_ana.post("/kontak/tautan/")

    page = text(as_ana.get("/kontak/"))

    assert re.search(r'<div class="qr-box"[^>]*>\s*<svg[^>]*class="qr"', page)
