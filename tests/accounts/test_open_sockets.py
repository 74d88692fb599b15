"""Account changes reach the open sockets of the people concerned."""

from __future__ import annotations

from superapp.accounts import api
from superapp.core import clock, outbox
from tests.harness.socket_client import log_in


def told(client, say):
    return [hint for hint in client.hints() if hint["say"] == say]


def test_remote_sign_out_closes_the_sockets_of_the_device(real_db, connect, make_user):
    ana = make_user("ana")
    there, here = log_in(ana), log_in(ana)
    on_there, on_here = connect(device=there), connect(device=here)

    on_here.ok("accounts.device_end", device=str(there.public_id))

    assert on_there.wait_closed() == 4401
    assert [row["here"] for row in on_here.ok("accounts.devices")["rows"]] == [True]


def test_outsider_cannot_end_a_device_session(real_db, connect, make_user):
    ana, eve = make_user("ana"), make_user("eve")
    device = log_in(ana)
    on_ana, on_eve = connect(device=device), connect(eve)

    refused = on_eve.err("accounts.device_end", device=str(device.public_id))

    assert refused["code"] == "accounts.device_not_found"
    assert list(on_ana.ok("ping")) == ["now"]


def test_new_contact_is_hinted_to_both_and_not_to_an_outsider(real_db, connect, make_user):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    on_ana, on_bo, on_eve = connect(ana), connect(bo), connect(eve)

    on_ana.ok("accounts.contact_ask", handle="bo")
    [asked] = told(on_bo, "contact.changed")
    on_bo.ok("accounts.contact_answer", user=str(ana.public_id), accept=True)
    hints = [*told(on_ana, "contact.changed")]

    assert (asked["on"], asked["rev"], asked["row"]["state"]) == ("me", 1, "asks")
    assert asked["row"]["person"]["name"] == "Ana"
    assert [(hint["rev"], hint["row"]["state"]) for hint in hints] == [(1, "invited"), (2, "accepted")]
    assert on_eve.hints() == []


def test_inviter_by_number_gets_no_hint_until_acceptance(real_db, connect, make_user):
    ana, bo = make_user("ana"), make_user("bo")
    on_ana, on_bo = connect(ana), connect(bo)

    assert on_ana.ok("accounts.contact_ask", phone=bo.phone.number) == {"state": "invited"}
    outbox.deliver_due(clock.now())

    [asked] = told(on_bo, "contact.changed")
    assert asked["row"]["state"] == "asks"
    assert on_ana.hints() == []


def test_contact_sees_the_new_name_at_once(real_db, connect, make_user):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    api.connect_people(user_id=ana.pk, peer_id=bo.pk, now=clock.now())
    on_ana, on_bo, on_eve = connect(ana), connect(bo), connect(eve)

    row = on_ana.ok("accounts.profile_change", name="Ana Baru")

    assert [hint["person"]["name"] for hint in told(on_bo, "profile.changed")] == ["Ana Baru"]
    assert {hint["on"] for hint in told(on_ana, "profile.changed")} == {"me", "people"}
    assert row["rev"] == 2
    assert on_eve.hints() == []
