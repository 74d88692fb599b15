"""Groups that change while somebody sends, uploads, votes or joins: it happened before, or it is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from chat import api, errors
from chat.actions import group_members
from chat.actions.group_invitations import OPEN_FROM_ONE_MAX
from chat.actions.group_links import join_by_link, make_link
from chat.actions.polls import vote
from chat.domain.attachments import PhotosInput
from chat.domain.enums import MemberRole
from chat.domain.polls import PollInput
from chat.models import Conversation, Group, GroupInvitation, GroupLink, Member, Message, PollVote, Reaction
from superapp.accounts.models import User
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.models import Media
from superapp.realtime.models import Me

AT_ONCE = 12


@pytest.fixture
def group(real_db, make_user, make_group):
    """A group of ana, who owns it, and bo, with a poll of ana's as its first message."""
    conversation = make_group(make_user("ana"), make_user("bo"))
    api.send_with_extras(
        **sending(conversation, "ana"), attachment=PollInput(question="Kapan?", options=["Sabtu", "Minggu"])
    )
    return conversation


def sending(conversation, handle, client_id="polling"):
    sender = User.objects.get(handle=handle)
    return {
        "conversation_id": conversation.public_id,
        "sender_id": sender.pk,
        "sender_public_id": sender.public_id,
        "client_id": client_id,
        "body": "",
        "now": clock.now(),
    }


def photo_of(handle):
    return Media.objects.create(
        owner=User.objects.get(handle=handle),
        kind=MediaKind.PHOTO,
        state=MediaState.READY,
        bytes=7,
        sha256="ab",
        width=640,
        height=480,
        placeholder="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        created_at=clock.now(),
    )


def say(conversation, number):
    return api.send_with_extras(**sending(conversation, "bo", f"bo-{number}") | {"body": f"kata {number}"})


def show(conversation, photo):
    return api.send_with_extras(
        **sending(conversation, "bo", "bo-foto"), attachment=PhotosInput(media=(photo.public_id,))
    )


def choose(conversation):
    bo = User.objects.get(handle="bo")
    return vote(conversation_id=conversation.public_id, seq=1, by_user_id=bo.pk, options=[0], now=clock.now())


def react(conversation):
    bo = User.objects.get(handle="bo")
    return api.set_reaction(
        conversation_id=conversation.public_id, seq=1, by_user_id=bo.pk, emoji="👍", now=clock.now()
    )


def remove_bo(conversation):
    ana, bo = (User.objects.get(handle=handle) for handle in ("ana", "bo"))
    return api.remove_member(
        conversation_id=conversation.public_id, by_user_id=ana.pk, user=bo.public_id, now=clock.now()
    )


def leave(conversation, handle):
    user = User.objects.get(handle=handle)
    return api.leave_group(conversation_id=conversation.public_id, user_id=user.pk, now=clock.now())


def test_member_who_is_removed_while_writing_has_said_what_came_before(group, in_threads):
    outcomes = in_threads(*(lambda number=number: say(group, number) for number in range(6)), lambda: remove_bo(group))

    assert outcomes[-1] is None
    until_seq = Member.objects.get(conversation=group, user__handle="bo").until_seq
    said = [one for one in outcomes[:-1] if not isinstance(one, Exception)]
    assert {type(one) for one in outcomes[:-1] if isinstance(one, Exception)} <= {errors.ConversationNotFound}
    assert sorted(one.seq for one in said) == list(
        Message.objects.filter(conversation=group, sender__handle="bo").order_by("seq").values_list("seq", flat=True)
    )
    assert all(one.seq < until_seq for one in said)
    assert_dense(group)


def test_member_who_is_removed_while_sending_a_photo_shows_it_or_keeps_it(group, in_threads):
    photo = photo_of("bo")

    shown, _removed = in_threads(lambda: show(group, photo), lambda: remove_bo(group))

    photo.refresh_from_db()
    if isinstance(shown, Exception):
        assert (type(shown), photo.reference) == (errors.ConversationNotFound, None)
    else:
        assert photo.reference == f"chat.message:{group.pk}:{photo.owner_id}:bo-foto"
        assert shown.seq < Member.objects.get(conversation=group, user__handle="bo").until_seq
    assert_dense(group)


@pytest.mark.parametrize(("deed", "table"), [(choose, PollVote), (react, Reaction)])
def test_member_who_is_removed_while_voting_or_reacting_did_or_is_refused(group, in_threads, deed, table):
    done, _removed = in_threads(lambda: deed(group), lambda: remove_bo(group))

    if isinstance(done, Exception):
        assert (type(done), table.objects.count()) == (errors.ConversationNotFound, 0)
    else:
        assert table.objects.get().user.handle == "bo"
    with pytest.raises(DomainError):
        react(group)
    assert table.objects.count() == (0 if isinstance(done, Exception) else 1)


