"""Extras of a message, and the right to write in a group."""

from __future__ import annotations

import pytest

from chat import api
from chat.contracts import NewMessage
from chat.domain.enums import MemberRole
from chat.domain.extras import MessageExtras
from chat.errors import BodyEmpty, ClientIdReused, MemberSilenced, OnlyAdminsWrite
from chat.models import Conversation, Member, Message
from tests.chat.conftest import entry

PLACE = MessageExtras(mentions=("all",), attachment={"type": "place", "name": "Warung"})


def history(conversation, user):
    return api.fetch_history(conversation.public_id, user.pk, before_seq=None, limit=50).rows


def test_extras_are_stored_and_sent_as_they_were_posted(make_user, make_group, post, commit):
    ana, bo = make_user("ana"), make_user("bo")
    group = make_group(ana, bo)

    with commit() as hints:
        post(group, ana, "", extras=PLACE)

    [(_to, hint)] = [one for one in hints if one[1]["say"] == "message.posted"]
    assert hint["row"]["extras"] == {"mentions": ["all"], "attachment": {"type": "place", "name": "Warung"}}
    assert history(group, bo)[-1].extras == PLACE


def test_message_without_text_needs_an_attachment(make_user, make_group):
    ana = make_user("ana")
    group = make_group(ana)

    with pytest.raises(BodyEmpty):
        entry(group, ana, "", extras=MessageExtras(mentions=("all",)))


def test_retry_with_other_extras_is_refused_and_with_the_same_answered(make_user, make_group, post):
    ana = make_user("ana")
    group = make_group(ana)
    first = post(group, ana, client_id="one", extras=PLACE)

    again = post(group, ana, client_id="one", extras=PLACE)

    assert (again.seq, again.is_new) == (first.seq, False)
    with pytest.raises(ClientIdReused):
        post(group, ana, client_id="one")


def test_message_without_extras_keeps_the_hash_of_older_versions(make_user, make_group):
    ana = make_user("ana")
    plain = entry(make_group(ana), ana, "halo")

    # SHA-256 of ["text","halo",null,"",null,null].
    assert plain.content_hash() == "8decdb9b08d9154f7544c2015f4cd7205bc3259078cd044ee80e6be238a3c1d2"


def test_recalled_message_keeps_none_of_its_extras_but_mentions(make_user, make_group, post, now):
    ana = make_user("ana")
    group = make_group(ana)
    posted = post(group, ana, "", extras=PLACE)

    api.recall_message(conversation_id=group.public_id, seq=posted.seq, by_user_id=ana.pk, now=now)

    assert history(group, ana)[-1].extras == MessageExtras(mentions=("all",))
    assert Message.objects.get(seq=posted.seq, conversation=group).extras == {"mentions": ["all"]}


def test_only_admins_can_write_in_an_admins_only_group(make_user, make_group, post):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    group = make_group(ana, bo, citra)
    Conversation.objects.filter(pk=group.pk).update(is_admins_only=True)
    Member.objects.filter(conversation=group, user=bo).update(role=MemberRole.ADMIN)

    post(group, ana)
    post(group, bo)
    with pytest.raises(OnlyAdminsWrite):
        post(group, citra)


def test_silenced_member_reads_and_does_not_write(make_user, make_group, post):
    ana, bo = make_user("ana"), make_user("bo")
    group = make_group(ana, bo)
    earlier = post(group, bo, client_id="before")
    Member.objects.filter(conversation=group, user=bo).update(is_silenced=True)

    assert post(group, bo, client_id="before").seq == earlier.seq
    with pytest.raises(MemberSilenced):
        post(group, bo)
    assert history(group, bo)[-1].seq == earlier.seq


def test_system_event_is_posted_in_an_admins_only_group(make_user, make_group, now):
    ana, bo = make_user("ana"), make_user("bo")
    group = make_group(ana, bo)
    Conversation.objects.filter(pk=group.pk).update(is_admins_only=True)

    api.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)

    assert isinstance(entry(group, ana), NewMessage)
    assert history(group, ana)[-1].event["name"] == "member_left"
