"""Texts of forms that no command has: they are stored clean, or refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from superapp.accounts import api as accounts
from superapp.core import clock
from tests.chat.conftest import make_direct as make_direct
from tests.payments.purses import PIN, browser_of
from tests.peer_payments.asking import make_group
from tests.security.test_written_fields import DIRTY, MARKER, is_dirty, texts
from tests.shop.html_clients import browser_of as shop_browser_of


@pytest.fixture
def two(make_payer, now):
    ana, bo = make_payer("ana"), make_payer("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    return ana, bo


@pytest.mark.parametrize("dirt", DIRTY)
def test_note_of_a_request_for_money_is_stored_clean(dirt, two):
    ana, bo = two
    form = {"amount": "1.000", "note": DIRTY[dirt], "key": "k"}

    browser_of(ana).post(f"/dompet/minta/dari/{bo.public_id}/", form)

    kept = {name for name, text in texts() if name.startswith("peer_payments.") and MARKER in text}
    assert kept == {"peer_payments.MoneyRequest.note"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_texts_of_a_bill_are_stored_clean(dirt, two, now):
    ana, bo = two
    group = make_group(ana, [bo], now)
    form = {
        "title": DIRTY[dirt],
        "item": [DIRTY[dirt]],
        "price": ["1.000"],
        "had": [f"0:{bo.public_id}"],
        "key": "k",
    }

    browser_of(ana).post(f"/dompet/patungan/?obrolan={group.partition(':')[2]}&cara=items", form)

    kept = {name for name, text in texts() if name.startswith("peer_payments.") and MARKER in text}
    assert kept == {f"peer_payments.{name}" for name in ("BillSplit.title", "BillSplit.items", "MoneyRequest.note")}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_message_of_an_angpao_is_stored_clean(dirt, make_payer, make_user, make_direct, now):
    ana = make_payer("ana", 50_000_00)
    conversation = make_direct(ana, make_user("bo"))
    browser = browser_of(ana)
    form = {"mode": "equal", "amount": "1.000", "quantity": "1", "message": DIRTY[dirt]}

    confirmation = browser.post(f"/angpao/kirim/{conversation.public_id}/", form).headers["Location"]
    browser.post(confirmation, {"pin": PIN})

    kept = {name for name, text in texts() if name.startswith("angpao.") and MARKER in text}
    assert kept == {"angpao.Packet.message"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_note_of_a_scheduled_transfer_is_stored_clean(dirt, two):
    ana, bo = two
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    form = {"amount": "1.000", "note": DIRTY[dirt], "first_on": day, "repeat": "once", "pin": PIN, "key": "k"}

    browser_of(ana).post(f"/dompet/terjadwal/ke/{bo.public_id}/", form)

    kept = {name for name, text in texts() if name.startswith("peer_payments.") and MARKER in text}
    assert kept == {"peer_payments.Schedule.note"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_place_of_pickup_is_stored_clean(dirt, bo, product):
    form = {"pickup_address": DIRTY[dirt], "do": "save"}

    assert shop_browser_of(bo).post("/tokoku/pengiriman/", form).status_code == 302

    assert [name for name, text in texts() if MARKER in text] == ["shop.ShippingSettings.pickup_address"]
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []
