"""Opening, coming, going and coming back: what each may see, and that nothing reaches who left."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from chat import api, errors
from chat.models import Conversation, Member, Message
from superapp.accounts import api as accounts
from superapp.realtime import user_topic
from tests.chat.conftest import everything

# Opening.


def test_direct_conversation_is_the_same_for_both_people(make_user, make_direct, ask):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    before = everything()

    opened = [ask(ana, "chat.open", user=str(bo.public_id)), ask(bo, "chat.open", user=str(ana.public_id))]

    assert [summary["id"] for summary in opened] == [str(conversation.public_id)] * 2
    assert everything() == before


def test_opened_conversation_is_hinted_to_both_and_starts_empty(make_user, commit, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)

    with commit() as hints:
        summary = ask(ana, "chat.open", user=str(bo.public_id))

    assert (summary["kind"], summary["title"], summary["last"]) == ("direct", None, None)
    assert (summary["rev"], summary["last_seq"], summary["counted"]) == (0, 0, 0)
    assert (summary["from_seq"], summary["until_seq"]) == (1, None)
    assert sorted(member["user"] for member in summary["members"]) == sorted([str(ana.public_id), str(bo.public_id)])
    assert sorted(person["name"] for person in summary["people"]) == ["Ana", "Bo"]
    assert [(to, hint["say"], hint["rev"]) for to, hint in hints] == [
        ([ana.pk], "membership.changed", user_topic.current_rev(ana.pk)),
        ([bo.pk], "membership.changed", user_topic.current_rev(bo.pk)),
    ]


@pytest.mark.parametrize("whom", ["a stranger", "who blocked me", "whom I blocked", "nobody"])
def test_refused_openings_have_the_same_error(make_user, ask, now, whom):
    ana, bo = make_user("ana"), make_user("bo")
    if "blocked" in whom:
        accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
        blocker, blocked = (bo, ana) if whom == "who blocked me" else (ana, bo)
        accounts.block_person(user_id=blocker.pk, peer_public_id=blocked.public_id, now=now)
    peer = uuid.uuid4() if whom == "nobody" else bo.public_id
    before = everything()

    with pytest.raises(errors.NotAccepted):
        ask(ana, "chat.open", user=str(peer))

    assert everything() == before
    assert not Conversation.objects.exists()


def test_existing_conversation_is_opened_despite_a_block(make_user, make_direct, post, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, bo, "sampai jumpa")
    accounts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    summary = ask(ana, "chat.open", user=str(bo.public_id))

    assert (summary["id"], summary["last"]["body"]) == (str(conversation.public_id), "sampai jumpa")


# Coming.


def add(conversation, by, user, now):
    api.add_member(conversation_id=conversation.public_id, by_user_id=by.pk, user_id=user.pk, now=now)


def leave(conversation, user, now):
    api.leave_group(conversation_id=conversation.public_id, user_id=user.pk, now=now)


@pytest.fixture
def group(make_user, make_group, post):
    """Ana and Bo have said one thing each in a group: the conversation, ana, bo, and citra who is not in it."""
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    conversation = make_group(ana, bo)
    post(conversation, ana, "satu")
    post(conversation, bo, "dua")
    return conversation, ana, bo, citra


def bodies(rows):
    return [row["body"] or row["event"]["name"] for row in rows]


def test_new_member_sees_later_messages_and_has_no_unread(group, post, ask, now):
    conversation, ana, bo, citra = group
    name = str(conversation.public_id)
    add(conversation, ana, citra, now)
    post(conversation, bo, "tiga")
    api.set_reaction(conversation_id=conversation.public_id, seq=1, by_user_id=bo.pk, emoji="👍", now=now)

    assert bodies(ask(citra, "chat.history", conversation=name)["rows"]) == ["member_joined", "tiga"]
    assert bodies(ask(citra, "chat.changes", conversation=name, after=0)["rows"]) == ["member_joined", "tiga"]
    assert bodies(ask(citra, "chat.messages", conversation=name, seqs=[1, 2, 3, 4])["rows"]) == [
        "member_joined",
        "tiga",
    ]
    summary = ask(citra, "chat.conversation", conversation=name)
    assert (summary["from_seq"], summary["last_seq"], summary["rev"], summary["counted"]) == (3, 4, 5, 3)
    assert (summary["mine"]["read_seq"], summary["mine"]["read_counted"], summary["mine"]["own_since"]) == (2, 2, 0)
    for command, fields in (("chat.react", {"emoji": "👍"}), ("chat.edit", {"body": "x", "edits": 0})):
        with pytest.raises(errors.MessageNotFound):
            ask(citra, command, conversation=name, seq=2, **fields)
    with pytest.raises(errors.ReplyNotFound):
        ask_to_reply(citra, conversation, 2, now)


def ask_to_reply(user, conversation, seq, now):
    entry = api.compose_message(
        conversation_id=conversation.public_id,
        sender_id=user.pk,
        sender_public_id=user.public_id,
        client_id="reply",
        body="balas",
        reply_to=seq,
    )
    return api.post_message(entry, now=now)


def test_reply_to_an_earlier_message_is_quoted_only_to_members_who_saw_it(group, post, ask, now):
    conversation, ana, bo, citra = group
    name = str(conversation.public_id)
    add(conversation, ana, citra, now)
    post(conversation, bo, "soal yang tadi", reply_to=1)

    assert bodies(ask(ana, "chat.history", conversation=name, limit=1)["quoted"]) == ["satu"]
    assert ask(citra, "chat.history", conversation=name, limit=1)["quoted"] == []


def test_joining_posts_a_system_event_by_the_admin_about_the_newcomer(group, commit, now):
    conversation, ana, bo, citra = group

    with commit() as hints:
        add(conversation, bo, citra, now)

    (mine_to, mine), (line_to, line), (group_to, state) = hints
    assert (mine_to, mine["say"], mine["row"]["until_seq"]) == ([citra.pk], "membership.changed", None)
    assert sorted(line_to) == [ana.pk, bo.pk, citra.pk]
    assert (line["row"]["kind"], line["row"]["from"], line["row"]["counted"]) == ("event", str(bo.public_id), 2)
    assert line["row"]["event"] == {"name": "member_joined", "user": str(citra.public_id)}
    assert (sorted(group_to), state["say"], state["group"]["member_count"]) == (sorted(line_to), "group.changed", 3)


def test_adding_a_member_again_changes_nothing(group, commit, now):
    conversation, ana, bo, _citra = group
    before = everything()

    with commit() as hints:
        add(conversation, ana, bo, now)

    assert hints == []
    assert everything() == before


def test_outsider_cannot_add_members(group, make_user, now):
    conversation, _ana, _bo, citra = group
    eve = make_user("eve")
    before = everything()

    for whom in (eve, citra):
        with pytest.raises(errors.ConversationNotFound):
            add(conversation, eve, whom, now)

    assert everything() == before


def test_direct_conversation_can_be_neither_joined_nor_left(make_user, make_direct, now):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    conversation = make_direct(ana, bo)
    before = everything()

    with pytest.raises(errors.NotAGroup):
        add(conversation, ana, citra, now)
    with pytest.raises(errors.NotAGroup):
        leave(conversation, ana, now)

    assert everything() == before


# Going.


def test_former_member_gets_no_later_message(group, post, commit, ask, now):
    conversation, ana, bo, citra = group
    name = str(conversation.public_id)
    cursor = ask(bo, "sync", cursor=None)["cursor"]
    leave(conversation, bo, now)
    gone = ask(bo, "sync", cursor=cursor)["parts"]["conversations"]["rows"]

    with commit() as hints:
        post(conversation, ana, "rahasia")
        api.edit_message(
            conversation_id=conversation.public_id, seq=1, by_user_id=ana.pk, body="rahasia", edits=0, now=now
        )
        add(conversation, ana, citra, now)
        api.mark_read(conversation_id=conversation.public_id, user_id=citra.pk, seq=5)

    assert [(sorted(to), hint["say"]) for to, hint in hints] == [
        ([ana.pk], "membership.changed"),
        ([ana.pk], "message.posted"),
        ([ana.pk], "message.changed"),
        ([citra.pk], "membership.changed"),
        ([ana.pk, citra.pk], "message.posted"),
        ([ana.pk, citra.pk], "group.changed"),
        ([ana.pk, citra.pk], "receipt"),
        ([citra.pk], "membership.changed"),
    ]
    assert bodies(ask(bo, "chat.history", conversation=name)["rows"]) == ["dua", "member_left"]
    assert bodies(ask(bo, "chat.changes", conversation=name, after=0)["rows"]) == ["dua", "member_left"]
    assert bodies(ask(bo, "chat.messages", conversation=name, seqs=[1, 2, 3, 4])["rows"]) == ["dua", "member_left"]
    summary = ask(bo, "chat.conversation", conversation=name)
    assert (summary["until_seq"], summary["last_seq"], summary["rev"], summary["counted"]) == (3, 3, 3, 2)
    assert summary["last"]["event"]["name"] == "member_left"
    assert (summary["members"], [person["name"] for person in summary["people"]]) == ([], ["Bo"])
    assert ask(bo, "chat.history", conversation=name)["members"] == []
    assert ask(bo, "chat.history", conversation=name)["rev"] == 3
    assert ask(bo, "chat.changes", conversation=name, after=0)["rev"] == 3
    assert ask(bo, "chat.changes", conversation=name, after=0)["members"] == []
    assert ask(bo, "sync", cursor=cursor)["parts"]["conversations"]["rows"] == gone == [summary]
    assert "rahasia" not in str([summary, ask(bo, "chat.history", conversation=name)])


def test_former_member_gets_the_hint_of_leaving_last_and_none_of_the_group(group, commit, now):
    conversation, ana, bo, _citra = group

    with commit() as hints:
        leave(conversation, bo, now)

    (line_to, line), (mine_to, mine), (group_to, state) = hints
    assert sorted(line_to) == [ana.pk, bo.pk]
    assert line["row"]["event"] == {"name": "member_left", "user": str(bo.public_id)}
    assert (mine_to, mine["row"]["until_seq"], mine["row"]["read_seq"]) == ([bo.pk], 3, 3)
    assert (mine["row"]["read_counted"], mine["row"]["own_since"]) == (2, 0)
    assert (group_to, state["group"]["member_count"]) == ([ana.pk], 1)


def test_changes_after_leaving_are_not_synced_to_a_former_member(real_db, group, post, ask, now):
    conversation, ana, bo, _citra = group
    leave(conversation, bo, now)
    cursor = ask(bo, "sync", cursor=None)["cursor"]

    post(conversation, ana)

    # On PostgreSQL the leaving itself may come once more; nothing after it does.
    repeated = ask(bo, "sync", cursor=cursor)["parts"]["conversations"]["rows"]
    assert [(row["last_seq"], row["until_seq"]) for row in repeated] in ([], [(3, 3)])
    assert ask(bo, "sync", cursor=None)["parts"]["conversations"]["rows"] == []


def test_former_member_is_refused_every_command(group, ask, now):
    conversation, _ana, bo, citra = group
    name = str(conversation.public_id)
    leave(conversation, bo, now)
    before = everything()

    for command, fields in (
        ("chat.edit", {"seq": 2, "body": "x", "edits": 0}),
        ("chat.recall", {"seq": 2}),
        ("chat.react", {"seq": 2, "emoji": "👍"}),
        ("chat.read", {"seq": 2}),
        ("chat.typing", {}),
        ("chat.keep", {"pinned": True}),
    ):
        with pytest.raises(errors.ConversationNotFound):
            ask(bo, command, conversation=name, **fields)
    with pytest.raises(errors.ConversationNotFound):
        add(conversation, bo, citra, now)

    assert everything() == before


def test_reaction_of_a_former_member_still_has_their_name(group, ask, now):
    conversation, ana, bo, citra = group
    place = conversation.public_id
    add(conversation, ana, citra, now)
    api.set_reaction(conversation_id=place, seq=1, by_user_id=bo.pk, emoji="👍", now=now)
    leave(conversation, bo, now)

    page = ask(ana, "chat.history", conversation=str(place), before=2)

    assert [row["from"] for row in page["rows"]] == [str(ana.public_id)]
    assert page["rows"][0]["reactions"] == [{"emoji": "👍", "count": 1, "users": [str(bo.public_id)]}]
    assert [person["name"] for person in page["people"]] == ["Ana", "Bo", "Citra"]


def test_leaving_twice_changes_nothing(group, commit, now):
    conversation, _ana, bo, _citra = group
    leave(conversation, bo, now)
    before = everything()

    with commit() as hints:
        leave(conversation, bo, now + timedelta(hours=1))

    assert hints == []
    assert everything() == before


def test_outsider_cannot_leave_a_conversation(group, make_user, now):
    conversation, eve = group[0], make_user("eve")
    before = everything()

    with pytest.raises(errors.ConversationNotFound):
        leave(conversation, eve, now)

    assert everything() == before


def test_retry_after_leaving_returns_the_first_message(group, post, now):
    conversation, _ana, bo, _citra = group
    first = post(conversation, bo, "tiga", client_id="c-1")
    leave(conversation, bo, now)
    before = everything()

    again = post(conversation, bo, "tiga", client_id="c-1")
    with pytest.raises(errors.ClientIdReused):
        post(conversation, bo, "empat", client_id="c-1")
    with pytest.raises(errors.ConversationNotFound):
        post(conversation, bo, "empat", client_id="c-2")

    assert (again.seq, again.is_new) == (first.seq, False)
    assert everything() == before


# Coming back.


def test_rejoined_member_starts_without_history(group, post, ask, now):
    conversation, ana, bo, _citra = group
    name = str(conversation.public_id)
    api.update_preferences(conversation_id=conversation.public_id, user_id=bo.pk, is_hidden=True)
    api.update_preferences(
        conversation_id=conversation.public_id, user_id=bo.pk, is_archived=True, is_marked_unread=True
    )
    leave(conversation, bo, now)
    post(conversation, ana, "tanpa bo")
    add(conversation, ana, bo, now)
    post(conversation, ana, "halo lagi")

    assert bodies(ask(bo, "chat.history", conversation=name)["rows"]) == ["member_joined", "halo lagi"]
    assert bodies(ask(bo, "chat.changes", conversation=name, after=0)["rows"]) == ["member_joined", "halo lagi"]
    summary = ask(bo, "chat.conversation", conversation=name)
    assert (summary["from_seq"], summary["until_seq"], summary["rev"]) == (5, None, 6)
    mine = summary["mine"]
    assert (mine["read_seq"], mine["read_counted"], mine["own_since"], mine["hidden_seq"]) == (4, 3, 0, 0)
    # Unread because somebody else brought bo back, whatever bo had marked before.
    assert (mine["archived"], mine["marked_unread"]) == (False, True)
    assert len(summary["members"]) == 2
    assert Member.objects.filter(conversation=conversation).count() == 2


def test_joining_twice_posts_two_system_events(group, now):
    conversation, ana, bo, _citra = group
    for _time in range(2):
        leave(conversation, bo, now)
        add(conversation, ana, bo, now)

    lines = Message.objects.filter(kind="event").order_by("seq")
    assert [(line.seq, line.event["name"]) for line in lines] == [
        (3, "member_left"),
        (4, "member_joined"),
        (5, "member_left"),
        (6, "member_joined"),
    ]


def test_change_of_an_earlier_message_is_not_sent_to_a_later_member(group, make_user, commit, post, now):
    conversation, ana, bo, _citra = group
    dewi = make_user("dewi")
    posted = post(conversation, ana, "sebelum dewi datang")
    api.add_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user_id=dewi.pk, now=now)

    with commit() as hints:
        api.set_reaction(conversation_id=conversation.public_id, seq=posted.seq, by_user_id=bo.pk, emoji="👍", now=now)

    [(told, hint), (marked, _mark)] = hints
    assert (hint["say"], hint["row"]["seq"]) == ("message.changed", posted.seq)
    assert dewi.pk not in [*told, *marked]
    assert {ana.pk, bo.pk} <= set(told)
