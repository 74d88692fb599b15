"""Text messages about what a person must not miss: once, capped, not to who wants none, safe when a process dies."""

from __future__ import annotations

import http.client
from datetime import timedelta

import pytest

from superapp.accounts.actions import texts
from superapp.accounts.adapters import sms_gateways
from superapp.accounts.errors import CodeNotSent
from superapp.core import clock
from superapp.core.models import Job
from superapp.notifications import api as notifications
from superapp.notifications.actions import alerts
from superapp.notifications.actions.alerts import ATTEMPT_LEASE
from superapp.notifications.actions.preferences import PreferenceChanges, change_preferences
from superapp.notifications.domain import alert_kinds
from superapp.notifications.models import Alert

pytestmark = pytest.mark.django_db
NUMBER = "+6281200000001"


class Killed(BaseException):
    """The process died: nothing after this line ran."""


class Gateway:
    """A gateway that writes down what it sends, and fails as it is told: ``failures`` are raised one after another."""

    def __init__(self):
        self.sent = []
        self.failures = []

    def send(self, *, number, text):
        failure = self.failures.pop(0) if self.failures else None
        if not isinstance(failure, CodeNotSent):
            self.sent.append((number, text))
        if failure is not None:
            raise failure


def failing(cause=None):
    error = CodeNotSent()
    error.__cause__ = cause
    return error


@pytest.fixture
def gateway(monkeypatch):
    gateway = Gateway()
    monkeypatch.setattr(sms_gateways, "get_gateway", lambda: gateway)
    return gateway


@pytest.fixture
def waiting(monkeypatch, bo):
    """The keys of facts that still wait for somebody; a kind of alert about them."""
    keys, owners = {"1", "2"}, {bo.pk}
    kind = notifications.AlertKind(
        name="test",
        is_pending=lambda user, key: key in keys and user in owners,
        text=lambda _user, key: f"Pesanan {key}",
    )
    monkeypatch.setitem(alert_kinds._kinds, "test", kind)
    return keys


@pytest.fixture
def bo(make_user, gateway):
    from superapp.accounts.models import PhoneNumber

    bo = make_user("bo")
    PhoneNumber.objects.update_or_create(user=bo, defaults={"number": NUMBER, "verified_at": clock.now()})
    return bo


@pytest.fixture(autouse=True)
def _kind(waiting):
    """The kind is there for every test, whether it names what waits or not."""


def raise_alert(bo, now, key="1", minutes=15):
    due_at = now + timedelta(minutes=minutes)
    notifications.raise_alert(user_id=bo.pk, subject=f"test:{key}", due_at=due_at, now=now)


def work(now):
    """Do what the scheduler and a worker do at this moment."""
    alerts.send_due(now)
    for alert in Job.objects.filter(name=alerts.ALERT_JOB).values_list("arguments__alert", flat=True):
        alerts.send(alert=alert, now=now)
    Job.objects.all().delete()


def states():
    return list(Alert.objects.order_by("pk").values_list("state", flat=True))


def test_alert_is_sent_once_when_due(bo, gateway, now):
    raise_alert(bo, now)
    raise_alert(bo, now, minutes=20)

    work(now + timedelta(minutes=14))
    assert gateway.sent == []
    for minutes in range(15, 600, 5):
        work(now + timedelta(minutes=minutes))

    assert gateway.sent == [(NUMBER, "Pesanan 1")]
    assert states() == ["sent"]


def test_alert_is_dropped_when_its_subject_is_handled(bo, gateway, waiting, now):
    raise_alert(bo, now)
    waiting.discard("1")

    work(now + timedelta(minutes=15))

    assert gateway.sent == []
    assert states() == ["dropped"]


def test_alert_is_dropped_when_its_subject_was_seen(bo, gateway, ask, make_user, now):
    raise_alert(bo, now)
    raise_alert(bo, now, "2")
    # Others' alerts are passed over, whoever names them.
    assert ask(make_user("eve"), "notifications.seen", subjects=["test:2", "x"]) == {}

    assert ask(bo, "notifications.seen", subjects=["test:1", "test:9"]) == {}
    work(now + timedelta(minutes=15))

    assert gateway.sent == [(NUMBER, "Pesanan 2")]
    assert states() == ["dropped", "sent"]


def test_alert_that_is_raised_while_its_subject_is_marked_is_seen(bo, gateway, monkeypatch, now):
    def is_pending(_user_id, _key):
        raise_alert(bo, now)
        return True

    kind = notifications.AlertKind(name="test", is_pending=is_pending, text=lambda _user, _key: "")
    monkeypatch.setitem(alert_kinds._kinds, "test", kind)
    alerts.mark_seen(user_id=bo.pk, subjects=["test:1"], now=now)

    assert Alert.objects.get().seen_at == now
    work(now + timedelta(minutes=15))
    assert gateway.sent == []


def test_alert_is_dropped_for_a_person_who_opted_out(bo, gateway, now):
    raise_alert(bo, now)
    change_preferences(user_id=bo.pk, changes=PreferenceChanges(has_sms=False), now=now)

    work(now + timedelta(minutes=15))

    assert gateway.sent == []
    assert states() == ["dropped"]


