"""Invite links: for those who were given one, for a while, and for nobody who guesses."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from superapp.accounts import api
from superapp.accounts.actions import contacts, invite_links
from superapp.accounts.errors import ContactBlocked, ContactOneself, InviteLinkNotFound
from superapp.accounts.models import Contact, InviteLink
from superapp.core.errors import RateLimited
from tests.accounts.knowing import seen


@pytest.fixture
def ana(make_user):
    return make_user("ana")


@pytest.fixture
def link(ana, now):
    return invite_links.get_or_create_link(user_id=ana.pk, now=now)


def accept(user, link, *, now):
    return invite_links.accept_invite(user_id=user.pk, token=link.token, now=now)


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def test_invite_link_opened_twice_makes_one_contact(ana, link, make_user, now):
    bo = make_user("bo")

    first, again = accept(bo, link, now=now), accept(bo, link, now=now)

    assert (first["state"], again["state"]) == ("accepted", "accepted")
    assert (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})
    assert InviteLink.objects.get().uses == 1


def test_invite_link_is_reused_until_revoked(ana, link, now):
    assert invite_links.get_or_create_link(user_id=ana.pk, now=now) == link

    invite_links.revoke_link(user_id=ana.pk, link=link.public_id, now=now)
    other = invite_links.get_or_create_link(user_id=ana.pk, now=now)

    assert other.token != link.token
    assert len({link.token, other.token}) == 2
    # 128 bits of chance, written in 22 characters.
    assert all(re.fullmatch(r"[\w-]{22}", token) for token in (link.token, other.token))


@pytest.mark.parametrize("why", ["revoked", "over", "used up", "guessed", "blocked"])
def test_invalid_invite_links_have_the_same_error(ana, link, make_user, now, why):
    bo, at, token = make_user("bo"), now, link.token
    if why == "revoked":
        invite_links.revoke_link(user_id=ana.pk, link=link.public_id, now=now)
    elif why == "over":
        at = link.expires_at
    elif why == "used up":
        InviteLink.objects.update(uses=InviteLink.USES_MAX)
    elif why == "guessed":
        token = "A" * 22
    else:
        contacts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)
    known = seen(bo)

    with pytest.raises(InviteLinkNotFound):
        invite_links.get_inviter(token=token, user_id=bo.pk, now=at)
    with pytest.raises(InviteLinkNotFound):
        invite_links.accept_invite(user_id=bo.pk, token=token, now=at)

    assert seen(bo) == known
    assert not api.are_contacts(ana.pk, bo.pk)


def test_invite_link_is_limited_to_its_number_of_uses(ana, link, make_user, now):
    InviteLink.objects.update(uses=InviteLink.USES_MAX - 1)
    accept(make_user("bo"), link, now=now)

    with pytest.raises(InviteLinkNotFound):
        accept(make_user("caca"), link, now=now)

    # Who is a contact already is refused nothing and counts for nothing.
    assert InviteLink.objects.get().uses == InviteLink.USES_MAX


def test_own_invite_link_and_one_of_a_blocked_person_are_refused(ana, link, make_user, now):
    bo = make_user("bo")
    contacts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(ContactOneself):
        accept(ana, link, now=now)
    with pytest.raises(ContactBlocked):
        accept(bo, link, now=now)

    assert InviteLink.objects.get().uses == 0


def test_outsider_cannot_revoke_or_see_an_invite_link(ana, link, make_user, now):
    eve = make_user("eve")

    with pytest.raises(InviteLinkNotFound):
        invite_links.revoke_link(user_id=eve.pk, link=link.public_id, now=now)

    assert invite_links.find_own_link(user_id=eve.pk, now=now) is None
    assert link.token not in browser_of(eve).get("/kontak/").content.decode()
    assert invite_links.find_own_link(user_id=ana.pk, now=now) == link


def test_new_invite_links_are_limited_per_day(ana, now):
    for _ in range(invite_links.CREATE_LIMIT.times):
        link = invite_links.get_or_create_link(user_id=ana.pk, now=now)
        invite_links.revoke_link(user_id=ana.pk, link=link.public_id, now=now)

    with pytest.raises(RateLimited):
        invite_links.get_or_create_link(user_id=ana.pk, now=now)

    assert InviteLink.objects.count() == invite_links.CREATE_LIMIT.times


def test_invite_link_views_are_limited_per_hour(link, make_user, now):
    eve = make_user("eve")

    for _ in range(invite_links.OPEN_LIMIT.times):
        with pytest.raises(InviteLinkNotFound):
            invite_links.get_inviter(token="guess", user_id=eve.pk, now=now)

    with pytest.raises(RateLimited):
        invite_links.get_inviter(token="guess", user_id=eve.pk, now=now)


def test_concurrent_link_creation_makes_one_link(make_user, now):
    ana = make_user("ana")

    first, second = (invite_links.get_or_create_link(user_id=ana.pk, now=now + timedelta(seconds=at)) for at in (0, 1))

    assert first == second


def test_invite_page_sends_a_stranger_to_login_and_back(ana, link):
    page = Client(headers={"Accept-Language": "id"}).get(f"/undangan/{link.token}/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "Ana mengajakmu ngobrol" in text
    assert f'href="/masuk/?next=%2Fundangan%2F{link.token}%2F"' in text
    assert '<meta name="robots" content="noindex">' in text
    assert "max-age=0" in page.headers["Cache-Control"]
    # The name, for which the link was given, and nothing else.
    assert "@ana" not in text


def test_invite_form_of_a_stranger_redirects_to_login_and_changes_nothing(ana, link):
    answer = Client().post(f"/undangan/{link.token}/")

    assert answer.status_code == 302
    assert answer.url == f"/masuk/?next=/undangan/{link.token}/"
    assert not Contact.objects.exists()


def test_invite_page_asks_before_adding_a_contact(ana, link, make_user):
    bo = make_user("bo")
    browser = browser_of(bo)

    page = browser.get(f"/undangan/{link.token}/").content.decode()
    unchanged = seen(bo)
    added = browser.post(f"/undangan/{link.token}/", follow=True).content.decode()

    assert "Tambahkan Ana" in page
    assert unchanged == {}
    assert "Ana sekarang kontakmu." in added
    assert seen(ana) == {"bo": "accepted"}


def test_page_of_an_expired_invite_link_says_so(ana, link, now):
    invite_links.revoke_link(user_id=ana.pk, link=link.public_id, now=now)

    answer = Client(headers={"Accept-Language": "id"}).get(f"/undangan/{link.token}/")

    assert answer.status_code == 404
    assert "Tautan ini sudah tidak berlaku" in answer.content.decode()


def test_own_invite_link_redirects_to_contacts(ana, link):
    assert browser_of(ana).get(f"/undangan/{link.token}/").url == "/kontak/"


def test_invite_link_is_created_shown_and_revoked_on_the_contacts_page(ana):
    browser = browser_of(ana)

    before = browser.get("/kontak/").content.decode()
    made = browser.post("/kontak/tautan/", follow=True).content.decode()
    link = InviteLink.objects.get()
    off = browser.post(f"/kontak/tautan/{link.public_id}/matikan/", follow=True).content.decode()

    assert "Buat tautan undangan" in before
    assert f"/undangan/{link.token}/" in made
    assert "untuk 20 orang lagi" in made
    assert link.token not in off
    assert "Tautannya dimatikan" in off


def test_pending_number_can_be_sent_the_link_or_cancelled_on_the_page(ana, deliver_facts):
    browser = browser_of(ana)
    browser.post("/kontak/tautan/")

    asked = browser.post("/kontak/", {"who": "0812 3456 7890"}, follow=True).content.decode()
    (address,) = re.findall(r'action="(/kontak/undangan/[0-9a-f-]{36}/batal/)"', asked)
    cancelled = browser.post(address, follow=True).content.decode()
    again = browser.post(address, follow=True).content.decode()

    assert "+62 812-3456-7890" in asked
    assert 'href="sms:+6281234567890?&amp;body=Hai' in asked
    assert "Undangan dibatalkan." in cancelled
    assert "+62 812-3456-7890" not in cancelled
    assert "Undangan itu sudah tidak ada." in again
