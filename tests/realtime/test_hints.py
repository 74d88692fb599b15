"""Hints over a socket: after the commit, to whoever may hear them, with flow control."""

from __future__ import annotations

import pytest
from django.db import transaction

from superapp.core.errors import DomainError, ErrorKind
from superapp.realtime import bus, hints, registry, user_topic
from superapp.realtime.bus import UserHint
from superapp.realtime.hub import hub
from superapp.realtime.registry import TopicKind


def change(user, **row):
    with transaction.atomic():
        rev = user_topic.next_rev(user.pk)
        user_topic.send_change(user.pk, "thing.changed", {"kind": "thing", "rev": rev, **row})
    return rev


def test_hint_of_a_person_reaches_their_sockets_only(connect, make_user):
    ana, eve = make_user("ana"), make_user("eve")
    phone, desk, of_eve = connect(ana), connect(ana), connect(eve)

    rev = change(ana, colour="red")

    hint = {"on": "me", "rev": 1, "say": "thing.changed", "row": {"kind": "thing", "rev": 1, "colour": "red"}}
    assert rev == 1
    assert [phone.read(), desk.read()] == [hint, hint]
    assert of_eve.hints() == []


def test_rolled_back_change_sends_no_hint(connect, make_user):
    ana = make_user("ana")
    client = connect(ana)

    with transaction.atomic():
        hints.send_after_commit([ana.pk], {"on": "me", "say": "thing.changed"})
        transaction.set_rollback(True)

    assert client.hints() == []


def test_hint_waits_for_the_commit(connect, make_user):
    ana = make_user("ana")
    client = connect(ana)

    with transaction.atomic():
        hints.send_after_commit([ana.pk], {"on": "me", "say": "thing.changed"})
        before = client.hints()

    assert before == []
    assert client.read() == {"on": "me", "say": "thing.changed"}


def test_ready_names_the_rev_after_which_hints_follow(connect, make_user):
    ana = make_user("ana")
    change(ana)

    client = connect(ana)
    change(ana)

    assert client.ready["me"] == 1
    assert client.read()["rev"] == 2


def test_client_without_acknowledgements_is_closed_after_256_hints(connect, make_user):
    ana = make_user("ana")
    slow, quick = connect(ana), connect(ana)

    for number in range(1, 301):
        bus.publish([UserHint([ana.pk], b'{"on":"me","say":"n"}')])
        if number % 20 == 0:
            quick.send({"ack": number})

    assert slow.wait_closed() == 4408
    assert len(quick.hints()) == 300
    assert list(quick.ok("ping")) == ["now"]


def test_client_without_acknowledgements_is_closed_after_a_mebibyte(connect, make_user):
    ana = make_user("ana")
    client = connect(ana)

    for _ in range(18):
        bus.publish([UserHint([ana.pk], b'{"on":"me","pad":"' + b"x" * 60_000 + b'"}')])

    assert client.wait_closed() == 4408


def test_responses_do_not_count_as_hints(connect, make_user):
    client = connect(make_user("ana"))

    for _ in range(290):
        client.ok("ping")
    client.send({"ack": 0})

    assert list(client.ok("ping")) == ["now"]


class NotYours(DomainError):
    code = "test.not_yours"
    kind = ErrorKind.NOT_FOUND
    message = "Order not found."


@pytest.fixture
def order(monkeypatch, make_user):
    """A kind of topic that ana alone may watch."""
    ana = make_user("ana")

    class Order:
        rev = 4
        owner = ana

    def rev_for(caller, key):
        if key != "17" or caller.user_id != ana.pk:
            raise NotYours
        return Order.rev

    monkeypatch.setitem(registry.topic_kinds, "order", TopicKind("order", rev_for))
    return Order


def test_watch_returns_the_rev_and_starts_hints(connect, order):
    client = connect(order.owner)

    answered = client.ok("watch", topic="order:17")
    bus.publish_topic("order:17", b'{"on":"order:17","rev":5}')

    assert answered == {"rev": 4}
    assert client.read() == {"on": "order:17", "rev": 5}


def test_unwatch_stops_hints(connect, order):
    client = connect(order.owner)
    client.ok("watch", topic="order:17")

    client.ok("unwatch", topic="order:17")
    bus.publish_topic("order:17", b'{"on":"order:17","rev":5}')

    assert client.hints() == []
    assert list(hub.topics) == []


def test_outsider_cannot_watch_and_gets_no_hints(connect, order, make_user):
    of_eve = connect(make_user("eve"))

    told = of_eve.err("watch", topic="order:17")
    bus.publish_topic("order:17", b'{"on":"order:17","rev":5}')

    assert told["code"] == "test.not_yours"
    assert of_eve.hints() == []
    assert list(hub.topics) == []


@pytest.mark.parametrize("topic", ["", "nonsense", "nonsense:1", "me", ":"])
def test_watch_of_an_unknown_topic_is_refused(connect, make_user, topic):
    assert connect(make_user("ana")).err("watch", topic=topic)["code"] == "unknown_topic"


def test_change_during_watch_setup_is_not_missed(connect, order, monkeypatch):
    looks = []

    def rev_for(_caller, _key):
        looks.append(order.rev)
        if len(looks) == 1:
            order.rev += 1  # Changed after the first look, and told to nobody here.
        return looks[-1]

    monkeypatch.setitem(registry.topic_kinds, "order", TopicKind("order", rev_for))

    assert connect(order.owner).ok("watch", topic="order:17") == {"rev": 5}
    assert looks == [4, 5]


def test_socket_watches_at_most_a_hundred_topics(connect, make_user, monkeypatch):
    monkeypatch.setitem(registry.topic_kinds, "thing", TopicKind("thing", lambda _caller, _key: 0))
    client = connect(make_user("ana"))
    watched = [client.ok("watch", topic=f"thing:{number}") for number in range(100)]

    refused = client.err("watch", topic="thing:100")
    client.ok("unwatch", topic="thing:0")

    assert watched == [{"rev": 0}] * 100
    assert refused["code"] == "too_many_topics"
    assert client.ok("watch", topic="thing:100") == {"rev": 0}
    client.leave()
    assert list(hub.topics) == []