def test_alert_is_postponed_to_the_end_of_quiet_hours(bo, gateway, now):
    raise_alert(bo, now, minutes=0)
    change_preferences(user_id=bo.pk, changes=PreferenceChanges(paused_until=now + timedelta(hours=3)), now=now)

    work(now + timedelta(minutes=1))
    work(now + timedelta(hours=2))
    assert gateway.sent == []
    work(now + timedelta(hours=3))

    assert gateway.sent == [(NUMBER, "Pesanan 1")]


def test_alerts_are_limited_per_person_and_day(bo, gateway, waiting, settings, now):
    settings.ALERT_SMS_PER_DAY = 2
    waiting |= {"3", "4"}
    for key in "1234":
        raise_alert(bo, now, key, minutes=0)

    for hours in range(4):
        work(now + timedelta(hours=hours, minutes=1))

    assert [text for _number, text in gateway.sent] == ["Pesanan 1", "Pesanan 2"]
    assert states() == ["sent", "sent", "dropped", "dropped"]


def test_one_alert_covers_later_ones_until_seen(bo, gateway, waiting, now):
    waiting |= {"3"}
    for key in "123":
        raise_alert(bo, now, key, minutes=0)

    work(now + timedelta(minutes=1))
    first = list(gateway.sent)
    alerts.mark_seen(user_id=bo.pk, subjects=["test:1"], now=now + timedelta(minutes=2))
    work(now + timedelta(hours=1, minutes=1))

    assert first == [(NUMBER, "Pesanan 1")]
    assert gateway.sent == [(NUMBER, "Pesanan 1"), (NUMBER, "Pesanan 2")]


def test_refused_alert_is_retried_and_not_sent_twice(bo, gateway, now):
    raise_alert(bo, now, minutes=0)
    gateway.failures = [failing(), failing(ConnectionRefusedError())]

    for minutes in range(30):
        work(now + timedelta(minutes=minutes))

    assert gateway.sent == [(NUMBER, "Pesanan 1")]
    assert states() == ["sent"]


def test_alert_that_the_gateway_refuses_to_the_last_is_logged_and_counted_once(bo, gateway, now, caplog):
    raise_alert(bo, now, minutes=0)
    tries = []

    def refuse(**sent):
        tries.append(sent)
        raise CodeNotSent

    gateway.send = refuse
    before = alerts.alerts.labels("given_up")._value.get()

    for minutes in range(60):
        work(now + timedelta(minutes=minutes))

    assert (len(tries), states()) == (1 + alerts.REFUSALS_MAX, ["dropped"])
    assert alerts.alerts.labels("given_up")._value.get() - before == 1
    [line] = [record.msg for record in caplog.records if record.msg["event"] == "alert_given_up"]
    assert (line["kind"], line["refusals"], line["level"]) == ("test", len(tries), "warning")
    assert NUMBER not in str(line)
    assert "Pesanan" not in str(line)


@pytest.mark.parametrize("cause", [TimeoutError(), http.client.RemoteDisconnected(), ConnectionResetError()], ids=repr)
def test_alert_with_unknown_outcome_is_repeated_at_most_once(bo, gateway, now, cause):
    raise_alert(bo, now, minutes=0)
    tries = []
    gateway.failures = [failing(cause) for _ in range(9)]
    sending = gateway.send
    gateway.send = lambda **sent: (tries.append(sent), sending(**sent))

    for minutes in range(60):
        work(now + timedelta(minutes=minutes))

    assert len(tries) == 2
    assert states() == ["unknown"]


def test_alert_of_a_process_killed_after_sending_is_repeated_at_most_once(bo, gateway, now):
    raise_alert(bo, now, minutes=0)
    gateway.failures = [Killed(), Killed(), Killed()]

    for minutes in range(1, 60):
        try:
            work(now + timedelta(minutes=minutes))
        except Killed:
            Job.objects.all().delete()

    assert len(gateway.sent) == 2
    assert states() == ["unknown"]


def test_alert_being_sent_is_not_sent_by_another_process(bo, gateway, now):
    raise_alert(bo, now, minutes=0)
    alerts.send_due(now)
    [alert] = Alert.objects.all()
    Alert.objects.update(state=Alert.State.SENDING, attempts=1, attempted_at=now)

    alerts.send(alert=alert.pk, now=now + ATTEMPT_LEASE - timedelta(seconds=1))

    assert gateway.sent == []


def test_missing_number_and_used_up_budget_have_different_outcomes(bo, make_user, gateway, settings, now):
    nobody = make_user("ana")
    from superapp.accounts.models import PhoneNumber

    PhoneNumber.objects.filter(user=nobody).delete()
    assert texts.send_text(user_id=nobody.pk, text="x", now=now) is texts.TextOutcome.UNDELIVERABLE
    settings.SMS_PER_DAY = settings.SMS_PER_HOUR = 1
    assert texts.send_text(user_id=bo.pk, text="x", now=now) is texts.TextOutcome.SENT
    assert texts.send_text(user_id=bo.pk, text="x", now=now) is texts.TextOutcome.REFUSED
