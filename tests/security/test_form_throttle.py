"""Forms of pages count as commands do: together, by person, before anything expensive."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from chat.models import Message
from superapp.core.form_pages import FORM_COST, form_cost_of
from superapp.realtime import registry, rest
from superapp.realtime.rate_limits import Throttle
from superapp.web import form_throttle
from tests.chat.conftest import make_direct
from tests.harness.socket_client import browser_on, log_in

__all__ = ["make_direct"]


@pytest.fixture
def small_allowance(monkeypatch):
    """Two forms and a half, and one token a second."""
    small = Throttle(per_second=1, burst=25, timer=lambda: 100.0)
    monkeypatch.setattr(form_throttle, "command_throttle", small)
    monkeypatch.setattr(rest, "command_throttle", small)
    return small


@pytest.fixture
def ana(make_user):
    return make_user("ana")


def send(browser, conversation, number, **more):
    fields = {"client_id": f"c-{number}", "body": f"halo {number}", **more}
    return browser.post(f"/obrolan/{conversation.public_id}/kirim/", fields)


def urlencoded(browser, path, body):
    return browser.post(path, body, content_type="application/x-www-form-urlencoded")


def test_messages_by_form_are_rate_limited_with_retry_after(ana, make_user, make_direct, small_allowance):
    conversation = make_direct(ana, make_user("bo"))
    browser = browser_on(log_in(ana))

    answers = [send(browser, conversation, number) for number in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert Message.objects.count() == 2
    assert answers[2].headers["Retry-After"] == "5"
    assert answers[2].headers["Cache-Control"] == "no-store"
    page = answers[2].content.decode()
    assert "Tunggu sebentar, lalu kirim lagi" in page


def test_throttled_form_keeps_its_input_for_another_try(ana, make_user, make_direct, small_allowance):
    conversation = make_direct(ana, make_user("bo"))
    device = log_in(ana)
    browser = browser_on(device, enforce_csrf_checks=True)
    browser.get("/obrolan/")
    token = browser.cookies["csrftoken"].value
    typed = "Dua baris\r\ndan <b>huruf</b> & tanda"
    path = f"/obrolan/{conversation.public_id}/kirim/"
    small_allowance.take(ana.pk, 20)

    refused = browser.post(path, {"body": typed, "client_id": "c-1", "csrfmiddlewaretoken": token})
    page = refused.content.decode()
    small_allowance.forget_everybody()
    [(action, form)] = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page, re.DOTALL)
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form, re.DOTALL)
    }
    again = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    sent = browser.post(action, {**fields, "csrfmiddlewaretoken": again[1]})

    assert refused.status_code == 429
    assert fields == {"body": typed, "client_id": "c-1"}
    assert sent.status_code == 302
    assert Message.objects.get().body == "Dua baris\ndan <b>huruf</b> & tanda"


def test_throttled_page_contains_no_secret_fields(ana, small_allowance):
    browser = browser_on(log_in(ana))
    small_allowance.take(ana.pk, 25)

    refused = browser.post(
        "/dompet/pin/", {"pin": "918273", "new_pin": "817263", "again": "817263", "next": "/dompet/"}
    )

    page = refused.content.decode()
    assert refused.status_code == 429
    assert "918273" not in page
    assert "817263" not in page
    assert 'name="next"' in page


def test_forms_commands_and_files_share_one_limit(ana, small_allowance):
    browser = browser_on(log_in(ana))
    cost = registry.commands["accounts.profile_change"].cost
    small_allowance.take(ana.pk, 25 - cost)

    by_form = browser.post("/saya/tampilan/", {"theme": "dark"})
    by_api = browser.patch("/api/v1/me", json.dumps({"name": "Ana"}), content_type="application/json")
    again = browser.patch("/api/v1/me", json.dumps({"name": "Ana"}), content_type="application/json")
    file = browser.put("/api/v1/me/avatar", b"x", content_type="multipart/form-data; boundary=x")

    assert by_form.status_code == 429
    assert by_api.status_code == 200
    assert again.status_code == 429
    assert file.status_code == 429
    assert file.headers["Content-Type"] == "application/json"
    assert (file.json()["code"], file.headers["Retry-After"]) == ("rate_limited", str(file.json()["retry_after"]))


def test_large_body_of_a_throttled_person_is_not_read(ana, small_allowance):
    browser = browser_on(log_in(ana))
    small_allowance.take(ana.pk, 25)
    picture = BytesIO(b"x" * 100_000)
    picture.name = "p.png"

    large = urlencoded(browser, "/saya/tampilan/", "name=" + "a" * 100_000)
    upload = browser.post("/saya/foto/", {"picture": picture})

    assert (large.status_code, upload.status_code) == (429, 429)
    assert large.wsgi_request._read_started is False
    assert upload.wsgi_request._read_started is False


def test_reads_and_other_people_are_not_counted(ana, make_user, small_allowance):
    small_allowance.take(ana.pk, 25)

    looked = [browser_on(log_in(ana)).get("/saya/").status_code for _ in range(5)]
    other = browser_on(log_in(make_user("bo"))).post("/saya/tampilan/", {"theme": "dark"})
    stranger = Client().post("/masuk/", {"phone": "x"})

    assert looked == [200] * 5
    assert other.status_code == 302
    assert stranger.status_code != 429


def test_csrf_failure_takes_nothing_from_the_limit(ana, small_allowance):
    browser = browser_on(log_in(ana), enforce_csrf_checks=True)

    forged = [browser.post("/saya/tampilan/", {"theme": "dark"}).status_code for _ in range(10)]

    assert forged == [403] * 10
    small_allowance.take(ana.pk, 25)


def views(patterns=None):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.lookup_str, form_cost_of(pattern.callback)


def test_forms_that_hash_or_decode_cost_more_whatever_their_views_are_wrapped_in():
    costs = dict(views())

    assert costs["payments.pages.pin.set_pin"] == 30
    assert costs["shop.pages.checkout.buy"] == 20
    assert costs["shop.endpoints.uploads.add_photo"] == costs["shop.endpoints.uploads.logo"] == 100
    assert costs["superapp.accounts.pages.profile.picture"] == costs["superapp.accounts.endpoints.rest.avatar"] == 100
    assert costs["chat.pages.conversations.send"] == FORM_COST
