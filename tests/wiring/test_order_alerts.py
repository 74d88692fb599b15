"""A merchant who has not seen a paid order is told by text message: of paid orders alone, in their language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import api as shop
from shop.events import OrderPlaced
from superapp.accounts.models import DeveloperSms, PhoneNumber, User
from superapp.core.models import Job
from superapp.notifications.actions import alerts
from superapp.notifications.models import Alert
from superapp.wiring import order_alerts
from tests.wiring.order_facts import deliver, facts

NUMBER = "+6281299999902"


@pytest.fixture
def order(sale, settings, now):
    """The order and its merchant, who has a number; the product has heard of it."""
    settings.SMS_INBOX = True
    _ana, store, placed = sale
    PhoneNumber.objects.update_or_create(user_id=store.owner_id, defaults={"number": NUMBER, "verified_at": now})
    deliver()
    return store, placed


def work(now):
    alerts.send_due(now)
    for alert in Job.objects.filter(name=alerts.ALERT_JOB).values_list("arguments__alert", flat=True):
        alerts.send(alert=alert, now=now)
    Job.objects.all().delete()


def texts():
    return list(DeveloperSms.objects.filter(number=NUMBER).values_list("text", flat=True))


def test_merchant_gets_one_alert_after_fifteen_minutes(order, now):
    _store, placed = order
    [alert] = Alert.objects.all()

    work(alert.due_at - timedelta(seconds=1))
    assert texts() == []
    work(alert.due_at)
    work(alert.due_at + timedelta(days=1))

    [text] = texts()
    assert placed.number in text
    assert "Rp50.000" in text
    assert text.endswith(f"/pesanan/{placed.order}/")
    assert text.startswith("Nusa: pesanan baru")


def test_alert_is_in_the_language_of_the_merchant(order):
    store, _placed = order
    User.objects.filter(pk=store.owner_id).update(language="en")
    [alert] = Alert.objects.all()

    work(alert.due_at)

    assert texts()[0].startswith("Nusa: new paid order")


def test_accepted_order_has_no_alert(order, now):
    store, placed = order
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    [alert] = Alert.objects.all()

    work(alert.due_at)

    assert texts() == []


def test_fact_delivered_twice_raises_one_alert(sale, now):
    [placed] = [fact for fact in facts() if isinstance(fact, OrderPlaced)]

    order_alerts.raise_order_alert(placed, now=now)
    order_alerts.raise_order_alert(placed, now=now + timedelta(minutes=5))

    assert Alert.objects.count() == 1


def test_operator_can_disable_order_alerts(sale, settings):
    settings.ORDER_SMS_AFTER_MINUTES = 0

    deliver()

    assert not Alert.objects.exists()


def test_order_seen_before_its_fact_has_no_alert(sale, now):
    ana, store, placed = sale
    subject = f"shop.order:{placed.order}"

    alerts.mark_seen(user_id=ana.pk, subjects=[subject], now=now)
    alerts.mark_seen(user_id=store.owner_id, subjects=[subject, "shop.order:x", "lain:1"], now=now)
    deliver()

    [alert] = Alert.objects.all()
    assert (alert.user_id, alert.state, alert.seen_at) == (store.owner_id, "dropped", now)
