"""Mentions in groups: counted for whom they name, whether muted or not."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from chat import api
from chat.domain import formatting
from chat.domain.enums import MemberRole
from chat.domain.mentions import mark_mentions
from chat.errors import ConversationNotFound, MentionAllForAdmins
from chat.models import Member, Message
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.errors import DomainError
from tests.security.references import ROOT


@pytest.fixture
def people(make_user, make_group):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    return make_group(ana, bo, citra), ana, bo, citra


@pytest.fixture
def send(ask):
    numbers = iter(range(1_000))

    def send(user, group, body="halo", **fields):
        return ask(
            user,
            "chat.send",
            **{"conversation": group.public_id, "client_id": f"m{next(numbers)}", "body": body, **fields},
        )

    return send


def mentioned_seq(group, user):
    return api.fetch_summary(group.public_id, user.pk).mentioned_seq


def badge(user, now):
    return api.unread_memberships(user.pk, now).count()


def test_mention_is_in_the_row_and_counts_for_its_person(people, send, commit):
    group, ana, bo, citra = people

    with commit() as hints:
        posted = send(ana, group, "halo @Bo", mentions=[str(bo.public_id)])

    [row] = [hint["row"] for _to, hint in hints if hint["say"] == "message.posted"]
    assert row["extras"] == {"mentions": [str(bo.public_id)]}
    assert [mentioned_seq(group, one) for one in (ana, bo, citra)] == [0, posted["seq"], 0]


def test_mention_of_all_counts_for_every_member(people, send, make_user, now):
    group, ana, bo, citra = people
    posted = send(ana, group, "@semua rapat", mentions_all=True)
    dewi = make_user("dewi")
    accounts.connect_people(user_id=ana.pk, peer_id=dewi.pk, now=now)
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=dewi.pk, now=now)

    assert [mentioned_seq(group, one) for one in (bo, citra)] == [posted["seq"]] * 2
    # Whoever came later cannot see it.
    assert mentioned_seq(group, dewi) == 0


def test_mention_of_all_by_a_plain_member_is_refused(people, send):
    group, _ana, bo, _citra = people
    before = Message.objects.count()

    with pytest.raises(MentionAllForAdmins):
        send(bo, group, "@semua", mentions_all=True)

    assert Message.objects.count() == before


def test_mention_of_all_in_a_direct_conversation_is_refused(make_user, make_direct, send):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)

    with pytest.raises(MentionAllForAdmins):
        send(ana, talk, "@semua", mentions_all=True)


def test_retry_of_a_mention_of_all_is_answered_after_the_sender_became_a_member(people, send):
    group, ana, _bo, _citra = people
    first = send(ana, group, "@semua", mentions_all=True, client_id="one")
    Member.objects.filter(conversation=group, user=ana).update(role=MemberRole.MEMBER)

    again = send(ana, group, "@semua", mentions_all=True, client_id="one")

    assert again["seq"] == first["seq"]


def test_unread_mention_counts_in_the_badge_of_a_muted_group_until_it_is_read(people, send, now):
    group, ana, bo, citra = people
    for one in (bo, citra):
        api.update_preferences(conversation_id=group.public_id, user_id=one.pk, muted_until=now + timedelta(days=1))

    posted = send(ana, group, "halo @Bo", mentions=[str(bo.public_id)])

    assert (badge(bo, now), badge(citra, now)) == (1, 0)
    api.mark_read(conversation_id=group.public_id, user_id=bo.pk, seq=posted["seq"])
    assert badge(bo, now) == 0


def test_mention_of_an_outsider_is_dropped_silently(people, send, make_user):
    group, ana, bo, citra = people
    eve = make_user("eve")

    send(ana, group, "halo @Eve", mentions=[str(eve.public_id), str(uuid4())])

    assert [mentioned_seq(group, one) for one in (ana, bo, citra)] == [0, 0, 0]
    assert not Member.objects.filter(user=eve).exists()
    page = api.fetch_history(group.public_id, ana.pk, before_seq=None, limit=1)
    assert page.rows[-1].extras is None or page.rows[-1].extras.mentions == ()
    assert str(eve.public_id) not in {person["id"] for person in page.people}


def test_retry_of_a_mention_is_answered_after_its_person_became_a_member(people, send, make_user, now):
    group, ana, _bo, _citra = people
    dewi = make_user("dewi")
    accounts.connect_people(user_id=ana.pk, peer_id=dewi.pk, now=now)
    first = send(ana, group, "halo @Dewi", mentions=[str(dewi.public_id)], client_id="one")
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=dewi.pk, now=now)

    assert send(ana, group, "halo @Dewi", mentions=[str(dewi.public_id)], client_id="one")["seq"] == first["seq"]


def test_outsider_is_refused_before_anything_is_locked(people, send, make_user, django_assert_max_num_queries):
    group, _ana, bo, _citra = people
    eve = make_user("eve")

    with django_assert_max_num_queries(1) as asked, pytest.raises(ConversationNotFound):
        send(eve, group, "@semua", mentions=[str(bo.public_id)], mentions_all=True)

    assert "chat_member" in asked.captured_queries[0]["sql"]


def test_outsider_cannot_mention_anybody(people, send, make_user):
    group, _ana, bo, _citra = people

    with pytest.raises(DomainError) as refused:
        send(make_user("eve"), group, "halo @Bo", mentions=[str(bo.public_id)])

    assert refused.value.code == "chat.conversation_not_found"
    assert mentioned_seq(group, bo) == 0


def test_recalled_message_keeps_only_its_mentions(people, send):
    group, ana, bo, _citra = people
    posted = send(ana, group, "halo @Bo", mentions=[str(bo.public_id)])

    api.recall_message(conversation_id=group.public_id, seq=posted["seq"], by_user_id=ana.pk, now=clock.now())

    row = api.fetch_history(group.public_id, bo.pk, before_seq=None, limit=1).rows[-1]
    assert (row.body, row.extras.mentions, row.extras.attachment) == ("", (str(bo.public_id),), None)
    assert mentioned_seq(group, bo) == posted["seq"]


def test_people_who_are_mentioned_come_with_the_page(people, send, now):
    group, ana, bo, citra = people
    api.leave_group(conversation_id=group.public_id, user_id=citra.pk, now=now)
    send(ana, group, "halo @Citra", mentions=[str(citra.public_id)])

    page = api.fetch_history(group.public_id, bo.pk, before_seq=None, limit=1)

    assert str(citra.public_id) in {person["id"] for person in page.people}


def test_mentions_of_too_many_are_refused_at_their_field(people, send):
    group, ana, _bo, _citra = people

    with pytest.raises(DomainError) as refused:
        send(ana, group, mentions=[str(uuid4()) for _one in range(21)])

    assert refused.value.code == "invalid"
    assert "mentions" in refused.value.params["detail"]


@pytest.mark.parametrize(
    "case", json.loads((ROOT / "tests/js/mentions.json").read_text()), ids=lambda case: case["text"]
)
def test_mentions_are_rendered_as_in_javascript(case):
    blocks = mark_mentions(formatting.parse(case["text"]), case["names"])
    runs = [run for block in blocks for line in block.lines for run in line.runs]

    assert [run.text for run in runs if "m" in run.style] == case["marked"]


def test_mention_is_marked_on_the_page_and_in_the_list(people, send, client):
    group, ana, bo, _citra = people
    send(ana, group, f"halo @{bo.name} <b>", mentions=[str(bo.public_id)])
    client.force_login(bo)

    listed = client.get("/obrolan/").content.decode()
    shown = client.get(f"/obrolan/{group.public_id}/").content.decode()

    assert re.search(r'data-part="mentioned"><span aria-hidden="true">@</span>', listed)
    assert f"halo <mark>@{bo.name}</mark> &lt;b&gt;" in shown
