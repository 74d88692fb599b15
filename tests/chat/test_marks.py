"""A person's own marks: a message deleted for me, or starred, on all my devices and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from chat import api
from chat.errors import ConversationNotFound, MessageNotFound, MessageRecalled
from chat.models import MessageMark
from superapp.core.errors import InputInvalid
from superapp.realtime import user_topic
from tests.chat.conftest import everything
from tests.harness.concurrency import run_together


def history(ask, user, talk, **fields):
    return ask(user, "chat.history", conversation=str(talk.public_id), **fields)


def mark(ask, user, talk, seq, **marks):
    return ask(user, "chat.mark", conversation=str(talk.public_id), seq=seq, **marks)


def seqs(answer):
    return [row["seq"] for row in answer["rows"]]


def test_message_deleted_for_me_stays_for_the_other(ask, ana, bo, talk, post):
    for body in ("satu", "dua", "tiga"):
        post(talk, bo, body)
    post(talk, ana, "balas", reply_to=3)

    answer = mark(ask, ana, talk, 3, hidden=True)

    place = str(talk.public_id)
    assert answer["mark"] == {
        "kind": "mark", "conversation": place, "seq": 3, "rev": answer["me"],
        "hidden": True, "starred": False, "votes": [], "reaction": None,
    }  # fmt: skip
    assert seqs(history(ask, ana, talk)) == [1, 2, 4]
    assert history(ask, ana, talk, limit=1)["quoted"] == []
    assert seqs(ask(ana, "chat.changes", conversation=place, after=0)) == [1, 2, 4]
    assert ask(ana, "chat.messages", conversation=place, seqs=[2, 3])["rows"][0]["seq"] == 2
    assert len(ask(ana, "chat.messages", conversation=place, seqs=[2, 3])["rows"]) == 1
    assert seqs(history(ask, bo, talk)) == [1, 2, 3, 4]
    with pytest.raises(MessageNotFound):
        ask(ana, "chat.react", conversation=place, seq=3, emoji="👍")


def test_list_preview_skips_a_hidden_last_message(ask, ana, bo, talk, post):
    post(talk, bo, "satu")
    post(talk, bo, "dua")

    mark(ask, ana, talk, 2, hidden=True)

    place = str(talk.public_id)
    assert ask(ana, "chat.conversation", conversation=place)["last"]["body"] == "satu"
    assert ask(bo, "chat.conversation", conversation=place)["last"]["body"] == "dua"
    mark(ask, ana, talk, 1, hidden=True)
    assert ask(ana, "chat.conversation", conversation=place)["last"] is None


def test_message_deleted_for_me_is_hinted_to_own_devices_only(ask, ana, bo, talk, post, commit):
    post(talk, bo, "satu")
    with commit() as hints:
        answer = mark(ask, ana, talk, 1, hidden=True)

    assert hints == [([ana.pk], {"on": "me", "rev": answer["me"], "say": "mark.changed", "row": answer["mark"]})]


def test_changes_of_a_hidden_message_are_not_sent_to_its_hider(ask, ana, bo, talk, post, commit, now):
    post(talk, bo, "satu")
    mark(ask, ana, talk, 1, hidden=True)
    with commit() as hints:
        api.recall_message(conversation_id=talk.public_id, seq=1, by_user_id=bo.pk, now=now)

    assert [users for users, _hint in hints] == [[bo.pk]]


def test_unhiding_a_message_restores_it_and_repeats_change_nothing(ask, ana, bo, talk, post):
    post(talk, bo, "satu")
    first = mark(ask, ana, talk, 1, hidden=True)
    before = everything()

    assert mark(ask, ana, talk, 1, hidden=True) == first
    assert everything() == before
    back = mark(ask, ana, talk, 1, hidden=False)
    assert back["me"] == first["me"] + 1
    assert seqs(history(ask, ana, talk)) == [1]


def test_star_is_in_history_user_topic_and_starred_list(ask, ana, bo, talk, post, make_group):
    group = make_group(ana, bo)
    post(talk, bo, "resep soto")
    group_seq = post(group, bo, "jadwal arisan").seq
    first = mark(ask, ana, talk, 1, starred=True)
    second = mark(ask, ana, group, group_seq, starred=True)

    assert history(ask, ana, talk)["marks"] == [first["mark"]]
    assert history(ask, bo, talk)["marks"] == []
    changes = ask(ana, "me.changes", after=first["me"] - 1)
    assert [row for row in changes["rows"] if row["kind"] == "mark"] == [first["mark"], second["mark"]]
    starred = ask(ana, "chat.starred")
    assert [(row["conversation"], row["message"]["body"]) for row in starred["rows"]] == [
        (str(group.public_id), "jadwal arisan"),
        (str(talk.public_id), "resep soto"),
    ]
    assert [person["name"] for person in starred["people"]] == [bo.name]
    assert len(ask(ana, "chat.starred", conversation=str(talk.public_id))["rows"]) == 1
    assert ask(bo, "chat.starred")["rows"] == []
    mark(ask, ana, talk, 1, starred=False)
    assert len(ask(ana, "chat.starred")["rows"]) == 1


def test_stars_are_listed_in_pages(ask, ana, bo, talk, post, monkeypatch):
    monkeypatch.setattr("chat.queries.marks.STARRED_PER_PAGE", 2)
    for number in range(5):
        post(talk, bo, f"pesan {number}")
        mark(ask, ana, talk, number + 1, starred=True)

    found, before = [], None
    while True:
        page = ask(ana, "chat.starred", **({"before": before} if before else {}))
        found += [row["message"]["seq"] for row in page["rows"]]
        before = page["next"]
        if before is None:
            break

    assert found == [5, 4, 3, 2, 1]
    for token in ("x", "-1", "9" * 30, "0"):
        with pytest.raises(InputInvalid):
            ask(ana, "chat.starred", before=token)
    theirs = str(MessageMark.objects.latest("pk").pk)
    with pytest.raises(InputInvalid):
        ask(bo, "chat.starred", before=theirs)


def test_recalled_or_hidden_message_has_no_star(ask, ana, bo, talk, post, now):
    post(talk, bo, "satu")
    post(talk, bo, "dua")
    mark(ask, ana, talk, 1, starred=True)
    mark(ask, ana, talk, 2, starred=True)

    assert mark(ask, ana, talk, 1, hidden=True)["mark"]["starred"] is False
    api.recall_message(conversation_id=talk.public_id, seq=2, by_user_id=bo.pk, now=now)

    assert ask(ana, "chat.starred")["rows"] == []
    with pytest.raises(MessageRecalled):
        mark(ask, ana, talk, 2, starred=True)


def test_outsiders_and_later_members_cannot_mark_a_message(ask, ana, bo, talk, post, make_user, make_group, now):
    post(talk, bo, "satu")
    citra = make_user("citra")
    with pytest.raises(ConversationNotFound):
        mark(ask, citra, talk, 1, starred=True)
    for seq in (2, 2**50):
        with pytest.raises(MessageNotFound):
            mark(ask, ana, talk, seq, hidden=True)
    group = make_group(ana, bo)
    old = post(group, ana, "lama").seq
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=citra.pk, now=now)
    with pytest.raises(MessageNotFound):
        mark(ask, citra, group, old, starred=True)


def test_former_member_keeps_stars_of_readable_messages(ask, ana, bo, post, make_group, now):
    group = make_group(ana, bo)
    seq = post(group, ana, "alamat").seq
    mark(ask, bo, group, seq, starred=True)
    api.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)

    assert len(ask(bo, "chat.starred")["rows"]) == 1
    assert mark(ask, bo, group, seq, hidden=True)["mark"]["hidden"] is True
    # What was changed after they left is not theirs to see.
    mark(ask, bo, group, seq, hidden=False, starred=True)
    api.edit_message(conversation_id=group.public_id, seq=seq, by_user_id=ana.pk, body="baru", edits=0, now=now)
    assert ask(bo, "chat.starred")["rows"] == []


def test_former_member_who_hides_the_last_line_sees_no_message_changed_since(ask, ana, bo, post, make_group, now):
    group = make_group(ana, bo)
    place = str(group.public_id)
    for body in ("tetap", "rencana", "dibalas"):
        post(group, ana, body)
    api.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)
    api.edit_message(conversation_id=group.public_id, seq=2, by_user_id=ana.pk, body="rahasia", edits=0, now=now)
    ask(ana, "chat.react", conversation=place, seq=3, emoji="👍")

    mark(ask, bo, group, 4, hidden=True)

    assert ask(bo, "chat.conversation", conversation=place)["last"]["body"] == "tetap"
    mark(ask, bo, group, 1, hidden=True)
    assert ask(bo, "chat.conversation", conversation=place)["last"] is None


def test_concurrent_marks_of_two_devices_are_one_row_with_dense_revs(real_db, make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo, "satu")
    before = user_topic.current_rev(ana.pk)

    outcomes = run_together(
        *(
            lambda is_starred=is_starred: api.mark_message(
                conversation_id=talk.public_id, seq=1, user_id=ana.pk, is_starred=is_starred, now=now
            )
            for is_starred in (True, False, True, False, True)
        )
    )

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert MessageMark.objects.count() <= 1
    stored = MessageMark.objects.first()
    assert (stored.rev if stored else before) == user_topic.current_rev(ana.pk)


def test_edit_history_is_visible_to_all_who_see_the_message(ask, ana, bo, talk, post, now):
    post(talk, ana, "jam 3")
    later = now + timedelta(minutes=1)
    api.edit_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, body="jam 4", edits=0, now=later)
    api.edit_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, body="jam 5", edits=1, now=later)
    # A retry of the second edit adds nothing.
    api.edit_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, body="jam 5", edits=1, now=later)

    for reader in (ana, bo):
        rows = ask(reader, "chat.versions", conversation=str(talk.public_id), seq=1)["rows"]
        assert [(row["edits"], row["body"]) for row in rows] == [(0, "jam 3"), (1, "jam 4")]
        assert rows[0]["at"] < rows[1]["at"]


def test_recall_removes_the_edit_history(ask, ana, bo, talk, post, now, make_user):
    post(talk, ana, "rahasia")
    api.edit_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, body="jam 4", edits=0, now=now)
    place = str(talk.public_id)
    with pytest.raises(ConversationNotFound):
        ask(make_user("citra"), "chat.versions", conversation=place, seq=1)
    with pytest.raises(MessageNotFound):
        ask(bo, "chat.versions", conversation=place, seq=2)

    api.recall_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, now=now)

    assert ask(bo, "chat.versions", conversation=place, seq=1)["rows"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chat_messageversion")
        assert cursor.fetchone() == (0,)
