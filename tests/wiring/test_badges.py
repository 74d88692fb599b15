"""Badges on the bar of every page and over the socket."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chat import api as chat
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.realtime import bus
from superapp.web import badges
from superapp.wiring import badges as wired
from tests.chat.conftest import entry

PAGES = ("/obrolan/", "/kontak/", "/pesanan/", "/tokoku/", "/dompet/", "/saya/")


@pytest.fixture
def post(now):
    """Post a message in a conversation."""

    def post(conversation, user):
        chat.post_message(entry(conversation, user), now=now)

    return post


@pytest.fixture
def bo_waits(make_payer, make_shop, make_product, buy, make_user, make_direct, post, now):
    """bo has one order to handle, two unread conversations, and three requests."""
    store = make_shop()
    bo = accounts.get_user_by_handle("bo")
    ana = make_payer("ana", 500_000_00)
    placed = buy(ana, make_product(store), 1)
    for name in ("caca", "dodi"):
        friend = make_user(name)
        post(make_direct(bo, friend), friend)
    for name in ("ela", "feri", "gani"):
        accounts.request_contact_by_handle(user_id=make_user(name).pk, handle="bo", now=now)
    return bo, placed


def counts(user, now):
    return badges.count_all(user.pk, now=now)


def bar(page: str) -> dict[str, str]:
    """Return the badges that the bar of a page shows, by name."""
    found = re.findall(r'<span class="badge" data-badge="(\w+)"( hidden)?>([^<]*)<', page)
    return {name: text for name, hidden, text in found if not hidden}


def test_badges_are_counted_by_one_statement(bo_waits, now, django_assert_num_queries):
    bo, _placed = bo_waits

    with django_assert_num_queries(1):
        counted = counts(bo, now)

    assert counted == {"chat": 2, "contacts": 3, "wallet": 0, "shop": 1}


def test_handled_items_leave_the_badges(bo_waits, now, make_user):
    bo, placed = bo_waits
    asker = accounts.get_user_by_handle("ela")
    first, second = chat.list_summaries(bo.pk).rows
    chat.mark_read(conversation_id=first.id, user_id=bo.pk, seq=1)
    chat.update_preferences(conversation_id=second.id, user_id=bo.pk, muted_until=now + timedelta(hours=1))
    accounts.block_person(user_id=bo.pk, peer_public_id=asker.public_id, now=now)
    shop.accept_order(user_id=bo.pk, order=placed.order, now=now)
    shop.ship_order(user_id=bo.pk, order=placed.order, courier="JNE", resi="JT1", now=now)

    assert counts(bo, now) == {"chat": 0, "contacts": 2, "wallet": 0, "shop": 0}
    # What was muted asks again when its time is over.
    assert counts(bo, now + timedelta(hours=2))["chat"] == 1


def test_conversation_marked_as_unread_counts_in_the_badge_until_read(bo_waits, now):
    bo, _placed = bo_waits
    first, second = chat.list_summaries(bo.pk).rows
    for one in (first, second):
        chat.mark_read(conversation_id=one.id, user_id=bo.pk, seq=1)

    chat.update_preferences(conversation_id=first.id, user_id=bo.pk, is_marked_unread=True)
    marked = counts(bo, now)["chat"]
    chat.mark_read(conversation_id=first.id, user_id=bo.pk, seq=1)

    assert (marked, counts(bo, now)["chat"]) == (1, 0)


def test_hidden_and_left_conversations_count_in_no_badge(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo)
    chat.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, is_hidden=True)
    group = chat.create_group(owner_id=bo.pk, title="Arisan", member_ids=[ana.pk], now=now)
    post(group, bo)
    chat.leave_group(conversation_id=group.public_id, user_id=ana.pk, now=now)

    assert counts(ana, now)["chat"] == 0


def test_archived_conversation_counts_in_no_badge_until_restored(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    chat.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, is_archived=True)
    post(talk, bo)

    archived = counts(ana, now)["chat"]
    chat.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, is_archived=False)

    assert (archived, counts(ana, now)["chat"]) == (0, 1)


def test_badges_count_own_items_only(bo_waits, make_user, now):
    eve = make_user("eve")

    assert counts(eve, now) == {"chat": 0, "contacts": 0, "wallet": 0, "shop": 0}


def test_badge_count_is_capped(make_user, make_direct, post, now, monkeypatch):
    monkeypatch.setattr(badges, "COUNT_MAX", 2)
    ana = make_user("ana")
    for number in range(4):
        friend = make_user(f"teman{number}")
        post(make_direct(ana, friend), friend)

    counted = counts(ana, now)["chat"]

    assert (counted, badges.format_count(counted), badges.format_count(2)) == (3, "2+", "2")


@pytest.mark.parametrize("path", PAGES)
def test_first_paint_of_every_page_shows_badges(bo_waits, client, path):
    bo, _placed = bo_waits
    client.force_login(bo)

    page = client.get(path).content.decode()

    assert bar(page) == {"chat": "2", "contacts": "3", "shop": "1"}
    assert f'data-person="{bo.public_id}"' in page
    assert ">2 belum dibaca</span>" in page


def test_cacheable_page_contains_no_badges(bo_waits, client, django_assert_num_queries):
    bo, _placed = bo_waits
    client.force_login(bo)

    for path in ("/obrolan/luring/", "/pesanan/luring/", "/tokoku/luring/"):
        page = client.get(path).content.decode()

        assert bar(page) == {}
        assert str(bo.public_id) not in page


def test_badge_counts_are_hinted_only_to_their_owner(bo_waits, client, make_user, ask):
    bo, _placed = bo_waits

    assert client.get("/api/v1/badges").status_code == 401
    assert ask(make_user("eve"), "badges") == {"counts": {"chat": 0, "contacts": 0, "wallet": 0, "shop": 0}}
    assert ask(bo, "badges") == {"counts": {"chat": 2, "contacts": 3, "wallet": 0, "shop": 1}}


def test_order_transitions_are_hinted_to_the_merchants_open_pages(bo_waits, monkeypatch):
    bo, _placed = bo_waits
    told = []
    monkeypatch.setattr(bus, "publish", told.extend)

    badges.notify_changed([bo.pk])

    assert [(one.user_ids, one.encoded) for one in told] == [([bo.pk], b'{"on":"badges","say":"badges.moved"}')]
    assert wired.notify_merchant_of_transition in _handlers("shop.order_moved")
    assert wired.notify_merchant_of_new_order in _handlers("shop.order_placed")


def test_duplicate_badge_name_is_refused():
    with pytest.raises(ValueError, match="chat"):
        badges.register(badges.Badge(name="chat", label="", rows=chat.unread_memberships))


def _handlers(name):
    from superapp.core import events

    return events.handlers_of(name)
