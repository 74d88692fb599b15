"""Pages of angpao: sending in three steps, opening, and what each person may see of a packet."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from angpao import api
from angpao.models import Packet, Slot
from chat.models import Group
from superapp.accounts.models import User
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.angpao.conftest import open_one
from tests.payments.purses import PIN, balance, browser_of, top_up

FORM = {"mode": "lucky", "amount": "20.000", "quantity": "2", "message": "Selamat"}


@pytest.fixture
def now():
    """The present: pages ask the clock themselves."""
    return clock.now()


def send_address(group):
    return f"/angpao/kirim/{group.public_id}/"


def text(response):
    return response.content.decode()


def test_angpao_is_sent_in_three_steps(ana, group, now):
    browser = browser_of(ana)

    listed = browser.get("/angpao/")
    assert send_address(group) in text(listed)
    entered = browser.post(send_address(group), FORM)
    assert "Rp20.000" in text(browser.get(entered.headers["Location"]))
    sent = browser.post(entered.headers["Location"], {"pin": PIN})

    assert (sent.status_code, sent.headers["Location"]) == (302, f"/obrolan/{group.public_id}/")
    packet = Packet.objects.get()
    assert (packet.mode, packet.total_sen, packet.slot_count, packet.message) == ("lucky", 20_000_00, 2, "Selamat")
    again = browser.post(entered.headers["Location"], {"pin": "000001"})
    assert (again.status_code, browser.get(entered.headers["Location"]).status_code) == (302, 302)
    assert (Packet.objects.count(), balance(ana, now)) == (1, 480_000_00)


def test_form_offers_greetings_of_the_feasts(ana, group):
    form = text(browser_of(ana).get(send_address(group)))

    assert form.count('data-part="greeting"') == 6
    assert all(greeting in form for greeting in ("Selamat Idulfitri 🌙", "Gong Xi Fa Cai 🧧"))


def test_people_and_groups_are_listed_with_their_pictures(ana, bo, group, make_direct):
    make_direct(ana, bo)
    of_group, of_bo = ids.new_id(), "a" * 16
    Group.objects.filter(conversation=group).update(picture=of_group)
    User.objects.filter(pk=bo.pk).update(avatar=of_bo)

    listed = text(browser_of(ana).get("/angpao/"))
    form = text(browser_of(ana).get(send_address(group)))

    assert f'src="/media/berkas/{of_group}/small.webp"' in listed
    assert f'src="/media/berkas/{of_group}/small.webp"' in form
    assert f"{of_bo}-128.webp" in listed


def test_equal_amount_is_what_each_person_gets(ana, group):
    entered = browser_of(ana).post(send_address(group), {**FORM, "mode": "equal", "amount": "7.500"})

    assert entered.status_code == 302
    browser = browser_of(ana)
    confirmation = browser.post(send_address(group), {**FORM, "mode": "equal", "amount": "7.500"}).headers["Location"]
    assert "Rp15.000" in text(browser.get(confirmation))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "x"}, "amount"),
        ({"amount": "1.999"}, "amount"),
        ({"amount": "10.000,50"}, "amount"),
        ({"amount": "10.000,50", "mode": "equal"}, "amount"),
        ({"amount": "900.000"}, "amount"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "3"}, "quantity"),
        ({"quantity": "²"}, "quantity"),
        ({"quantity": "9" * 40, "mode": "equal"}, "quantity"),
        ({"message": "x" * 101}, "message"),
    ],
    ids=str,
)
def test_wrong_field_is_marked_and_nothing_is_sent(ana, group, changes, field):
    response = browser_of(ana).post(send_address(group), {**FORM, **changes})

    assert response.status_code == 422
    assert f'id="{field}-problem"' in text(response)
    assert not Packet.objects.exists()


def test_wrong_pin_is_said_and_nothing_is_sent(ana, group, now):
    browser = browser_of(ana)
    confirmation = browser.post(send_address(group), FORM).headers["Location"]

    response = browser.post(confirmation, {"pin": "000001"})

    assert response.status_code == 403
    assert 'id="pin-problem"' in text(response)
    assert (Packet.objects.exists(), balance(ana, now)) == (False, 500_000_00)


def test_outsider_finds_neither_the_group_nor_the_packet(ana, eve, group, send):
    packet = send()
    browser = browser_of(eve)

    assert browser.get("/angpao/").status_code == 200
    for method, address in (
        (browser.get, send_address(group)),
        (browser.post, send_address(group)),
        (browser.get, f"/angpao/{packet.public_id}/"),
        (browser.get, f"/angpao/{packet.public_id}/pembagian/"),
        (browser.get, f"/angpao/{packet.public_id}/keadaan/"),
    ):
        response = method(address)
        assert (response.status_code, "Selamat ya" in text(response)) == (404, False)


def test_person_who_could_open_it_sees_no_amount(bo, cici, send, now):
    packet = send()
    open_one(packet, cici, now)

    page = text(browser_of(bo).get(f"/angpao/{packet.public_id}/"))

    assert f'action="/angpao/{packet.public_id}/buka/"' in page
    assert "Cici" not in page
    assert "Rp" not in re.sub(r'value="[^"]*"', "", page)  # The token of the form may have the letters.


def test_opener_sees_who_got_how_much_and_the_crown_at_the_end(ana, bo, cici, send, now):
    packet = send()
    open_one(packet, bo, now)
    before = text(browser_of(bo).get(f"/angpao/{packet.public_id}/"))
    open_one(packet, cici, now)

    after = text(browser_of(bo).get(f"/angpao/{packet.public_id}/"))

    best = max(Slot.objects.values_list("amount_sen", flat=True))
    assert ("Terbanyak" in before, after.count("Terbanyak")) == (False, Slot.objects.filter(amount_sen=best).count())
    assert "Cici" in after


def test_opening_on_the_page_pays_once(real_db, ana, bo, send, now):
    packet = send(slots=1)
    browser = browser_of(bo)

    opened = browser.post(f"/angpao/{packet.public_id}/buka/")
    again = browser.post(f"/angpao/{packet.public_id}/buka/")

    assert (opened.status_code, again.status_code) == (302, 302)
    assert "Rp20.000" in text(browser.get(opened.headers["Location"]))
    assert balance(bo, now) == 20_000_00


def test_refusal_is_said_on_the_page(real_db, make_user, ana, bo, send, now):
    packet = send(slots=1)
    top_up(make_user, bo, 1_990_000_00, now)

    full = browser_of(bo).post(f"/angpao/{packet.public_id}/buka/")
    own = browser_of(ana).post(f"/angpao/{packet.public_id}/buka/")

    assert (full.status_code, "Dompetmu penuh" in text(full)) == (409, True)
    assert (own.status_code, balance(bo, now)) == (403, 1_990_000_00)


def test_outsider_opens_nothing_on_the_page(real_db, ana, eve, send, now):
    packet = send()

    refused = browser_of(eve).post(f"/angpao/{packet.public_id}/buka/")

    assert (refused.status_code, balance(eve, now)) == (404, 0)


def test_seed_is_shown_when_the_packet_is_over_and_not_before(bo, send, now):
    packet = send(slots=1)
    address = f"/angpao/{packet.public_id}/pembagian/"

    before = text(browser_of(bo).get(address))
    open_one(packet, bo, now)
    after = text(browser_of(bo).get(address))

    assert (packet.commitment in before, packet.seed in before) == (True, False)
    assert (packet.commitment in after, packet.seed in after) == (True, True)


def test_returned_packet_says_what_went_back(ana, bo, send, now):
    packet = send(total=Money(20_000_00), mode="equal")
    open_one(packet, bo, now)
    api.return_due(now + timedelta(hours=24))

    of_sender, of_opener = (text(browser_of(user).get(f"/angpao/{packet.public_id}/")) for user in (ana, bo))

    assert "Rp10.000 kembali ke dompetmu" in of_sender
    assert "Rp10.000 kembali ke pengirim" in of_opener


def test_open_page_learns_of_each_opening_and_of_the_end(ana, bo, cici, send, now):
    packet = send()
    states = {user: version_of(user, packet) for user in (ana, bo, cici)}

    open_one(packet, bo, now)
    opened = {user: version_of(user, packet) for user in (ana, bo, cici)}
    open_one(packet, cici, now)
    finished = {version_of(user, packet) for user in (ana, bo, cici)}

    # Whoever could still open it is shown nothing of the others, so that nothing changes for them.
    assert [opened[user] == states[user] for user in (ana, bo, cici)] == [False, False, True]
    assert finished == {"finished:2"}
    assert "<nusa-await-state" not in text(browser_of(ana).get(f"/angpao/{packet.public_id}/"))


def test_open_page_learns_that_the_time_is_over(bo, send, monkeypatch, now):
    packet = send()
    assert version_of(bo, packet) == "waiting"

    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(hours=24))

    assert version_of(bo, packet) == "returned:0"


def version_of(user, packet):
    """The version that the state says; as long as the packet is open, that of the page is the same."""
    browser = browser_of(user)
    version = browser.get(f"/angpao/{packet.public_id}/keadaan/").json()["state"]
    if not version.startswith(("finished", "returned")):
        assert f'data-state="{version}"' in text(browser.get(f"/angpao/{packet.public_id}/"))
    return version


def test_refused_form_is_not_reloaded(real_db, ana, send):
    packet = send()

    refused = browser_of(ana).post(f"/angpao/{packet.public_id}/buka/")

    assert "<nusa-await-state" not in text(refused)


def test_chat_leads_to_the_form_of_its_group_or_person(ana, bo, cici, group, make_direct):
    talk = make_direct(ana, bo)
    browser = browser_of(ana)

    of_group = browser.get(f"/angpao/?obrolan={group.public_id}")
    of_person = browser.get(f"/angpao/?kepada={bo.public_id}")
    of_nobody = browser.get(f"/angpao/?kepada={cici.public_id}")

    assert (of_group.headers["Location"], of_person.headers["Location"]) == (send_address(group), send_address(talk))
    assert of_nobody.status_code == 200