def test_group_that_all_leave_while_a_photo_is_sent_shows_it_to_those_who_were_there(group, in_threads):
    photo = photo_of("bo")

    shown, *left = in_threads(lambda: show(group, photo), *(lambda who=who: leave(group, who) for who in ("ana", "bo")))

    assert left == [None, None]
    assert Group.objects.get().member_count == 0
    assert not Member.objects.filter(conversation=group, until_seq=None).exists()
    photo.refresh_from_db()
    if isinstance(shown, Exception):
        assert (type(shown), photo.reference) == (errors.ConversationNotFound, None)
    else:
        assert photo.reference is not None
    # Nobody is left to send what is still being uploaded.
    other = photo_of("bo")
    with pytest.raises(errors.ConversationNotFound):
        show(group, other)
    other.refresh_from_db()
    assert other.reference is None
    assert_dense(group)


@pytest.mark.parametrize(("people_count", "uses"), [(60, 7)])
def test_link_that_many_use_at_once_lets_in_as_many_as_it_says(group, people_count, uses):
    join_at_once(group, people_count, uses)


@pytest.mark.timeout(300)
def test_link_that_a_thousand_use_at_once_lets_in_as_many_as_it_says(group):
    join_at_once(group, 1_000, 400)


def test_link_of_an_admin_who_is_removed_lets_in_who_came_before(group, make_user, in_threads):
    bo = User.objects.get(handle="bo")
    Member.objects.filter(conversation=group, user=bo).update(role=MemberRole.ADMIN)
    link = make_link(
        conversation_id=group.public_id,
        by_user_id=bo.pk,
        lasts_for=None,
        uses_max=None,
        needs_approval=False,
        now=clock.now(),
    )
    joining = [make_user(f"orang{number}") for number in range(6)]

    def join(user):
        return join_by_link(token=link.token, user_id=user.pk, now=clock.now())

    *outcomes, removed = in_threads(*(lambda user=user: join(user) for user in joining), lambda: remove_bo(group))

    assert removed is None
    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {errors.GroupLinkNotFound}
    came = [one for one in outcomes if not isinstance(one, Exception)]
    until_seq = Member.objects.get(conversation=group, user=bo).until_seq
    joined = Message.objects.filter(conversation=group, event__name="member_joined_by_link")
    assert joined.count() == len(came)
    assert all(seq < until_seq for seq in joined.values_list("seq", flat=True))
    link.refresh_from_db()
    assert (link.revoked_at is not None, link.uses) == (True, len(came))


def join_at_once(group, people_count, uses):
    people = User.objects.bulk_create(
        User(name=f"Orang {number}", handle=f"orang{number}") for number in range(people_count)
    )
    Me.objects.bulk_create(Me(user_id=user.pk) for user in people)
    link = GroupLink.objects.create(
        conversation=group,
        created_by=User.objects.get(handle="ana"),
        token="t" * 22,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
        uses_max=uses,
    )

    def join(user):
        try:
            return join_by_link(token=link.token, user_id=user.pk, now=clock.now())
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(join, people))

    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert {type(one) for one in refused} == {errors.GroupLinkNotFound}
    assert len(outcomes) - len(refused) == uses
    link.refresh_from_db()
    assert (link.uses, Group.objects.get().member_count) == (uses, uses + 2)
    assert Member.objects.filter(conversation=group, until_seq=None).count() == uses + 2
    joined = Message.objects.filter(conversation=group, event__name="member_joined_by_link")
    assert len({event["user"] for event in joined.values_list("event", flat=True)}) == uses
    assert_dense(group)


def assert_dense(conversation):
    seqs = list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, Conversation.objects.get(pk=conversation.pk).last_seq + 1))


def test_one_member_cannot_leave_more_invitations_than_allowed_at_one_moment(
    real_db, make_user, make_group, in_threads
):
    ana, eve = make_user("ana"), make_user("eve")
    groups = [make_group(ana) for _number in range(AT_ONCE)]

    in_threads(
        *(
            lambda group=group: group_members.add_people(
                conversation_id=group.public_id, by_user_id=ana.pk, people=(eve.public_id,), now=clock.now()
            )
            for group in groups
        )
    )

    assert GroupInvitation.objects.filter(user=eve).count() == OPEN_FROM_ONE_MAX
