"""Splitting a bill from the wallet: among which groups a person chooses."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat import api as chat
from chat.domain.enums import MemberRole
from chat.domain.group_rules import may
from chat.models import Conversation, Member
from chat.queries import rosters
from tests.payments.purses import browser_of
from tests.peer_payments.asking import make_group, split

ADDRESS = "/dompet/patungan/baru/"


@pytest.fixture
def three(make_payer):
    return tuple(make_payer(name) for name in ("ana", "bo", "eve"))


def page(user):
    return browser_of(user).get(ADDRESS).content.decode()


def form_of(group):
    return f"/dompet/patungan/?obrolan={group.partition(':')[2]}"


def test_wallet_leads_to_the_form_in_a_group_of_ones_own(three, now):
    ana, bo, eve = three
    mine, theirs = make_group(ana, [bo], now, title="Kos Melati"), make_group(eve, [bo], now, title="Arisan")
    browser = browser_of(ana)

    listed = page(ana)

    assert ADDRESS in browser.get("/dompet/patungan/").content.decode()
    assert ("Kos Melati" in listed, "1 anggota lain" in listed, form_of(mine) in listed) == (True, True, True)
    assert ("Arisan" in listed, form_of(theirs) in listed) == (False, False)
    assert browser.get(form_of(mine)).status_code == 200
    assert browser.get(form_of(theirs)).status_code == 404


def test_group_that_changed_last_comes_first(three, now):
    ana, bo, _eve = three
    for title in ("Satu", "Dua"):
        make_group(ana, [bo], now, title=title)

    listed = page(ana)

    assert listed.index("Dua") < listed.index("Satu")


@pytest.mark.parametrize("why", ["left", "silenced", "alone"])
def test_group_in_which_nothing_can_be_split_is_not_listed(why, three, now):
    ana, bo, _eve = three
    group = make_group(bo, [ana], now, title="Kos Melati")
    conversation = group.partition(":")[2]
    if why == "silenced":
        Member.objects.filter(conversation__public_id=conversation, user=ana).update(is_silenced=True)
    else:
        chat.leave_group(conversation_id=conversation, user_id={"left": ana, "alone": bo}[why].pk, now=now)

    assert "Kos Melati" not in page(ana)
    assert "Belum ada grup buat patungan" in page(ana)


@pytest.mark.parametrize("is_silenced", [False, True])
@pytest.mark.parametrize("is_admins_only", [False, True])
@pytest.mark.parametrize("role", list(MemberRole))
def test_groups_to_post_in_are_those_that_the_rule_allows(role, is_admins_only, is_silenced, three, now):
    ana, bo, _eve = three
    conversation = UUID(make_group(bo, [ana], now).partition(":")[2])
    Conversation.objects.filter(public_id=conversation).update(is_admins_only=is_admins_only)
    Member.objects.filter(conversation__public_id=conversation, user=ana).update(role=role, is_silenced=is_silenced)

    listed = chat.list_groups_to_post_in(ana.pk)

    assert (conversation in listed) == may(role, is_silenced=is_silenced, is_admins_only=is_admins_only)
    assert all(roster.may_write for roster in listed.values())


def test_group_behind_many_in_which_only_admins_post_is_listed(three, now, monkeypatch):
    ana, bo, _eve = three
    make_group(ana, [bo], now, title="Kos Melati")
    monkeypatch.setattr(rosters, "GROUPS_MAX", 2)
    for number in range(2):
        pushed = make_group(bo, [ana], now, title=f"Pengumuman {number}").partition(":")[2]
        Conversation.objects.filter(public_id=pushed).update(is_admins_only=True)

    assert [one.title for one in chat.list_groups_to_post_in(ana.pk).values()] == ["Kos Melati"]


def test_conversation_of_two_is_no_group(three, now):
    ana, bo, _eve = three
    make_group(ana, [bo], now)
    chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)

    assert page(ana).count("?obrolan=") == 1


def test_groups_are_listed_with_one_statement_however_many_there_are(three, now, django_assert_num_queries):
    ana, bo, _eve = three
    for number in range(3):
        make_group(ana, [bo], now, title=f"Grup {number}")

    with django_assert_num_queries(1):
        assert len(chat.list_groups_to_post_in(ana.pk)) == 3


def test_bills_stand_below_the_way_to_a_new_one(three, now):
    ana, bo, _eve = three
    split(ana, make_group(ana, [bo], now), [ana, bo], now)

    listed = browser_of(bo).get("/dompet/patungan/").content.decode()

    assert listed.index(ADDRESS) < listed.index("Makan siang")
