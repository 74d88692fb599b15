"""Push messages: an id alone, once for each conversation until it is read, to devices that are logged in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from chat import api as chat
from superapp.accounts.actions import devices
from superapp.core import jobs
from superapp.core.errors import Unavailable
from superapp.core.models import Job
from superapp.notifications.actions import notices, subscriptions
from superapp.notifications.actions.fact_tap import FactTap
from superapp.notifications.adapters import vapid_keys
from superapp.notifications.adapters.web_push import PushSender
from superapp.notifications.errors import EndpointRefused, NoticeNotFound, PushDisabled, SubscriptionInvalid
from superapp.notifications.models import Notification, PushSubscription
from superapp.realtime import bus
from tests.harness.push_server import HOST, BrowserKeys, PushServer, verify_vapid
from tests.harness.socket_client import log_in

pytestmark = pytest.mark.django_db
PUBLIC = "93.184.216.34"


@pytest.fixture
def push_on(settings):
    settings.FOREIGN_PUSH = "id_only"
    settings.PUSH_HOSTS = [HOST]
    settings.VAPID_SUBJECT = "mailto:ops@nusa.example"
    settings.VAPID_PRIVATE_KEY = vapid_keys.make_private_key()
    return settings


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A push service on this machine, to which the sender is led for every address that it checked."""
    server = PushServer(tmp_path)
    monkeypatch.setattr(
        subscriptions, "sender", PushSender(resolve=lambda _host: [PUBLIC], context=server.context, port=server.port)
    )
    monkeypatch.setattr(
        "superapp.notifications.adapters.web_push.socket.create_connection",
        lambda address, timeout: connect(("127.0.0.1", address[1]), timeout),
    )
    yield server
    server.stop()


def connect(address, timeout):
    import socket

    sock = socket.socket()
    sock.settimeout(timeout)
    sock.connect(address)
    return sock


@pytest.fixture
def subscribe(push_on, ask):
    """Subscribe a new device of a person: ``subscribe(ana)`` → its keys and the device."""

    def make(user, path="/wp/1"):
        device, keys = log_in(user), BrowserKeys()
        ask(
            user,
            "notifications.subscribe",
            device_id=device.pk,
            endpoint=f"https://{HOST}{path}",
            p256dh=keys.p256dh,
            auth=keys.auth,
        )
        return keys, device

    return make


@pytest.fixture
def tap(monkeypatch, django_capture_on_commit_callbacks):
    """The tap, with its thread's work done by ``hear``: what hints carry while a function runs is written down."""
    tap = FactTap()
    monkeypatch.setattr(bus, "_observers", [tap.observe])
    monkeypatch.setattr(FactTap, "_start", lambda self: None)
    tap.open()
    monkeypatch.setattr(bus, "_observers", [tap.observe])
    return tap


@pytest.fixture
def hear(tap, say, monkeypatch, now, django_capture_on_commit_callbacks):
    """Post a message, and have the tap write down what it heard at this moment."""

    def post(conversation, sender, body="halo kak", *, at=now):
        monkeypatch.setattr("superapp.notifications.actions.fact_tap.clock.now", lambda: at)
        with django_capture_on_commit_callbacks(execute=True):
            seq = say(conversation, sender, body)
        tap.flush()
        return seq

    return post


@pytest.fixture
def two(make_user, talk):
    ana, bo = make_user("ana"), make_user("bo")
    return ana, bo, talk(ana, bo)


def work(now):
    """Do what the scheduler and a worker do at this moment; return how many pushes were sent."""
    notices.send_due(now)
    rows = list(Job.objects.filter(name=notices.PUSH_JOB))
    for row in rows:
        subscriptions.push(**row.arguments, now=now)
    Job.objects.all().delete()
    return len(rows)


def later(now, seconds=10):
    return now + timedelta(seconds=seconds)


