from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from superapp.accounts.actions import devices
from superapp.accounts.errors import DeviceNotFound
from superapp.accounts.models import Device
from superapp.core import clock
from superapp.realtime import bus, registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(monkeypatch):
    """Devices whose sockets were closed."""
    closed = []
    monkeypatch.setattr(bus, "close_device", closed.append)
    return closed


def test_own_devices_are_listed_latest_first_and_others_are_not(make_user, logged_in):
    ana, eve = make_user("ana"), make_user("eve")
    logged_in(ana)
    phone = logged_in(ana, user_agent="(iPhone) Safari/604")
    logged_in(eve)

    rows = phone.get("/api/v1/me/devices").json()["rows"]

    assert [(row["name"], row["here"]) for row in rows] == [("Safari · iPhone", True), ("Chrome · Android", False)]
    assert set(rows[0]) == {"id", "name", "last_seen_at", "signed_in_at", "here", "trust_from"}


@pytest.mark.parametrize("count", [1, 8])
def test_listing_devices_takes_the_same_queries_for_one_and_for_many(
    make_user, logged_in, django_assert_num_queries, count
):
    ana = make_user("ana")
    for _ in range(count):
        client = logged_in(ana)
    caller = registry.find_caller(client.cookies["sessionid"].value)
    command = registry.commands["accounts.devices"]

    with django_assert_num_queries(1):
        answer = command.handler(caller, command.schema())

    assert len(answer["rows"]) == count


def test_device_signed_out_remotely_loses_session_and_sockets(
    make_user, logged_in, ended, django_capture_on_commit_callbacks
):
    ana = make_user("ana")
    there, here = logged_in(ana), logged_in(ana)
    device = Device.objects.order_by("pk")[0]
    with django_capture_on_commit_callbacks(execute=True):
        answer = here.delete(f"/api/v1/me/devices/{device.public_id}")

    assert answer.json() == {}
    assert ended == [device.pk]
    assert registry.find_caller(there.cookies["sessionid"].value) is None
    assert not Session.objects.filter(session_key=there.cookies["sessionid"].value).exists()
    assert there.get("/api/v1/me").status_code == 401
    assert here.get("/api/v1/me").status_code == 200


def test_sockets_stay_open_until_the_commit(make_user, logged_in, ended, django_capture_on_commit_callbacks, now):
    ana = make_user("ana")
    logged_in(ana)
    device = Device.objects.get()

    with django_capture_on_commit_callbacks() as callbacks:
        devices.sign_out_device(user_id=ana.pk, device_public_id=device.public_id, by_device_id=device.pk, now=now)

    assert ended == []
    assert len(callbacks) == 1


def test_outsider_cannot_sign_out_a_device(make_user, logged_in, ended, now):
    ana, eve = make_user("ana"), make_user("eve")
    client = logged_in(ana)
    device = Device.objects.get()

    with pytest.raises(DeviceNotFound):
        devices.sign_out_device(user_id=eve.pk, device_public_id=device.public_id, by_device_id=None, now=now)
    answer = logged_in(eve).delete(f"/api/v1/me/devices/{device.public_id}")
    missing = logged_in(eve).delete(f"/api/v1/me/devices/{uuid.uuid4()}")

    assert (answer.status_code, answer.content) == (404, missing.content)
    assert answer.json()["code"] == "accounts.device_not_found"
    assert client.get("/api/v1/me").status_code == 200


def test_signing_out_twice_changes_nothing(make_user, logged_in, now):
    ana = make_user("ana")
    logged_in(ana)
    device = Device.objects.get()

    devices.sign_out_device(user_id=ana.pk, device_public_id=device.public_id, by_device_id=device.pk, now=now)
    devices.sign_out_device(
        user_id=ana.pk, device_public_id=device.public_id, by_device_id=device.pk, now=now + timedelta(hours=1)
    )

    device.refresh_from_db()
    assert device.ended_at == now


@pytest.fixture
def owner_and_thief(make_user, logged_in, now):
    """The device on which an account began, and one that came later with nothing but a code."""
    ana = make_user("ana")
    owner, thief = logged_in(ana), logged_in(ana)
    trusted, other = Device.objects.order_by("pk")
    devices.trust_device(user_id=ana.pk, device_id=trusted.pk, now=now)
    return owner, trusted, thief, other


