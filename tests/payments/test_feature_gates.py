"""A place without money: every door of the wallet is closed with one code, and talk goes on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from payments import api, errors, urls
from payments.models import Account, Journal
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.core.money import Money
from superapp.realtime import registry
from superapp.realtime.rate_limits import command_throttle
from superapp.wiring.demo import wallets
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import browser_on, log_in
from tests.payments.purses import PIN, browser_of

COMMANDS = sorted(name for name in registry.commands if name.startswith("payments."))
ADDRESS = {name: str(uuid.uuid4()) for name in ("user", "key", "journal", "charge", "withdrawal", "bill")}


@pytest.fixture(params=["chat_only", "social_commerce"])
def close_down(request, settings):
    """Have the operator offer no money from now on."""

    def close():
        settings.LEGAL_PROFILE = request.param

    return close


def test_every_wallet_page_is_404_without_payments(make_user, close_down):
    browser = browser_of(make_user("ana"))
    close_down()

    pages = [one for one in urls.urlpatterns if not str(one.pattern).startswith("konsol/")]
    for pattern in pages:
        path = "/" + str(pattern.pattern)
        for name, value in ADDRESS.items():
            path = path.replace(f"<uuid:{name}>", value)
        command_throttle.forget_everybody()
        answers = [browser.get(path), browser.post(path)]
        assert [answer.status_code for answer in answers] == [403, 403], path
        assert "Layanan ini tidak menyediakan dompet" in answers[0].content.decode()
    assert len(pages) == 31


def test_every_command_is_refused_with_one_code_over_socket_and_rest(real_db, connect, make_user, close_down):
    device = log_in(make_user("ana"))
    socket, browser = connect(device=device), browser_on(device)
    amount = {"amount_minor": 1_00, "asset": "IDR"}
    fields = {
        "payments.changes": {"after": 0},
        "payments.receipt": {"journal": ADDRESS["journal"]},
        "payments.recipient": {"handle": "bo"},
        "payments.send": {"user": ADDRESS["user"], "amount": amount, "pin": PIN, "idempotency_key": "k"},
        "payments.pin_set": {"pin": PIN},
        "payments.pin_change": {"old": PIN, "new": PIN},
        "payments.pin_ask": {"code": "123456"},
        "payments.pin_reset": {"pin": PIN},
    }
    close_down()

    assert len(COMMANDS) == 13
    for name in COMMANDS:
        method, route = registry.commands[name].rest.split(" ")
        path = f"/api/v1/{route}".replace("<uuid:journal>", ADDRESS["journal"])
        if method == "GET":
            answer = browser.get(path, fields.get(name, {}))
        else:
            answer = browser.generic(method, path, json.dumps(fields.get(name, {})), content_type="application/json")
        assert socket.err(name, **fields.get(name, {}))["code"] == "payments.not_offered", name
        assert (answer.status_code, answer.json()["code"]) == (403, "payments.not_offered"), name
    assert socket.err("watch", topic=f"wallet:{uuid.uuid4()}")["code"] == "payments.not_offered"
    assert not Account.objects.exists()


def test_money_commands_without_payments_are_refused(make_payer, make_user, now, close_down):
    ana, bo = make_payer("ana", 100_000), make_payer("bo")
    one, two = make_user("op", is_staff=True), make_user("second", is_staff=True)
    waiting = api.request_top_up(user_id=bo.pk, amount=Money(5_00), reason="slip", maker_id=one.pk, now=now)
    before = Journal.objects.count()
    close_down()

    for do in (
        lambda: api.send_money(
            sender_id=ana.pk, receiver_id=bo.pk, amount=Money(1), pin=PIN, idempotency_key="k", now=now
        ),
        lambda: api.pay_into_escrow(
            reference="shop.order:1",
            payer_id=ana.pk,
            amount=Money(1),
            authorization=BY_PIN,
            idempotency_key="k",
            now=now,
        ),
        lambda: api.hold_funds(
            payer_id=ana.pk,
            merchant="m",
            amount=Money(1),
            reference="r",
            expires_at=now,
            authorization=BY_PIN,
            idempotency_key="k",
            now=now,
        ),
        lambda: api.request_top_up(user_id=bo.pk, amount=Money(5_00), reason="slip", maker_id=one.pk, now=now),
        lambda: api.approve_top_up(top_up=waiting.public_id, checker_id=two.pk, now=now),
    ):
        with pytest.raises(errors.NotOffered):
            do()
    with pytest.raises(CommandError):
        call_command("top_up", "ask", "bo", "Rp1.000", "slip", "--by", "op")

    assert Journal.objects.count() == before


def test_pending_order_money_is_still_released_or_refunded(make_payer, now, close_down):
    ana = make_payer("ana", 100_000)
    for number in (1, 2):
        api.pay_into_escrow(
            reference=f"order:{number}",
            payer_id=ana.pk,
            amount=Money(10_000),
            authorization=BY_PIN,
            idempotency_key=f"p{number}",
            now=now,
        )
    held = api.hold_funds(
        payer_id=ana.pk, merchant="m", amount=Money(5_000), reference="scan:1",
        expires_at=now + timedelta(minutes=5), authorization=BY_PIN, idempotency_key="h", now=now,
    )  # fmt: skip
    close_down()

    back = api.refund_escrow(
        reference="order:1", amount=Money(10_000), authorization=BY_PIN, idempotency_key="r", now=now
    )
    on = api.release_escrow(
        reference="order:2", merchant="m", fee=api.NO_FEE, authorization=BY_PIN, idempotency_key="l", now=now
    )
    free = api.void_hold(hold=held.public_id, idempotency_key="v", now=now)

    assert [type(answer) for answer in (back, on, free)] == [ledger.Posted] * 3
    account = Account.objects.get(owner=ana)
    assert (account.balance, account.held) == (90_000, 0)


def test_navigation_has_a_wallet_only_with_payments(close_down):
    config = apps.get_app_config("payments")
    assert [item["view"] for item in config.navigation_items] == ["payments:wallet"]

    close_down()

    assert config.navigation_items == ()


def test_demo_people_have_no_wallets(make_user, now, close_down):
    close_down()

    assert wallets.fill_wallets(now=now) == []

    assert not Account.objects.exists()


def test_chat_works_without_payments(real_db, make_site, make_user, now):
    """The whole product, started with ``LEGAL_PROFILE=chat_only``."""
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    session = log_in(ana).session_key
    site = make_site(env={"LEGAL_PROFILE": "chat_only"})

    talk = json.loads(ask(site, "/api/v1/conversations", session, {"user": str(bo.public_id)})[1])
    said = ask(site, f"/api/v1/conversations/{talk['id']}/messages", session, {"client_id": "c-1", "body": "Halo, Bo"})
    pages = [ask(site, path, session) for path in ("/obrolan/", f"/obrolan/{talk['id']}/", "/kontak/", "/saya/")]
    wallet, rest = ask(site, "/dompet/", session), ask(site, "/api/v1/wallet", session)

    assert (said[0], json.loads(said[1])["seq"]) == (200, 1)
    assert [status for status, _text in pages] == [200] * 4
    assert "Halo, Bo" in pages[1][1]
    assert not any("dompet" in text or "payments.transfer" in text for _status, text in pages)
    assert (wallet[0], rest[0], json.loads(rest[1])["code"]) == (403, 403, "payments.not_offered")


def test_chat_page_links_to_the_wallet_with_payments(real_db, make_site, make_user, now):
    """So that the test above says something."""
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    session, site = log_in(ana).session_key, make_site()

    talk = json.loads(ask(site, "/api/v1/conversations", session, {"user": str(bo.public_id)})[1])
    page = ask(site, f"/obrolan/{talk['id']}/", session)[1]

    assert 'href="/dompet/"' in page
    assert f"/dompet/kirim/?kepada={bo.public_id}" in page
    assert "payments.transfer" in page


def ask(site, path, session, body=None):
    """The status and the text that the site answers to whoever is logged in with this session."""
    headers = {"Cookie": f"sessionid={session}; csrftoken={'t' * 32}"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "X-CSRFToken": "t" * 32, "Referer": site.url}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(site.url + path, data=data, headers=headers)  # Our own server.
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
