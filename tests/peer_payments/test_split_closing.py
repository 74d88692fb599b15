"""A bill that its maker closes is told of once, and changes its card once for each reader."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from peer_payments import api
from peer_payments.models import MoneyRequest
from superapp.core.models import Fact
from superapp.realtime import bus
from tests.peer_payments.asking import make_group, split
from tests.peer_payments.test_splits import card, deliver


def test_closed_bill_is_told_of_once_and_changes_its_card_once_for_each_reader(
    make_payer, now, monkeypatch, django_capture_on_commit_callbacks
):
    ana, *others = (make_payer(name) for name in ("ana", "bo", "cita", "deni"))
    group = make_group(ana, others, now)
    made = split(ana, group, [ana, *others], now)
    deliver()
    sent = []
    monkeypatch.setattr(bus, "publish", lambda hints: sent.extend(hints))

    with django_capture_on_commit_callbacks(execute=True):
        api.close_split(maker_id=ana.pk, split=made.public_id, now=now)
        published = list(Fact.objects.values_list("name", flat=True))
        deliver()

    readers = [user_id for hint in sent if b'"say":"message.changed"' in hint.encoded for user_id in hint.user_ids]
    assert published == ["peer_payments.split_changed"]
    assert sorted(readers) == sorted(user.pk for user in (ana, *others))
    assert (card()["state"], card()["open_names"]) == ("closed", "")


def test_closing_costs_the_same_for_a_bill_of_few_and_of_many(make_payer, now):
    ana, *others = (make_payer(name) for name in ("ana", "bo", "cita", "deni", "eka"))
    group = make_group(ana, others, now)
    few, many = split(ana, group, [ana, others[0]], now, key="few"), split(ana, group, [ana, *others], now, key="many")
    statements = []
    for made in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            api.close_split(maker_id=ana.pk, split=made.public_id, now=now)
        statements.append(len(captured))

    assert statements[0] == statements[1]
    closed = MoneyRequest.objects.values_list("state", "closed_at", "version").distinct()
    assert list(closed) == [("cancelled", now, 2)]
