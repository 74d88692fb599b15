"""A device that asks to be trusted with a code and waits a day: it signs out one that was lost, and no thief does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings

from superapp.accounts import queries
from superapp.accounts.actions import device_trust, devices
from superapp.accounts.errors import DeviceNotFound, TrustTooEarly
from superapp.accounts.models import Device
from superapp.core import clock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE = "/saya/perangkat/kenali/"


@pytest.fixture(params=["marketplace", "social_commerce", "chat_only"], autouse=True)
def _profile(request):
    """Run with every legal profile."""
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


def notices_of(page):
    """Return the page's notices about devices that ask for trust, as plain text."""
    return [
        re.sub(r"<[^>]+>", "", told)
        for told in re.findall(r'<div class="notice" role="status">.*?<p>(.*?)</p>', page.content.decode(), re.DOTALL)
    ]


def rows_of(page):
    """The devices of "Me", each with the lines of its row."""
    rows = re.findall(r'<li class="item">(.*?)</li>', page.content.decode(), re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", line) for line in re.findall(r'<p class="item__[^>]*>(.*?)</p>', row)] for row in rows
    ]


def test_new_device_can_sign_out_a_lost_one_a_day_after_its_code(phones, last_code, now, clock_at):
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


def test_trust_request_is_shown_to_the_owner_who_can_sign_it_out(phones, last_code, now, clock_at, settings):
    owner, trusted, thief, other = phones
    pages = ["/saya/", "/obrolan/", *(["/dompet/"] if settings.LEGAL_PROFILE == "marketplace" else [])]
    told = "asked to be trusted"
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


def test_trust_request_works_over_the_api(phones, last_code, now, clock_at):
    _lost, trusted, new, other = phones
    sent = new.post("/api/v1/me/trust/code", {}, content_type="application/json")
    asked = new.post("/api/v1/me/trust", {"code": last_code()}, content_type="application/json")
    early = new.put("/api/v1/me/trust")
    clock_at(now + DAY)
    rows = {row["id"]: row["trust_from"] for row in new.get("/api/v1/me/devices").json()["rows"]}

    assert sent.json() == {"retry_after": 60}
    assert asked.json() == {"trust_from": clock.to_wire(now + DAY)}
    assert (early.status_code, early.json()["code"]) == (429, "accounts.trust_too_early")
    assert early.json()["retry_after"] == 86_400
    assert rows == {str(other.public_id): clock.to_wire(now + DAY), str(trusted.public_id): None}
    assert new.put("/api/v1/me/trust").json() == new.put("/api/v1/me/trust").json() == {}
    assert new.delete(f"/api/v1/me/devices/{trusted.public_id}").json() == {}


def test_wrong_code_makes_no_trust_request_and_each_device_waits_alone(phones, last_code, now, clock_at, logged_in):
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


def test_unused_trust_request_expires_after_three_more_days(phones, last_code, now, clock_at):
    _lost, _trusted, new, _other = phones
    ask_on_page(new, last_code)

    clock_at(now + 4 * DAY + timedelta(seconds=1))
    assert new.put("/api/v1/me/trust").status_code == 429
    assert 'value="send"' in new.get(PAGE).content.decode()
    clock_at(now + 4 * DAY)
    assert new.put("/api/v1/me/trust").status_code == 200


@pytest.mark.parametrize("is_taken", [True, False])
def test_remotely_signed_out_browser_restarts_its_waiting_day(phones, last_code, now, clock_at, logged_in, is_taken):
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


def test_requesting_device_is_marked_among_devices_of_the_same_name(phones, now, clock_at):
    owner, trusted, _thief, other = phones
    at = "24 November 2031, 10:44 WIB"
    asked_at = now.replace(year=2031, month=11, day=23, hour=3, minute=44)
    clock_at(asked_at)
    assert ["asked" in line.lower() for row in rows_of(owner.get("/saya/")) for line in row] == [False] * 4
    Device.objects.filter(pk=other.pk).update(trust_asked_at=asked_at)

    rows = rows_of(owner.get("/saya/"))

    assert {row[0] for row in rows} == {"Chrome · Android"} == {trusted.name}
    assert [row[2:] for row in rows if row[1] == "This device"] == [[]]
    assert [row[2:] for row in rows if row[1] != "This device"] == [[f"Asked to be trusted, from {at}"]]
    clock_at(asked_at + 4 * DAY + timedelta(seconds=1))
    assert [len(row) for row in rows_of(owner.get("/saya/"))] == [2, 2]


