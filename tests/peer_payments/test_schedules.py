"""Scheduled transfers: made at most once for each date, whoever is down, poor or twice at it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from payments import api as payments
from payments.domain.authorization import NotAuthorized
from payments.errors import KeyReused, MandateEnded, MandateExceeded, PinWrong
from payments.models import Journal, Mandate
from payments.queries import find_wallet
from payments.writers import ledger
from peer_payments import api, errors
from peer_payments.actions import schedules as actions
from peer_payments.domain.dates import due_at
from peer_payments.models import Occurrence, Schedule
from superapp.accounts import api as accounts
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.wiring import schedule_alerts
from tests.harness.authorizations import BY_PIN
from tests.payments.purses import PIN, balance, browser_of, top_up

ZONE = "Asia/Jakarta"
FIRST = date(2027, 3, 2)  # Tomorrow, for the tests' moment.


@pytest.fixture
def two(make_payer, now):
    """ana, who pays bo the rent; they are contacts."""
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    return ana, bo


def schedule(sender, receiver, now, *, minor=30_000_00, repeat="once", first_on=FIRST, key="k", pin=PIN, note="kos 🏠"):
    return api.schedule_transfer(
        sender_id=sender.pk,
        receiver=receiver.public_id,
        amount=Money(minor),
        note=note,
        repeat=repeat,
        first_on=first_on,
        time_zone=ZONE,
        device_id=None,
        pin=pin,
        idempotency_key=key,
        now=now,
    )


def at(day, hours=0):
    return due_at(day, ZONE) + timedelta(hours=hours)


def outcomes():
    return list(Occurrence.objects.order_by("due_on").values_list("due_on", "state"))


def told():
    facts = Fact.objects.filter(name="peer_payments.schedule_noticed").order_by("pk")
    return [(fact.payload["what"], fact.payload["on"]) for fact in facts]


def sent():
    return Journal.objects.filter(kind="sent").count()


def test_transfer_is_made_once_at_its_date_and_not_before(two, now):
    ana, bo = two
    made = schedule(ana, bo, now)

    assert actions.run_due(at(FIRST) - timedelta(seconds=1)) == 0
    assert actions.run_due(at(FIRST)) == 1
    assert actions.run_due(at(FIRST, 24)) == 0

    assert (outcomes(), balance(bo, now)) == ([(FIRST, "paid")], 30_000_00)
    made.refresh_from_db()
    assert (made.state, made.next_at) == ("done", None)
    assert Mandate.objects.get().ended_at == at(FIRST)
    row = payments.get_receipt(bo.pk, Occurrence.objects.get().journal)
    assert (row.memo, row.reference) == ("kos 🏠", f"peer.schedule:{made.public_id}")


def test_person_is_told_the_day_before_once_and_after(two, now):
    ana, bo = two
    schedule(ana, bo, now, first_on=FIRST + timedelta(days=1))

    assert actions.tell_tomorrow(at(FIRST) - timedelta(minutes=1)) == 0
    assert [actions.tell_tomorrow(at(FIRST)), actions.tell_tomorrow(at(FIRST, 1))] == [1, 0]
    actions.run_due(at(FIRST, 24))

    assert told() == [("tomorrow", "2027-03-03"), ("paid", "2027-03-03")]


def test_dates_missed_while_the_server_was_down_are_made_up_for_once(two, now):
    ana, bo = two
    made = schedule(ana, bo, now, repeat="weekly")

    actions.run_due(at(FIRST, 48))
    actions.run_due(at(FIRST, 49))
    made.refresh_from_db()
    assert (outcomes(), made.next_on) == ([(FIRST, "paid")], date(2027, 3, 9))
    actions.run_due(at(date(2027, 3, 31)))

    made.refresh_from_db()
    assert outcomes() == [(FIRST, "paid"), (date(2027, 3, 9), "paid")]
    assert (made.next_on, sent()) == (date(2027, 4, 6), 2)


def test_lack_of_money_is_tried_again_the_same_day_then_fails_with_a_notice(two, now):
    ana, bo = two
    schedule(ana, bo, now, minor=150_000_00)

    tried = [actions.run_due(at(FIRST, hours)) for hours in (0, 1, 3, 6, 9, 12, 15)]

    assert tried == [1, 0, 1, 1, 1, 0, 0]
    assert (outcomes(), sent()) == ([(FIRST, "failed")], 0)
    assert told() == [("failed", "2027-03-02")]


def test_money_that_comes_in_time_is_sent_at_the_next_try(two, make_user, now):
    ana, bo = two
    schedule(ana, bo, now, minor=150_000_00)
    actions.run_due(at(FIRST))
    top_up(make_user, ana, 100_000_00, now)

    actions.run_due(at(FIRST, 3))
    actions.run_due(at(FIRST, 6))

    assert (outcomes(), balance(bo, now)) == ([(FIRST, "paid")], 150_000_00)


def test_paused_transfer_is_not_made_nor_made_up_for(two, now):
    ana, bo = two
    made = schedule(ana, bo, now, repeat="weekly")
    api.pause_schedule(sender_id=ana.pk, schedule=made.public_id)

    assert actions.run_due(at(FIRST, 1)) == 0
    api.resume_schedule(sender_id=ana.pk, schedule=made.public_id, now=at(FIRST, 2))
    assert actions.run_due(at(FIRST, 3)) == 0

    made.refresh_from_db()
    assert (made.state, made.next_on, outcomes()) == ("active", date(2027, 3, 9), [])


def test_stopped_transfer_is_never_made_and_its_authorization_ends(two, now):
    ana, bo = two
    made = schedule(ana, bo, now, repeat="weekly")
    api.stop_schedule(sender_id=ana.pk, schedule=made.public_id, now=now)
    api.stop_schedule(sender_id=ana.pk, schedule=made.public_id, now=now)

    assert actions.run_due(at(FIRST, 1)) == 0
    with pytest.raises(errors.ScheduleEnded):
        api.resume_schedule(sender_id=ana.pk, schedule=made.public_id, now=now)

    assert (outcomes(), Mandate.objects.get().ended_at) == ([], now)


def test_transfer_stopped_between_two_tries_is_not_made(two, make_user, now):
    ana, bo = two
    made = schedule(ana, bo, now, minor=150_000_00, repeat="weekly")
    actions.run_due(at(FIRST))
    top_up(make_user, ana, 100_000_00, now)
    api.stop_schedule(sender_id=ana.pk, schedule=made.public_id, now=now)

    actions.run_due(at(FIRST, 3))

    assert (outcomes(), sent()) == ([(FIRST, "failed")], 0)


def test_nothing_is_sent_to_somebody_who_blocked_the_sender(two, now):
    ana, bo = two
    schedule(ana, bo, now)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    actions.run_due(at(FIRST))

    assert (outcomes(), sent()) == ([(FIRST, "failed")], 0)


@pytest.mark.parametrize("closed", [0, 1], ids=["sender", "receiver"])
def test_nothing_is_sent_from_or_to_a_closed_account(closed, two, now):
    ana, bo = two
    schedule(ana, bo, now)
    type(ana).objects.filter(pk=two[closed].pk).update(is_active=False)

    actions.run_due(at(FIRST))

    assert (outcomes(), sent()) == ([(FIRST, "failed")], 0)


def test_transfer_from_a_frozen_wallet_fails_with_a_notice_and_holds_up_no_other(two, make_payer, now, monkeypatch):
    """Tried again every minute, for ever, as many as are run at once would keep all others from being made."""
    monkeypatch.setattr("peer_payments.queries.schedules.AT_ONCE_MAX", 1)
    ana, bo = two
    cyd = make_payer("cyd", 100_000_00)
    accounts.connect_people(user_id=cyd.pk, peer_id=bo.pk, now=now)
    schedule(ana, bo, now)
    schedule(cyd, bo, now)
    ledger.freeze_account(find_wallet(ana.pk, "IDR").pk)

    for minutes in range(3):
        actions.run_due(at(FIRST) + timedelta(minutes=minutes))

    made = Occurrence.objects.order_by("pk").values_list("schedule__sender_id", "state", "code")
    assert list(made) == [(ana.pk, "failed", "payments.wallet_frozen"), (cyd.pk, "paid", "")]
    assert told()[0] == ("failed", "2027-03-02")


def test_transfer_paused_between_two_tries_is_not_made(two, make_user, now):
    ana, bo = two
    made = schedule(ana, bo, now, minor=150_000_00, repeat="weekly")
    actions.run_due(at(FIRST))
    api.pause_schedule(sender_id=ana.pk, schedule=made.public_id)
    top_up(make_user, ana, 100_000_00, now)

    actions.run_due(at(FIRST, 3))
    actions.run_due(at(FIRST, 6))

    assert (outcomes(), sent()) == ([(FIRST, "failed")], 0)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"first_on": FIRST - timedelta(days=1)}, errors.DateInvalid, id="today"),
        pytest.param({"first_on": FIRST + timedelta(days=366)}, errors.DateInvalid, id="too far"),
        pytest.param({"repeat": "hourly"}, errors.DateInvalid, id="unknown repetition"),
        pytest.param({"note": "x" * 141}, errors.NoteTooLong, id="long note"),
        pytest.param({"pin": "000000"}, PinWrong, id="wrong PIN"),
    ],
)
def test_schedule_out_of_bounds_or_without_the_pin_is_refused(fields, error, two, now):
    ana, bo = two

    with pytest.raises(error):
        schedule(ana, bo, now, **fields)

    assert not Schedule.objects.exists()
    assert not Mandate.objects.exists()


def test_only_contacts_are_paid_by_schedule(two, make_payer, now):
    ana, _bo = two

    with pytest.raises(errors.NotContacts):
        schedule(ana, make_payer("eve"), now)

    assert not Schedule.objects.exists()


def test_same_key_is_the_same_schedule(two, now, monkeypatch):
    ana, bo = two
    first = schedule(ana, bo, now)

    assert schedule(ana, bo, now, pin="000000") == first
    with pytest.raises(KeyReused):
        schedule(ana, bo, now, minor=1_00)
    monkeypatch.setattr(actions, "SCHEDULES_MAX", 1)
    with pytest.raises(errors.TooManySchedules):
        schedule(ana, bo, now, key="k2")

    assert Schedule.objects.count() == Mandate.objects.count() == 1


def test_outsider_and_receiver_neither_see_nor_change_a_schedule(two, make_payer, now):
    ana, bo = two
    made = schedule(ana, bo, now)
    address = f"/dompet/terjadwal/{made.public_id}/"

    for other in (bo, make_payer("eve")):
        browser = browser_of(other)
        answers = [browser.get(address), *(browser.post(address, {"do": do}) for do in ("pause", "resume", "stop"))]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert api.list_schedules(other.pk) == []

    assert Schedule.objects.get().state == "active"


def test_two_work_loops_make_a_transfer_once(real_db, two, now, in_threads):
    ana, bo = two
    schedule(ana, bo, now)

    in_threads(*[lambda: actions.run_due(at(FIRST))] * 4)

    assert (outcomes(), sent()) == ([(FIRST, "paid")], 1)


def test_stop_against_the_due_transfer_has_one_winner(real_db, two, now, in_threads):
    ana, bo = two
    made = schedule(ana, bo, now, repeat="weekly")

    in_threads(
        lambda: actions.run_due(at(FIRST)),
        lambda: api.stop_schedule(sender_id=ana.pk, schedule=made.public_id, now=now),
    )

    assert (outcomes(), sent()) in [([(FIRST, "paid")], 1), ([], 0)]
    assert Schedule.objects.get().state == "stopped"


def test_crash_after_the_money_leaves_nothing_and_the_next_run_pays_once(two, now, monkeypatch):
    ana, bo = two
    schedule(ana, bo, now)

    def crash(*_row):
        raise SystemExit

    monkeypatch.setattr(actions, "_end", crash)
    with pytest.raises(SystemExit):
        actions.run_due(at(FIRST))
    assert (outcomes(), sent()) == ([], 0)
    monkeypatch.undo()
    actions.run_due(at(FIRST, 1))

    assert (outcomes(), sent()) == ([(FIRST, "paid")], 1)


def test_mandate_is_capped_ends_and_is_given_by_pin_alone(two, now):
    ana, bo = two
    made = schedule(ana, bo, now)

    def use(minor):
        return payments.send_by_mandate(
            mandate=made.mandate, amount=Money(minor), reference="x", idempotency_key=str(minor), now=now
        )

    with pytest.raises(MandateExceeded):
        use(30_000_01)
    payments.end_mandate(made.mandate, now=now)
    with pytest.raises(MandateEnded):
        use(1_00)
    with pytest.raises(NotAuthorized):
        payments.open_mandate(authorization=BY_PIN, receiver_id=bo.pk, amount_max=Money(1), now=now)

    assert sent() == 0


def test_pages_schedule_pause_and_stop(two, now, monkeypatch):
    ana, bo = two
    monkeypatch.setattr("superapp.core.clock.now", lambda: now)
    browser = browser_of(ana)
    address = f"/dompet/terjadwal/ke/{bo.public_id}/"
    assert "Bo" in browser.get("/dompet/terjadwal/").content.decode()
    assert 'min="2027-03-02"' in browser.get(address).content.decode()
    form = {"amount": "30.000", "first_on": "2027-03-31", "repeat": "monthly", "note": "kos", "pin": PIN, "key": "k"}

    torn = browser.post(address, {**form, "amount": "30.000,50"})
    wrong = browser.post(address, {**form, "pin": "000000"})
    made = browser.post(address, form).headers["Location"]
    page = browser.get(made).content.decode()

    assert (torn.status_code, 'id="amount-problem"' in torn.content.decode()) == (422, True)
    assert (wrong.status_code, 'id="pin-problem"' in wrong.content.decode()) == (403, True)
    assert "31 Maret 2027" in page
    for do, state in (("pause", "paused"), ("resume", "active"), ("stop", "stopped"), ("pause", "stopped")):
        browser.post(made, {"do": do})
        assert Schedule.objects.get().state == state


def test_alert_says_what_happens_and_is_dropped_once_it_is_not_true(two, now):
    ana, bo = two
    made = schedule(ana, bo, now)
    key = f"{made.public_id.hex}/tomorrow/2027-03-02"

    assert schedule_alerts.is_pending(ana.pk, key)
    assert "Rp30.000 akan dikirim ke Bo tanggal 2 Maret" in schedule_alerts.write_text(ana.pk, key)
    assert not schedule_alerts.is_pending(bo.pk, key)
    api.pause_schedule(sender_id=ana.pk, schedule=made.public_id)
    assert not schedule_alerts.is_pending(ana.pk, key)
    assert len(f"{schedule_alerts.KIND}:{key}") <= 64
