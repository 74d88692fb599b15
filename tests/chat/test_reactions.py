"""Reactions in rows: counted for each emoji with the first few people, however many react; mine is in my marks."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import msgspec
import pytest
from django.apps import apps
from django.db import connection

from chat import api
from chat.domain.reactions import EMOJI_MAX, SHOWN_USERS
from chat.errors import ConversationNotFound, MessageNotFound, TooManyReactions
from chat.models import Message, MessageMark, Reaction
from superapp.accounts.models import User
from superapp.core.errors import InputInvalid
from tests.chat.conftest import everything, page_beside

MANY = 10_000


@pytest.fixture
def said(talk, bo, post):
    post(talk, bo)
    return talk


def react(conversation, user, emoji, now):
    return api.set_reaction(conversation_id=conversation.public_id, seq=1, by_user_id=user.pk, emoji=emoji, now=now)


def crowd(conversation, emojis, now):
    """Have so many people react, each with one of these emoji."""
    message = Message.objects.get(conversation=conversation, seq=1)
    people = User.objects.bulk_create([User(name=f"Orang {number}") for number in range(len(emojis))], batch_size=500)
    Reaction.objects.bulk_create(
        [
            Reaction(message=message, user=user, emoji=emoji, reacted_at=now)
            for user, emoji in zip(people, emojis, strict=True)
        ],
        batch_size=500,
    )
    return people


def row_of(ask, user, conversation):
    return ask(user, "chat.history", conversation=str(conversation.public_id))["rows"][0]


def test_row_counts_each_emoji_and_names_the_first_few(said, ana, ask, now):
    people = crowd(said, ["👍"] * 7 + ["😂"] * 2, now)
    react(said, ana, "😂", now)

    page = ask(ana, "chat.history", conversation=str(said.public_id))

    liked, laughed = page["rows"][0]["reactions"]
    assert (liked["emoji"], liked["count"]) == ("👍", 7)
    assert liked["users"] == [str(user.public_id) for user in people[:SHOWN_USERS]]
    assert (laughed["emoji"], laughed["count"]) == ("😂", 3)
    assert laughed["users"] == [*(str(user.public_id) for user in people[7:]), str(ana.public_id)]
    assert {person["id"] for person in page["people"]} >= {*liked["users"], *laughed["users"]}
    assert len(page["people"]) == 2 + SHOWN_USERS + 2


# Ten thousand people are stored for it.
@pytest.mark.timeout(400)
def test_ten_thousand_reactions_do_not_make_the_row_grow(said, ana, bo, ask, commit, now):
    crowd(said, ["👍", "❤️"] * 5, now)
    small = len(msgspec.json.encode(row_of(ask, ana, said)))
    crowd(said, ["👍", "❤️"] * (MANY // 2), now)

    with commit() as hints:
        react(said, ana, "👍", now)

    row = row_of(ask, ana, said)
    assert sum(one["count"] for one in row["reactions"]) == MANY + 11
    assert len(msgspec.json.encode(row)) <= small + 10
    changed = [hint["row"] for _to, hint in hints if hint["say"] == "message.changed"]
    assert changed == [row]
    assert str(ana.public_id) not in str(row["reactions"])
    assert ask(ana, "chat.conversation", conversation=str(said.public_id))["last"] == row


def test_own_reaction_is_in_the_marks_of_its_person_alone(said, ana, bo, ask, commit, now):
    place = str(said.public_id)
    with commit() as hints:
        answer = ask(ana, "chat.react", conversation=place, seq=1, emoji="👍")

    mark = answer["mark"]
    assert (mark["seq"], mark["reaction"], mark["votes"], mark["starred"]) == (1, "👍", [], False)
    assert [(to, hint["row"]) for to, hint in hints if hint["say"] == "mark.changed"] == [([ana.pk], mark)]
    assert ask(ana, "me.changes", after=mark["rev"] - 1)["rows"] == [mark]
    for command, fields in (("chat.history", {}), ("chat.changes", {"after": 0})):
        assert ask(ana, command, conversation=place, **fields)["marks"] == [mark]
        assert ask(bo, command, conversation=place, **fields)["marks"] == []


def test_reaction_that_is_removed_is_none_in_the_marks_and_keeps_the_others(said, ana, ask, now):
    place = str(said.public_id)
    ask(ana, "chat.mark", conversation=place, seq=1, starred=True)
    ask(ana, "chat.react", conversation=place, seq=1, emoji="👍")

    mark = ask(ana, "chat.react", conversation=place, seq=1, emoji=None)["mark"]

    assert (mark["reaction"], mark["starred"]) == (None, True)
    again = ask(ana, "chat.react", conversation=place, seq=1, emoji=None)["mark"]
    assert again == mark


def test_message_takes_no_more_different_emoji_than_it_can_show(said, ana, bo, ask, now):
    emojis = [chr(0x1F600 + number) for number in range(EMOJI_MAX)]
    crowd(said, emojis, now)
    before = everything()

    with pytest.raises(TooManyReactions):
        react(said, ana, "🙏", now)
    assert everything() == before

    react(said, ana, emojis[3], now)
    react(said, ana, emojis[4], now)
    Reaction.objects.filter(emoji=emojis[0]).delete()
    react(said, ana, "🙏", now)
    # Mine is not in the way of another one of mine.
    react(said, ana, "🎉", now)
    assert len(row_of(ask, ana, said)["reactions"]) == EMOJI_MAX


def test_reactors_come_in_pages_each_person_once(said, ana, ask, now, monkeypatch):
    monkeypatch.setattr("chat.queries.reactions.REACTORS_PER_PAGE", 3)
    people = crowd(said, ["👍", "😂"] * 4, now)
    place = str(said.public_id)

    seen, after = [], None
    for _page in range(9):
        page = ask(ana, "chat.reactors", conversation=place, seq=1, **({"after": after} if after else {}))
        assert [person["id"] for person in page["people"]] == [row["user"] for row in page["rows"]]
        seen += [(row["user"], row["emoji"]) for row in page["rows"]]
        after = page["next"]
        if after is None:
            break

    expected = [(str(user.public_id), ("👍", "😂")[number % 2]) for number, user in enumerate(people)]
    assert seen == expected
    laughed = ask(ana, "chat.reactors", conversation=place, seq=1, emoji="😂")
    assert [row["user"] for row in laughed["rows"]] == [user for user, emoji in expected if emoji == "😂"][:3]
    assert ask(ana, "chat.reactors", conversation=place, seq=1, emoji="💤")["rows"] == []


@pytest.mark.parametrize("after", ["", "x", "-1", "٣", "9" * 30])
def test_page_of_reactors_after_nonsense_is_refused(said, ana, ask, after):
    with pytest.raises(InputInvalid):
        ask(ana, "chat.reactors", conversation=str(said.public_id), seq=1, after=after)


def test_reactors_are_told_to_members_who_may_see_the_message_alone(group, people, ask, post, now):
    ana, bo, _citra, _dewi, eve = people
    place = str(group.public_id)
    seq = post(group, ana).seq
    ask(bo, "chat.react", conversation=place, seq=seq, emoji="👍")

    with pytest.raises(ConversationNotFound):
        ask(eve, "chat.reactors", conversation=place, seq=seq)
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=eve.pk, now=now)
    with pytest.raises(MessageNotFound):
        ask(eve, "chat.reactors", conversation=place, seq=seq)
    assert [row["user"] for row in ask(ana, "chat.reactors", conversation=place, seq=seq)["rows"]] == [
        str(bo.public_id)
    ]


def test_page_of_reactions_shows_everybody_by_emoji(said, ana, client, now, monkeypatch):
    monkeypatch.setattr("chat.queries.reactions.REACTORS_PER_PAGE", 3)
    crowd(said, ["👍"] * 4 + ["😂"], now)
    react(said, ana, "😂", now)
    client.force_login(ana)
    address = f"/obrolan/{said.public_id}/pesan/1/reaksi/"

    first = page_beside(client.get(address))
    laughed = page_beside(client.get(f"{address}?emoji=😂"))

    assert "Orang 2" in first
    assert "Orang 3" not in first
    assert 'href="?sesudah=' in first
    assert '<span class="figure">6</span>' in first
    assert "Kamu" in laughed
    assert "Orang 4" in laughed
    assert "Orang 1" not in laughed


def test_outsider_sees_no_page_of_reactions(said, make_user, client):
    client.force_login(make_user("eve"))

    assert client.get(f"/obrolan/{said.public_id}/pesan/1/reaksi/").status_code == 404


def test_reactions_from_before_are_noted_in_the_marks_of_their_people(said, ana, bo, ask, now):
    ask(bo, "chat.mark", conversation=str(said.public_id), seq=1, starred=True)
    starred = MessageMark.objects.get(user=bo)
    for user, emoji in ((ana, "👍"), (bo, "😂")):
        Reaction.objects.create(message=starred.message, user=user, emoji=emoji, reacted_at=now - timedelta(days=1))
    migration = import_module("chat.migrations.0018_own_reaction")

    migration.note_own_reactions(apps, SimpleNamespace(connection=connection))

    noted = {mark.user_id: mark for mark in MessageMark.objects.all()}
    assert {user: mark.reaction for user, mark in noted.items()} == {ana.pk: "👍", bo.pk: "😂"}
    assert (noted[bo.pk].is_starred, noted[bo.pk].rev) == (True, starred.rev)
    assert (noted[ana.pk].votes, noted[ana.pk].rev, noted[ana.pk].is_hidden) == ([], 0, False)
    assert [mark["reaction"] for mark in ask(ana, "chat.history", conversation=str(said.public_id))["marks"]] == ["👍"]