def test_unseen_message_is_pushed_as_an_id_that_the_browser_decrypts(two, subscribe, server, hear, now, push_on, ask):
    ana, bo, conversation = two
    keys, _device = subscribe(ana)
    hear(conversation, bo, "rahasia")

    assert work(later(now, 9)) == 0
    assert work(later(now)) == 1

    [(path, headers, body)] = server.received
    assert path == "/wp/1"
    message = keys.decrypt(body)
    [notification] = Notification.objects.all()
    assert message == {"id": str(notification.public_id)}
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "43200")
    claims, key = verify_vapid(headers["Authorization"])
    assert key == vapid_keys.public_key_of(push_on.VAPID_PRIVATE_KEY)
    assert claims == {
        "aud": f"https://{HOST}",
        "sub": "mailto:ops@nusa.example",
        "exp": int((later(now) + timedelta(hours=12)).timestamp()),
    }
    # Home says what the id stands for, to its owner alone.
    notice = ask(ana, "notifications.pushed", notification=message["id"])["notice"]
    assert (notice["title"], notice["text"]) == (bo.name, "rahasia")
    with pytest.raises(NoticeNotFound):
        ask(bo, "notifications.pushed", notification=message["id"])


def test_conversation_is_pushed_once_until_read(two, subscribe, server, hear, now):
    ana, bo, conversation = two
    subscribe(ana)
    for second in range(5):
        hear(conversation, bo, f"pesan {second}", at=later(now, second))
    assert work(later(now, 20)) == 1
    seq = hear(conversation, bo, "masih di sana?", at=later(now, 30))
    assert work(later(now, 60)) == 0

    chat.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=seq)
    hear(conversation, bo, "sampai besok", at=later(now, 70))

    assert work(later(now, 79)) == 0
    assert work(later(now, 80)) == 1
    assert len(server.received) == 2


def test_delivered_or_read_message_is_not_pushed(two, subscribe, server, hear, now):
    ana, bo, conversation = two
    subscribe(ana)
    seq = hear(conversation, bo)
    chat.mark_delivered(user_id=ana.pk, marks=[(conversation.public_id, seq)])
    assert work(later(now)) == 0
    seq = hear(conversation, bo, at=later(now, 20))
    chat.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=seq)
    assert work(later(now, 40)) == 0

    assert server.received == []
    assert not Notification.objects.exists()


def test_muted_conversation_and_quiet_time_suppress_push(two, subscribe, server, hear, now, ask):
    from superapp.notifications.actions.preferences import PreferenceChanges, change_preferences

    ana, bo, conversation = two
    subscribe(ana)
    chat.update_preferences(
        conversation_id=conversation.public_id, user_id=ana.pk, muted_until=now + timedelta(hours=1)
    )
    hear(conversation, bo)
    assert work(later(now)) == 0
    chat.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, muted_until=None)
    change_preferences(user_id=ana.pk, changes=PreferenceChanges(paused_until=now + timedelta(hours=1)), now=now)
    hear(conversation, bo, at=later(now, 20))
    assert work(later(now, 40)) == 0

    assert server.received == []


def test_push_goes_to_every_device_once_and_not_to_the_sender(two, subscribe, server, hear, now):
    ana, bo, conversation = two
    subscribe(bo, "/wp/bo")
    subscribe(ana, "/wp/phone")
    subscribe(ana, "/wp/desk")

    hear(conversation, bo)
    work(later(now))

    assert sorted(path for path, _headers, _body in server.received) == ["/wp/desk", "/wp/phone"]


@pytest.mark.parametrize("status", [404, 410])
def test_subscription_gone_at_the_push_service_is_deleted(two, subscribe, server, hear, now, status):
    ana, bo, conversation = two
    subscribe(ana)
    server.status = status
    hear(conversation, bo)

    work(later(now))

    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_overloaded_push_service_is_retried(two, subscribe, server, hear, now, status):
    ana, bo, conversation = two
    subscribe(ana)
    server.status = status
    hear(conversation, bo)

    with pytest.raises(Unavailable):
        work(later(now))

    assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 403])
def test_push_redirect_is_not_followed_and_refusal_is_final(two, subscribe, server, hear, now, status):
    ana, bo, conversation = two
    subscribe(ana)
    server.status, server.headers = status, {"Location": f"https://{HOST}/elsewhere"}
    hear(conversation, bo)

    work(later(now))

    assert [path for path, _headers, _body in server.received] == ["/wp/1"]
    assert PushSubscription.objects.count() == 1


def test_slow_dripping_push_response_is_aborted(two, subscribe, server, hear, now, monkeypatch):
    ana, bo, conversation = two
    subscribe(ana)
    monkeypatch.setattr("superapp.notifications.adapters.web_push.SECONDS_MAX", 0.4)
    server.answers, server.pause_seconds = [b"x"] * 12, 0.1  # Its thread ends with the last one.
    hear(conversation, bo)

    with pytest.raises(Unavailable):
        work(later(now))