def test_untrusted_device_cannot_sign_out_the_owner(owner_and_thief):
    owner, trusted, thief, other = owner_and_thief

    over_rest = thief.delete(f"/api/v1/me/devices/{trusted.public_id}")
    on_page = thief.post(f"/saya/perangkat/{trusted.public_id}/keluar/")

    assert (over_rest.status_code, over_rest.json()["code"]) == (403, "accounts.device_kept")
    assert on_page.status_code == 403
    assert "dari perangkat tepercaya" in on_page.content.decode()
    trusted.refresh_from_db()
    assert (trusted.ended_at, trusted.trusted_at is None) == (None, False)
    assert owner.get("/api/v1/me").status_code == 200
    # The owner signs the thief out; and everybody may leave by themselves.
    assert owner.delete(f"/api/v1/me/devices/{other.public_id}").json() == {}
    assert thief.get("/api/v1/me").status_code == 401
    assert owner.delete(f"/api/v1/me/devices/{trusted.public_id}").json() == {}
    assert owner.get("/api/v1/me").status_code == 401


def test_untrusted_device_can_sign_itself_out(owner_and_thief):
    _owner, _trusted, thief, other = owner_and_thief

    assert thief.delete(f"/api/v1/me/devices/{other.public_id}").json() == {}

    assert thief.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("browser_hash", ["hers", ""])
def test_logged_out_browser_keeps_its_trust_against_an_untrusted_device(owner_and_thief, browser_hash, now):
    owner, trusted, thief, _other = owner_and_thief
    Device.objects.filter(pk=trusted.pk).update(browser_hash=browser_hash)
    devices.end_session(session_key=trusted.session_key, now=now)

    assert thief.delete(f"/api/v1/me/devices/{trusted.public_id}").json()["code"] == "accounts.device_kept"

    trusted.refresh_from_db()
    assert trusted.trusted_at == now
    assert owner.get("/api/v1/me").status_code == 401


def test_older_login_of_a_trusted_browser_is_kept_too(owner_and_thief, logged_in):
    _owner, trusted, thief, _other = owner_and_thief
    logged_in(trusted.user)
    older = Device.objects.order_by("pk").last()
    Device.objects.filter(pk__in=(trusted.pk, older.pk)).update(browser_hash="hers")

    assert thief.delete(f"/api/v1/me/devices/{older.public_id}").json()["code"] == "accounts.device_kept"

    trusted.refresh_from_db()
    assert trusted.trusted_at is not None


def test_device_use_is_recorded_once_a_minute(make_user, logged_in):
    ana = make_user("ana")
    session_key = logged_in(ana).cookies["sessionid"].value
    start = Device.objects.get().last_seen_at

    devices.touch_device(session_key=session_key, now=start + timedelta(seconds=59))
    assert Device.objects.get().last_seen_at == start
    devices.touch_device(session_key=session_key, now=start + timedelta(seconds=61))
    assert Device.objects.get().last_seen_at == start + timedelta(seconds=61)


def test_pages_record_device_use_without_further_queries(make_user, logged_in, django_assert_num_queries):
    client = logged_in(make_user("ana"))
    Device.objects.update(last_seen_at=clock.now() - timedelta(hours=1))

    client.get("/api/v1/me")
    seen_at = Device.objects.get().last_seen_at
    assert clock.now() - seen_at < timedelta(minutes=1)

    with django_assert_num_queries(5):  # Session, person; the door's own look at the session, profile, number.
        client.get("/api/v1/me")
    assert Device.objects.get().last_seen_at == seen_at


def test_device_with_only_a_socket_is_in_use(make_user, logged_in, django_assert_num_queries):
    session_key = logged_in(make_user("ana")).cookies["sessionid"].value
    Device.objects.update(last_seen_at=clock.now() - timedelta(days=89))

    registry.find_caller(session_key)

    assert clock.now() - Device.objects.get().last_seen_at < timedelta(minutes=1)
    with django_assert_num_queries(1):
        registry.find_caller(session_key)


def test_session_of_a_returning_visitor_is_extended(make_user, logged_in):
    from superapp.accounts import sessions

    client = logged_in(make_user("ana"))
    session = client.session
    session[sessions.RENEWED_AT_KEY] = int((clock.now() - timedelta(days=8)).timestamp())
    session.save()
    Session.objects.update(expire_date=clock.now() + timedelta(days=2))

    client.get("/api/v1/me")

    assert Session.objects.get().expire_date > clock.now() + timedelta(days=89)


def test_responses_are_in_the_language_of_the_person(make_user, logged_in):
    english, indonesian = make_user("ana", language="en"), make_user("bo", language="id")
    path = f"/api/v1/contacts/{uuid.uuid4()}"

    assert logged_in(english).delete(path).json()["message"] == "No one found."
    assert logged_in(indonesian).delete(path).json()["message"] == "Tidak ditemukan."
