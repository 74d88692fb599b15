"""The order of pinned conversations: the newest on top, and as their person moves them."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from chat import api
from chat.actions.preferences import move_pinned
from chat.errors import ConversationNotFound, NotPinned
from chat.models import Member
from superapp.realtime import user_topic
from tests.chat.conftest import everything


@pytest.fixture
def shelf(ana, make_user, make_direct, post):
    """Three conversations of ana, pinned one after the other, and the names by which they are found."""
    found = {}
    for name in ("bo", "citra", "dewi"):
        other = make_user(name)
        conversation = make_direct(ana, other)
        post(conversation, other)
        api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, is_pinned=True)
        found[name] = conversation
    return found


def order(user, shelf):
    """The names of the pinned conversations from the top."""
    names = {conversation.pk: name for name, conversation in shelf.items()}
    pinned = Member.objects.filter(user=user, is_pinned=True).order_by("-pin_order")
    return [names[member.conversation_id] for member in pinned]


def move(shelf, user, name, beside, *, is_below=False):
    one, other = shelf[name].public_id, shelf[beside].public_id
    return move_pinned(conversation_id=one, user_id=user.pk, beside=other, is_below=is_below)


def test_conversation_that_was_pinned_last_is_on_top(ana, shelf):
    assert order(ana, shelf) == ["dewi", "citra", "bo"]

    bo = shelf["bo"].public_id
    api.update_preferences(conversation_id=bo, user_id=ana.pk, is_pinned=False)
    assert Member.objects.get(conversation=shelf["bo"], user=ana).pin_order == 0
    api.update_preferences(conversation_id=bo, user_id=ana.pk, is_pinned=True)

    assert order(ana, shelf) == ["bo", "dewi", "citra"]


@pytest.mark.parametrize(
    ("name", "beside", "is_below", "expected", "changes"),
    [
        ("bo", "citra", False, ["dewi", "bo", "citra"], 2),
        ("dewi", "citra", True, ["citra", "dewi", "bo"], 2),
        ("bo", "dewi", False, ["bo", "dewi", "citra"], 3),
        ("dewi", "bo", True, ["citra", "bo", "dewi"], 3),
        ("citra", "dewi", True, ["dewi", "citra", "bo"], 0),
        ("citra", "bo", False, ["dewi", "citra", "bo"], 0),
        ("citra", "citra", False, ["dewi", "citra", "bo"], 0),
    ],
)
def test_moved_conversation_stands_beside_the_other_on_all_devices(
    ana, shelf, ask, commit, name, beside, is_below, expected, changes
):
    before = user_topic.current_rev(ana.pk)

    with commit() as hints:
        answer = ask(
            ana,
            "chat.pin_move",
            conversation=str(shelf[name].public_id),
            beside=str(shelf[beside].public_id),
            below=is_below,
        )

    assert order(ana, shelf) == expected
    assert [(to, hint["rev"]) for to, hint in hints] == [([ana.pk], before + 1 + one) for one in range(changes)]
    assert answer["me"] <= before + changes == user_topic.current_rev(ana.pk)
    told = ask(ana, "me.changes", after=before)["rows"]
    assert told == [hint["row"] for _to, hint in hints]
    with commit() as again:
        move(shelf, ana, name, beside, is_below=is_below)
    assert (order(ana, shelf), again) == (expected, [])


def test_order_of_one_person_is_nothing_to_another(ana, shelf):
    mine = {row["id"]: row for row in Member.objects.exclude(user=ana).values()}

    move(shelf, ana, "bo", "dewi")

    assert {row["id"]: row for row in Member.objects.exclude(user=ana).values()} == mine


def test_conversation_that_is_not_pinned_has_no_place(ana, shelf):
    api.update_preferences(conversation_id=shelf["bo"].public_id, user_id=ana.pk, is_pinned=False)
    before = everything()

    for name, beside in (("bo", "citra"), ("citra", "bo")):
        with pytest.raises(NotPinned):
            move(shelf, ana, name, beside)
    assert everything() == before


def test_outsider_and_unknown_conversations_have_no_place(ana, shelf, make_user):
    eve = make_user("eve")
    before = everything()

    with pytest.raises(ConversationNotFound):
        move(shelf, eve, "bo", "citra")
    for one, other in ((shelf["bo"].public_id, uuid.uuid4()), (uuid.uuid4(), shelf["bo"].public_id)):
        with pytest.raises(ConversationNotFound):
            move_pinned(conversation_id=one, user_id=ana.pk, beside=other, is_below=False)
    assert everything() == before


def test_list_shows_pinned_conversations_in_their_order(ana, shelf, client):
    client.force_login(ana)
    move(shelf, ana, "bo", "citra")

    page = client.get(reverse("chat:list")).content.decode()

    shown = re.findall(r'<li class="row" data-conversation="([^"]+)"', page)
    assert shown == [str(shelf[name].public_id) for name in ("dewi", "bo", "citra")]


def test_pinned_conversations_are_all_on_the_first_page_and_on_no_other(
    ana, shelf, client, make_user, make_direct, post, monkeypatch
):
    monkeypatch.setattr("chat.queries.summaries.SUMMARIES_PER_PAGE", 2)
    newer = []
    for name in ("euis", "fajar", "gita"):
        other = make_user(name)
        newer.insert(0, make_direct(ana, other))
        post(newer[0], other)
    client.force_login(ana)
    address, pages = reverse("chat:list"), []
    while address:
        page = client.get(address).content.decode()
        pages.append(re.findall(r'<li class="row" data-conversation="([^"]+)"', page))
        more = re.search(r'conversations__more" href="([^"]+)"', page)
        address = more and reverse("chat:list") + more[1]

    pinned = [str(shelf[name].public_id) for name in ("dewi", "citra", "bo")]
    others = [str(talk.public_id) for talk in newer]
    assert pages == [[*pinned, *others[:2]], others[2:], []]


def test_pinned_conversations_beyond_a_page_are_on_later_pages(ana, shelf, client, monkeypatch):
    monkeypatch.setattr("chat.queries.summaries.SUMMARIES_PER_PAGE", 1)
    monkeypatch.setattr("chat.queries.summaries.PINNED_ON_FIRST_PAGE_MAX", 2)
    client.force_login(ana)
    address, pages = reverse("chat:list"), []
    while address:
        page = client.get(address).content.decode()
        pages.append(re.findall(r'<li class="row" data-conversation="([^"]+)"', page))
        more = re.search(r'conversations__more" href="(\?[^"]+)"', page)
        address = more and reverse("chat:list") + more[1]

    shown = [one for page in pages for one in page]
    assert pages[0] == [str(shelf[name].public_id) for name in ("dewi", "citra")]
    assert sorted(shown) == sorted(str(conversation.public_id) for conversation in shelf.values())


def test_details_move_a_pinned_conversation_without_a_script(ana, shelf, client):
    client.force_login(ana)
    keep, details = (reverse(f"chat:{page}", args=[shelf["dewi"].public_id]) for page in ("keep", "details"))
    top = client.get(details).content.decode()

    client.post(keep, {"pin_move": "down"})
    between = client.get(details).content.decode()
    client.post(keep, {"pin_move": "down"})
    lowest = client.get(details).content.decode()
    client.post(keep, {"pin_move": "down"})

    assert order(ana, shelf) == ["citra", "bo", "dewi"]
    pages = (top, between, lowest)
    shown = [[way for way in ("up", "down") if f'name="pin_move" value="{way}"' in page] for page in pages]
    assert shown == [["down"], ["up", "down"], ["up"]]


def test_conversation_that_is_not_pinned_is_not_moved_by_its_form(ana, shelf, client):
    client.force_login(ana)
    api.update_preferences(conversation_id=shelf["bo"].public_id, user_id=ana.pk, is_pinned=False)

    client.post(reverse("chat:keep", args=[shelf["bo"].public_id]), {"pin_move": "up"})
    client.post(reverse("chat:keep", args=[shelf["citra"].public_id]), {"pin_move": "sideways"})

    assert order(ana, shelf) == ["dewi", "citra"]
