"""Favourite recipients stand first on the send page, and what a wallet can still take is said."""

from __future__ import annotations

import pytest

from payments import api
from payments.actions import favourites
from payments.models import Favourite
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from tests.payments.purses import browser_of


@pytest.fixture
def three(make_payer, now):
    """ana, and her contacts bo and cita."""
    ana, bo, cita = make_payer("ana", 100_000_00), make_payer("bo"), make_payer("cita")
    for other in (bo, cita):
        accounts.connect_people(user_id=ana.pk, peer_id=other.pk, now=now)
    return ana, bo, cita


def order(page: str, *users) -> list[int]:
    return [page.index(f'/dompet/kirim/{user.public_id}/"') for user in users]


def test_favourite_stands_first_until_it_is_none(three):
    ana, bo, cita = three
    browser = browser_of(ana)

    browser.post(f"/dompet/kirim/{cita.public_id}/favorit/", {"star": "yes"})
    browser.post(f"/dompet/kirim/{cita.public_id}/favorit/", {"star": "yes"})
    first = order(browser.get("/dompet/kirim/").content.decode(), cita, bo)
    browser.post(f"/dompet/kirim/{cita.public_id}/favorit/", {"star": "no"})
    later = order(browser.get("/dompet/kirim/").content.decode(), bo, cita)

    assert (first, later) == (sorted(first), sorted(later))
    assert not Favourite.objects.exists()


def test_outsider_is_no_favourite(three, make_payer, now):
    ana, _bo, _cita = three
    eve = make_payer("eve")

    with pytest.raises(PersonNotFound):
        favourites.set_favourite(user_id=ana.pk, who=eve.public_id, is_favourite=True, now=now)

    assert browser_of(ana).post(f"/dompet/kirim/{eve.public_id}/favorit/", {"star": "yes"}).status_code == 404
    assert not Favourite.objects.exists()


def test_oldest_favourite_gives_way_above_the_limit(three, now, monkeypatch):
    ana, bo, cita = three
    monkeypatch.setattr(favourites, "FAVOURITES_MAX", 1)

    for other in (bo, cita):
        favourites.set_favourite(user_id=ana.pk, who=other.public_id, is_favourite=True, now=now)

    assert Favourite.objects.get().recipient_id == cita.pk


def test_wallet_says_what_may_still_come_in(three, now):
    ana, _bo, _cita = three
    ceiling = api.get_wallet(ana.pk, now=now).ceiling

    page = browser_of(ana).get("/dompet/").content.decode()

    assert f"Dompetmu menampung sampai {ceiling}" in page
    assert str(ceiling - api.get_wallet(ana.pk, now=now).balance) in page