def test_logged_out_device_loses_its_subscription(two, subscribe, server, hear, now):
    ana, bo, conversation = two
    _keys, device = subscribe(ana)
    hear(conversation, bo)

    devices.end_session(session_key=device.session_key, now=now)

    assert work(later(now)) == 0
    assert subscriptions.delete_ended() == 1
    assert server.received == []


def test_subscription_of_a_browser_moves_to_the_next_person(two, subscribe):
    ana, bo, _conversation = two
    subscribe(ana)
    subscribe(bo)

    assert PushSubscription.objects.get().user_id == bo.pk


def test_unsubscribing_affects_only_the_own_device(two, subscribe, ask):
    ana, bo, _conversation = two
    _keys, device = subscribe(ana, "/wp/ana")
    _keys, other = subscribe(bo, "/wp/bo")
    assert ask(ana, "notifications.push", device_id=device.pk)["here"] is True

    ask(ana, "notifications.unsubscribe", device_id=device.pk)

    assert ask(ana, "notifications.push", device_id=device.pk)["here"] is False
    assert PushSubscription.objects.get().device_id == other.pk


def test_push_turned_off_by_the_operator_is_refused(two, ask, settings, hear, now):
    ana, bo, conversation = two
    device, keys = log_in(ana), BrowserKeys()
    assert settings.FOREIGN_PUSH == "off"

    assert ask(ana, "notifications.push", device_id=device.pk) == {"key": None, "here": False}
    with pytest.raises(PushDisabled):
        ask(
            ana,
            "notifications.subscribe",
            device_id=device.pk,
            endpoint=f"https://{HOST}/1",
            p256dh=keys.p256dh,
            auth=keys.auth,
        )
    hear(conversation, bo)
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"p256dh": "x"}, {"p256dh": "A" * 87}, {"p256dh": ""}, {"auth": "AAAA"}, {"auth": "!"}, {"p256dh": "é" * 87}],
    ids=str,
)
def test_invalid_subscription_keys_are_refused(make_user, push_on, ask, fields):
    ana, keys = make_user("ana"), BrowserKeys()
    device = log_in(ana)
    given = {"endpoint": f"https://{HOST}/1", "p256dh": keys.p256dh, "auth": keys.auth, **fields}

    with pytest.raises(SubscriptionInvalid):
        ask(ana, "notifications.subscribe", device_id=device.pk, **given)

    assert not PushSubscription.objects.exists()


def test_endpoint_resolving_to_a_private_address_ends_the_subscription(two, subscribe, server, hear, now, monkeypatch):
    """Rebinding: the name was a public one when the browser subscribed."""
    ana, bo, conversation = two
    subscribe(ana)
    monkeypatch.setattr(subscriptions, "sender", PushSender(resolve=lambda _host: ["10.0.0.7"]))
    hear(conversation, bo)

    work(later(now))

    assert server.received == []
    assert not PushSubscription.objects.exists()


def test_host_removed_from_the_allowed_list_is_not_called(two, subscribe, server, hear, now, settings):
    ana, bo, conversation = two
    subscribe(ana)
    settings.PUSH_HOSTS = ["other.example"]
    hear(conversation, bo)

    work(later(now))

    assert server.received == []


def test_endpoint_of_another_host_is_refused(make_user, push_on, ask):
    ana, keys = make_user("ana"), BrowserKeys()
    device = log_in(ana)

    with pytest.raises(EndpointRefused):
        ask(
            ana,
            "notifications.subscribe",
            device_id=device.pk,
            endpoint="https://evil.example/1",
            p256dh=keys.p256dh,
            auth=keys.auth,
        )


def test_push_job_with_a_missing_row_does_nothing(now):
    assert notices.PUSH_JOB in jobs.handlers

    subscriptions.push(notification=1, subscription=1, now=now)


def test_generated_vapid_key_is_accepted_by_the_settings(capsys):
    call_command("make_push_key")

    first = capsys.readouterr().out.splitlines()[0]
    private = first.removeprefix("VAPID_PRIVATE_KEY=")
    assert len(private) == 43
    assert len(vapid_keys.decode(vapid_keys.public_key_of(private))) == 65