@pytest.mark.parametrize(("language", "word"), [("en", "Unknown device"), ("id", "Perangkat tak dikenal")])
def test_device_without_user_agent_has_a_name(phones, now, clock_at, language, word):
    owner, trusted, _thief, other = phones
    type(trusted.user).objects.update(language=language)
    Device.objects.filter(pk=other.pk).update(name="", trust_asked_at=now)

    page = owner.get("/saya/")

    assert [row[0] for row in rows_of(page)].count(word) == 1
    assert [told.startswith(f"{word} ") for told in notices_of(page)] == [True]
    assert page.content.decode().count(f"<bdi>{word}</bdi>") == 3


@pytest.mark.parametrize(
    ("language", "until", "since"),
    [
        ("en", "From {at} it can", "Since {at} it can"),
        ("id", "Mulai {at}, perangkat itu bisa", "Sejak {at}, perangkat itu sudah bisa"),
    ],
)
def test_notice_announces_the_start_of_trust_only_until_it_starts(phones, now, clock_at, language, until, since):
    owner, trusted, _thief, other = phones
    type(trusted.user).objects.update(language=language)
    asked_at = now.replace(year=2031, month=11, day=23, hour=3, minute=44)
    Device.objects.filter(pk=other.pk).update(trust_asked_at=asked_at)
    at = "24 November 2031, 10:44 WIB" if language == "en" else "24 November 2031, 10.44 WIB"

    told = []
    for moment in (asked_at, asked_at + DAY - timedelta(seconds=1), asked_at + DAY, asked_at + 2 * DAY):
        clock_at(moment)
        told += notices_of(owner.get("/saya/"))

    assert [until.format(at=at) in line for line in told] == [True, True, False, False]
    assert [since.format(at=at) in line for line in told] == [False, False, True, True]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"trust_asked_at": "now"}, TrustTooEarly),
        ({"trust_asked_at": None}, TrustTooEarly),
        ({"ended_at": "now"}, DeviceNotFound),
    ],
)
def test_trust_request_changed_after_the_check_is_not_taken(phones, now, monkeypatch, change, refusal):
    _lost, trusted, _new, other = phones
    Device.objects.filter(pk=other.pk).update(trust_asked_at=now)
    change = {field: value and now + DAY for field, value in change.items()}
    change_after_a_look(monkeypatch, other, change)

    with pytest.raises(refusal):
        device_trust.claim_trust(user_id=trusted.user_id, device_id=other.pk, now=now + DAY)

    other.refresh_from_db()
    assert other.trusted_at is None
    assert {field: getattr(other, field) for field in change} == change


def test_device_trusted_after_the_check_stays_trusted(phones, now, monkeypatch):
    _lost, trusted, _new, other = phones
    Device.objects.filter(pk=other.pk).update(trust_asked_at=now)
    change_after_a_look(monkeypatch, other, {"trusted_at": now + DAY, "trust_asked_at": None})

    device_trust.claim_trust(user_id=trusted.user_id, device_id=other.pk, now=now + 2 * DAY)

    other.refresh_from_db()
    assert (other.trusted_at, other.trust_asked_at) == (now + DAY, None)


def change_after_a_look(monkeypatch, device, change):
    """Let another request change the row right after it was first read."""
    look, changes = queries.get_open_device, [change]

    def look_then_change(user_id, device_id):
        found = look(user_id, device_id)
        if changes:
            Device.objects.filter(pk=device.pk).update(**changes.pop())
        return found

    monkeypatch.setattr(queries, "get_open_device", look_then_change)


def problems_of(page):
    """Return the refusal, and whether the field of the code is marked as wrong."""
    text = page.content.decode()
    said = re.findall(r'<p class="field__problem" id="step-problem" role="alert">.*?<span>(.*?)</span></p>', text)
    return said, 'aria-invalid="true" aria-describedby="step-problem"' in text


def test_only_a_refused_code_marks_the_code_field(phones, last_code):
    _lost, _trusted, new, _other = phones
    new.post(PAGE, {"step": "send"})

    again = new.post(PAGE, {"step": "send"})
    wrong = new.post(PAGE, {"step": "prove", "code": f"{(int(last_code()) + 1) % 10**6:06}"})

    assert (again.status_code, len(problems_of(again)[0]), problems_of(again)[1]) == (429, 1, False)
    assert (wrong.status_code, len(problems_of(wrong)[0]), problems_of(wrong)[1]) == (422, 1, True)


def test_refusal_during_the_waiting_day_names_its_end(phones, last_code):
    _lost, _trusted, new, _other = phones
    ask_on_page(new, last_code)

    early = new.post(PAGE, {"step": "take"})

    assert problems_of(early) == (["A device becomes trusted one day after you ask for it with a code."], False)
    assert "within three days" in early.content.decode()
