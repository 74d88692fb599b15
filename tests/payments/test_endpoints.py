"""Wallets through both doors: the same answers, the same refusals, and nothing for outsiders."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from payments import api
from payments.models import Journal
from superapp.accounts import api as accounts
from superapp.accounts.models import PhoneNumber, User
from superapp.core import clock
from superapp.core.money import Money
from superapp.realtime import registry
from tests.harness.socket_client import browser_on, log_in
from tests.payments.purses import PIN, balance, top_up


def pin_row(state, reset_from=None, reset_here=False):
    """Return the wire row of a PIN without wrong tries elsewhere."""
    return {"state": state, "reset_from": reset_from, "reset_here": reset_here, "wrong_elsewhere": []}


@pytest.fixture
def doors(connect):
    """Return the responses over socket and REST: ``doors(ana)("payments.wallet")``."""

    def doors(user, *, is_trusted=False):
        device = log_in(user)
        if is_trusted:
            accounts.trust_device(user_id=user.pk, device_id=device.pk, now=device.signed_in_at)
        socket, browser = connect(device=device), browser_on(device)

        def ask(name, **fields):
            return [socket.ask(name, **fields), over_rest(browser, registry.commands[name], fields)]

        return ask

    return doors


def over_rest(browser, command, fields):
    method, route = command.rest.split(" ")
    fields = dict(fields)
    if "<uuid:journal>" in route:
        route = route.replace("<uuid:journal>", fields.pop("journal"))
    if method == "GET":
        response = browser.get(f"/api/v1/{route}?{urlencode(fields)}")
    else:
        response = browser.generic(method, f"/api/v1/{route}", json.dumps(fields), content_type="application/json")
    body = json.loads(response.content)
    return {"ok": body} if response.status_code == 200 else {"err": body, "status": response.status_code}


@pytest.fixture
def ana(real_db, make_payer, now):
    return make_payer("ana", 100_000_00)


def wish(receiver, minor=15_000_00, **fields):
    return {
        "user": str(receiver.public_id),
        "amount": {"amount_minor": minor, "asset": "IDR"},
        "pin": PIN,
        "idempotency_key": "k-1",
        **fields,
    }


def test_wallet_is_the_same_over_socket_and_rest(doors, ana, now):
    socket, rest = doors(ana)("payments.wallet")

    assert socket["ok"] == rest["ok"]
    assert rest["ok"]["wallet"]["balance"] == {"amount_minor": 100_000_00, "asset": "IDR"}
    assert rest["ok"]["pin"] == pin_row("set")


def test_transfer_over_socket_and_rest_with_one_key_happens_once(doors, ana, bo, now):
    socket, rest = doors(ana)("payments.send", **wish(bo, memo="bakso"))

    assert socket["ok"] == rest["ok"]
    assert Journal.objects.filter(kind="sent").count() == 1
    assert (balance(ana, now), balance(bo, now)) == (85_000_00, 15_000_00)


def test_refusal_is_the_same_over_socket_and_rest_and_final(doors, ana, bo, make_user, now):
    ask = doors(ana)
    socket, rest = ask("payments.send", **wish(bo, 100_001_00))
    top_up(make_user, ana, 500_000_00, now)
    again, _ = ask("payments.send", **wish(bo, 100_001_00))

    assert socket["err"] == rest["err"] == again["err"]
    assert (socket["err"]["code"], rest["status"]) == ("payments.insufficient_funds", 409)
    assert balance(bo, now) == 0


def test_key_reused_for_another_request_is_refused(doors, ana, bo, now):
    ask = doors(ana)
    ask("payments.send", **wish(bo))

    socket, rest = ask("payments.send", **wish(bo, 1_00))

    assert (socket["err"]["code"], rest["status"]) == ("payments.key_reused", 409)
    assert balance(bo, now) == 15_000_00


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": {"amount_minor": "1500000", "asset": "IDR"}}, "invalid"),
        ({"amount": {"amount_minor": 1.5, "asset": "IDR"}}, "invalid"),
        ({"amount": {"amount_minor": 1500000.0, "asset": "IDR"}}, None),
        ({"amount": {"amount_minor": 1e30, "asset": "IDR"}}, "invalid"),
        ({"amount": {"amount_minor": True, "asset": "IDR"}}, "invalid"),
        ({"amount": {"amount_minor": None, "asset": "IDR"}}, "invalid"),
        ({"amount": {"amount_minor": 1500000, "asset": "USD"}}, "payments.insufficient_funds"),
        ({"amount": {"amount_minor": 10**18, "asset": "IDR"}}, None),
        ({"amount": {"amount_minor": 0, "asset": "IDR"}}, "money.amount_invalid"),
        ({"amount": {"amount_minor": -1, "asset": "IDR"}}, "money.amount_invalid"),
        ({"amount": {"amount_minor": 1, "asset": "IDR"}}, "money.amount_not_whole"),
        ({"amount": {"amount_minor": 1_000_000_50, "asset": "IDR"}}, "money.amount_not_whole"),
        ({"amount": {"amount_minor": 100, "asset": "XAU"}}, "money.amount_invalid"),
        ({"amount": {"amount_minor": 100}}, "invalid"),
        ({"pin": 280394}, "invalid"),
        ({"pin": "000000"}, "payments.pin_wrong"),
        ({"idempotency_key": ""}, "invalid"),
        ({"user": "bo"}, "invalid"),
        ({"user": str(uuid.uuid4())}, "accounts.person_not_found"),
        ({"memo": "x" * 141}, "invalid"),
    ],
)
def test_bad_input_moves_nothing(doors, ana, bo, now, change, code):
    socket, rest = doors(ana)("payments.send", **{**wish(bo), **change})

    assert socket["err"]["code"] == rest["err"]["code"]
    assert code in (None, socket["err"]["code"])
    assert (balance(ana, now), balance(bo, now)) == (100_000_00, 0)


@pytest.mark.parametrize("minor", [float("nan"), float("inf")])
def test_amount_of_invalid_json_moves_nothing(connect, ana, bo, now, minor):
    device = log_in(ana)
    fields = wish(bo) | {"amount": {"amount_minor": minor, "asset": "IDR"}}
    socket = connect(device=device)

    answer = over_rest(browser_on(device), registry.commands["payments.send"], fields)
    socket.send({"id": 1, "do": "payments.send", **fields})

    assert answer["status"] in (400, 422)
    assert socket.wait_closed() == 4400
    assert (balance(ana, now), balance(bo, now)) == (100_000_00, 0)


def test_transfer_note_to_a_stranger_is_refused_but_money_is_sent(doors, ana, make_payer, now):
    eve = make_payer("eve")
    ask = doors(ana)

    socket, rest = ask("payments.send", **wish(eve, memo="halo"))
    sent, _ = ask("payments.send", **wish(eve))

    assert (socket["err"]["code"], rest["status"]) == ("payments.memo_for_contacts", 403)
    assert "ok" in sent
    assert balance(eve, now) == 15_000_00


def test_recipient_is_named_by_contact_handle_and_number(doors, ana, bo, now):
    ask = doors(ana)
    number = PhoneNumber.objects.get(user=bo).number

    found = [
        ask("payments.recipient", **by) for by in ({"user": str(bo.public_id)}, {"handle": "bo"}, {"phone": number})
    ]
    nobody = ask("payments.recipient", phone="0811 9999 9999")
    nothing = ask("payments.recipient")
    oneself = ask("payments.recipient", handle="ana")

    for socket, rest in found:
        assert socket["ok"] == rest["ok"]
        assert (rest["ok"]["person"]["name"], rest["ok"]["is_contact"]) == ("Bo Santoso", True)
    assert [answers[1]["err"]["code"] for answers in (nobody, nothing, oneself)] == [
        "accounts.person_not_found",
        "payments.recipient_unnamed",
        "payments.to_oneself",
    ]


def test_phone_numbers_cannot_be_enumerated(connect, ana, bo):
    socket = connect(ana)

    answers = [socket.ask("payments.recipient", phone=f"0811 9999 {number:04}") for number in range(22)]

    assert [answer["err"]["code"] for answer in answers] == ["accounts.person_not_found"] * 20 + ["rate_limited"] * 2


def test_receipt_is_404_for_an_outsider(doors, ana, bo, make_payer, now):
    sent = api.send_money(sender_id=ana.pk, receiver_id=bo.pk, amount=Money(100), pin=PIN, idempotency_key="k", now=now)
    journal = str(sent.public_id)

    mine, _ = doors(ana)("payments.receipt", journal=journal)
    theirs, _ = doors(bo)("payments.receipt", journal=journal)
    hers = doors(make_payer("eve"))("payments.receipt", journal=journal)
    absent = doors(ana)("payments.receipt", journal=str(uuid.uuid4()))

    assert (mine["ok"]["amount"]["amount_minor"], theirs["ok"]["amount"]["amount_minor"]) == (-100, 100)
    assert mine["ok"]["peer"]["name"] == "Bo Santoso"
    assert hers[0]["err"] == hers[1]["err"] == absent[0]["err"] == absent[1]["err"]
    assert hers[1]["err"]["code"] == "payments.receipt_not_found"


def test_wallet_topic_is_watched_only_by_its_owner(connect, ana, bo, now):
    mine, theirs = connect(ana), connect(bo)
    topic = f"wallet:{mine.ok('payments.wallet')['wallet']['id']}"

    rev = mine.ok("watch", topic=topic)["rev"]
    refused = theirs.err("watch", topic=topic)
    mine.ok("payments.send", **wish(bo, 2_500_00))

    hints = [hint for hint in mine.hints() if hint.get("on") == topic]
    assert refused["code"] == theirs.err("watch", topic="wallet:nothing")["code"] == "payments.wallet_not_found"
    assert [(hint["rev"], hint["say"], hint["row"]["balance"]["amount_minor"]) for hint in hints] == [
        (rev + 1, "wallet.changed", 97_500_00)
    ]
    assert [hint for hint in theirs.hints() if hint.get("on") == topic] == []
    changes = mine.ok("payments.changes", after=rev)
    assert (changes["rev"], changes["more"]) == (rev + 1, False)
    assert [row["amount"]["amount_minor"] for row in changes["rows"]] == [-2_500_00]
    assert mine.ok("payments.changes", after=rev + 1)["rows"] == []


def test_wallet_history_is_paged_and_searched(connect, ana, bo, now):
    socket = connect(ana)
    for number in range(3):
        socket.ok(
            "payments.send", **wish(bo, 100_00 + number * 100, memo=f"nota {number}", idempotency_key=f"k-{number}")
        )

    first = socket.ok("payments.history", limit=2)
    rest = socket.ok("payments.history", before=first["rows"][-1]["seq"])

    assert [row["memo"] for row in first["rows"]] == ["nota 2", "nota 1"]
    assert first["more"] is True
    assert ([row["memo"] for row in rest["rows"]], rest["more"]) == (["nota 0", ""], False)
    assert [row["memo"] for row in socket.ok("payments.history", search="nota 1")["rows"]] == ["nota 1"]
    assert "reference" not in first["rows"][0]


def test_pin_is_set_and_changed(doors, make_payer, now):
    dewi = make_payer("dewi", pin=None)
    ask = doors(dewi, is_trusted=True)

    set_, taken = ask("payments.pin_set", pin=PIN)
    wrong, _ = ask("payments.pin_change", old="739251", new="739252")
    early, _ = ask("payments.pin_reset", pin="739251")

    assert set_["ok"] == {}
    assert taken["err"]["code"] == "payments.pin_already_set"
    assert wrong["err"]["params"] == {"left": 4}
    assert early["err"]["code"] == "payments.pin_reset_too_early"


@pytest.fixture
def dewi(real_db, make_payer):
    """Return a person who never set a PIN."""
    return make_payer("dewi", pin=None)


@pytest.mark.parametrize("door", [0, 1], ids=["socket", "rest"])
def test_first_pin_on_an_untrusted_device_takes_a_code_and_a_day(doors, dewi, codes, monkeypatch, door):
    now, ask = clock.now(), doors(dewi)

    untrusted = ask("payments.pin_set", pin=PIN)
    # One code for both doors: the second is told to wait.
    sent = ask("payments.pin_code")
    wrong = ask("payments.pin_ask", code=f"{(int(codes[0]) + 1) % 10**6:06}")
    asked = ask("payments.pin_ask", code=codes[0])
    early = ask("payments.pin_reset", pin=PIN)
    state = ask("payments.wallet")[door]["ok"]["pin"]
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1, minutes=1))
    done = ask("payments.pin_reset", pin=PIN)

    assert [answer["err"]["code"] for answer in untrusted] == ["payments.device_not_trusted"] * 2
    assert (sent[0]["ok"], sent[1]["err"]["code"]) == ({"retry_after": 60}, "rate_limited")
    assert [answer["err"]["code"] for answer in wrong] == ["accounts.code_wrong"] * 2
    assert (asked[0]["ok"], asked[1]["err"]["code"]) == ({"reset_from": state["reset_from"]}, "accounts.code_over")
    assert state["state"] == "missing"
    assert [answer["err"]["code"] for answer in early] == ["payments.pin_reset_too_early"] * 2
    assert (done[0]["ok"], done[1]["err"]["code"]) == ({}, "payments.pin_reset_too_early")
    assert ask("payments.wallet")[door]["ok"]["pin"] == {
        "state": "set",
        "reset_from": None,
        "reset_here": False,
        "wrong_elsewhere": [],
    }


@pytest.mark.parametrize("door", [0, 1], ids=["socket", "rest"])
def test_pin_reset_is_finished_on_its_device_and_cancelled_on_trusted_ones(doors, ana, codes, monkeypatch, door):
    now = clock.now()
    owner, thief, other = doors(ana, is_trusted=True), doors(ana), doors(ana)
    thief("payments.pin_code")
    thief("payments.pin_ask", code=codes[0])
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1, minutes=1))

    seen = [ask("payments.wallet")[door]["ok"]["pin"]["reset_here"] for ask in (thief, other, owner)]
    elsewhere = other("payments.pin_reset", pin="739251")[door]
    kept = thief("payments.pin_reset_end")[door]
    ended = owner("payments.pin_reset_end")[door]
    late = thief("payments.pin_reset", pin="739251")[door]

    assert seen == [True, False, False]
    assert elsewhere["err"]["code"] == late["err"]["code"] == "payments.pin_reset_too_early"
    assert kept["err"]["code"] == "payments.pin_reset_kept"
    assert ended["ok"] == {}
    assert owner("payments.wallet")[door]["ok"]["pin"] == {
        "state": "set",
        "reset_from": None,
        "reset_here": False,
        "wrong_elsewhere": [],
    }


def test_pin_reset_code_is_valid_only_on_its_device(connect, dewi, codes):
    here, there = connect(dewi), connect(dewi)

    here.ok("payments.pin_code")

    assert there.err("payments.pin_ask", code=codes[0])["code"] == "accounts.code_over"
    assert here.ok("payments.pin_ask", code=codes[0]).keys() == {"reset_from"}


def test_transfer_retry_returns_the_response_after_the_receiver_closed(doors, ana, bo, now):
    ask = doors(ana)
    sent, _ = ask("payments.send", **wish(bo, memo="bakso"))
    refused, _ = ask("payments.send", **wish(bo, 90_000_00, idempotency_key="k-2"))
    User.objects.filter(pk=bo.pk).update(is_active=False)

    for again in ask("payments.send", **wish(bo, memo="bakso")):
        assert again["ok"] == sent["ok"]
    for again in ask("payments.send", **wish(bo, 90_000_00, idempotency_key="k-2")):
        assert again["err"] == refused["err"]
    for new in ask("payments.send", **wish(bo, idempotency_key="k-3")):
        assert new["err"]["code"] == "accounts.person_not_found"
    assert balance(ana, now) == 85_000_00


def test_number_of_a_person_who_blocked_the_asker_is_not_found(doors, ana, bo, make_payer, now):
    number, eve = PhoneNumber.objects.get(user=bo).number, make_payer("eve")
    accounts.block_person(user_id=bo.pk, peer_public_id=eve.public_id, now=now)
    ask = doors(eve)

    blocked, absent = ask("payments.recipient", phone=number), ask("payments.recipient", phone="0811 9999 9999")

    assert blocked[0]["err"] == blocked[1]["err"] == absent[0]["err"] == absent[1]["err"]
    assert blocked[1]["err"]["code"] == "accounts.person_not_found"
    # To everybody else it is bo's, and to bo eve's is hers.
    assert doors(ana)("payments.recipient", phone=number)[0]["ok"]["person"]["name"] == "Bo Santoso"
    hers = PhoneNumber.objects.get(user=eve).number
    assert doors(bo)("payments.recipient", phone=hers)[0]["ok"]["person"]["name"] == "Eve"
