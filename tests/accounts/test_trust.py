"""A device that asks to be trusted with a code and waits a day: it signs out one that was lost, and no thief does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from superapp.accounts.actions import devices
from superapp.accounts.models import Device
from superapp.core import clock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE = "/saya/perangkat/kenali/"


@pytest.fixture(params=["marketplace", "social_commerce", "chat_only"], autouse=True)
def _profile(request):
    """Whatever the operator may offer."""
    with override_settings(LEGAL_PROFILE=request.param):
        yield


@pytest.fixture
def now():
    """Today, as sessions end by the real clock."""
    return clock.now()


@pytest.fixture
def clock_at(monkeypatch):
    return lambda moment: monkeypatch.setattr("superapp.core.clock.now", lambda: moment)


@pytest.fixture
def phones(make_user, logged_in, now, clock_at):
    """The phone on which an account began, and one that came later with nothing but a code."""
    clock_at(now)
    ana = make_user("ana", language="en")
    first, later = logged_in(ana), logged_in(ana)
    trusted, other = Device.objects.order_by("pk")
    devices.trust_device(user_id=ana.pk, device_id=trusted.pk, now=now)
    return first, trusted, later, other


def ask_on_page(client, last_code):
    client.post(PAGE, {"step": "send"})
    return client.post(PAGE, {"step": "prove", "code": last_code()})


def test_phone_that_was_lost_is_logged_out_from_a_new_one_a_day_after_a_code(phones, last_code, now, clock_at):
    lost, trusted, new, _other = phones
    log_out = f"/saya/perangkat/{trusted.public_id}/keluar/"

    assert PAGE in new.get("/saya/").content.decode()
    asked = ask_on_page(new, last_code)
    assert (asked.status_code, "within three days" in asked.content.decode()) == (200, True)
    clock_at(now + DAY - timedelta(seconds=1))
    assert [new.post(PAGE, {"step": "take"}).status_code, new.post(log_out).status_code] == [429, 403]
    clock_at(now + DAY)
    assert 'value="take"' in new.get(PAGE).content.decode()
    assert new.post(PAGE, {"step": "take"}).url == "/saya/"
    assert new.post(log_out).status_code == 302

    assert lost.get("/api/v1/me").status_code == 401
    trusted.refresh_from_db()
    assert (trusted.ended_at, trusted.trusted_at) == (now + DAY, None)
    assert PAGE not in new.get("/saya/").content.decode()


def test_owner_sees_on_every_page_that_a_thief_asks_and_logs_them_out(phones, last_code, now, clock_at, settings):
    owner, trusted, thief, other = phones
    pages = ["/saya/", "/obrolan/", *(["/dompet/"] if settings.LEGAL_PROFILE == "marketplace" else [])]
    told = "asked that we know it well"
    assert not any(told in owner.get(page).content.decode() for page in pages)

    ask_on_page(thief, last_code)
    clock_at(now + timedelta(hours=20))
    assert all(told in owner.get(page).content.decode() for page in pages)
    owner.post(f"/saya/perangkat/{other.public_id}/keluar/")
    clock_at(now + DAY)

    assert not any(told in owner.get(page).content.decode() for page in pages)
    assert thief.put("/api/v1/me/trust").status_code == 401
    assert thief.delete(f"/api/v1/me/devices/{trusted.public_id}").status_code == 401
    assert owner.get("/api/v1/me").status_code == 200
    assert Device.objects.filter(trusted_at__isnull=False).get() == trusted


def test_clients_have_the_same_way(phones, last_code, now, clock_at):
    _lost, trusted, new, other = phones
    sent = new.post("/api/v1/me/trust/code", {}, content_type="application/json")
    asked = new.post("/api/v1/me/trust", {"code": last_code()}, content_type="application/json")
    early = new.put("/api/v1/me/trust")
    clock_at(now + DAY)
    rows = {row["id"]: row["trust_from"] for row in new.get("/api/v1/me/devices").json()["rows"]}

    assert sent.json() == {"retry_after": 60}
    assert asked.json() == {"trust_from": clock.wire(now + DAY)}
    assert (early.status_code, early.json()["code"]) == (429, "accounts.trust_too_early")
    assert early.json()["retry_after"] == 86_400
    assert rows == {str(other.public_id): clock.wire(now + DAY), str(trusted.public_id): None}
    assert new.put("/api/v1/me/trust").json() == new.put("/api/v1/me/trust").json() == {}
    assert new.delete(f"/api/v1/me/devices/{trusted.public_id}").json() == {}


def test_wrong_code_asks_for_nothing_and_another_device_waits_for_itself(phones, last_code, now, clock_at, logged_in):
    _lost, trusted, new, _other = phones
    new.post(PAGE, {"step": "send"})
    wrong = new.post(PAGE, {"step": "prove", "code": f"{(int(last_code()) + 1) % 10**6:06}"})
    assert wrong.status_code == 422
    assert not Device.objects.filter(trust_asked_at__isnull=False).exists()
    assert new.post(PAGE, {"step": "prove", "code": last_code()}).status_code == 200

    third = logged_in(trusted.user)
    clock_at(now + DAY)
    assert third.put("/api/v1/me/trust").status_code == 429
    assert third.delete(f"/api/v1/me/devices/{trusted.public_id}").json()["code"] == "accounts.device_kept"


def test_day_that_was_left_unused_for_three_more_is_over(phones, last_code, now, clock_at):
    _lost, _trusted, new, _other = phones
    ask_on_page(new, last_code)

    clock_at(now + 4 * DAY + timedelta(seconds=1))
    assert new.put("/api/v1/me/trust").status_code == 429
    assert 'value="send"' in new.get(PAGE).content.decode()
    clock_at(now + 4 * DAY)
    assert new.put("/api/v1/me/trust").status_code == 200


@pytest.mark.parametrize("is_taken", [True, False])
def test_browser_that_is_signed_out_from_elsewhere_begins_its_day_anew(
    phones, last_code, now, clock_at, logged_in, is_taken
):
    owner, trusted, thief, other = phones
    logged_in(trusted.user)
    again = Device.objects.order_by("pk").last()
    Device.objects.filter(pk__in=(other.pk, again.pk)).update(browser_hash="theirs")
    ask_on_page(thief, last_code)
    clock_at(now + DAY)
    if is_taken:
        assert thief.put("/api/v1/me/trust").status_code == 200

    assert owner.delete(f"/api/v1/me/devices/{again.public_id}").json() == {}

    assert thief.put("/api/v1/me/trust").json()["code"] == "accounts.trust_too_early"
    assert thief.delete(f"/api/v1/me/devices/{trusted.public_id}").json()["code"] == "accounts.device_kept"
