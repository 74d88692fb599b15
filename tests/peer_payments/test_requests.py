"""Requests for money: who may ask, who may answer, and that one is paid once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api as payments
from payments.errors import InsufficientFunds, KeyReused, NotOffered, PinWrong
from payments.models import Journal, Memo
from peer_payments import api, errors
from peer_payments.actions import requests as actions
from peer_payments.domain import rules
from peer_payments.models import MoneyRequest
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core.errors import AmountInvalid, AmountNotWhole, InputInvalid, RateLimited
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.payments.purses import balance, top_up
from tests.peer_payments.asking import ask, pay


def states():
    return list(MoneyRequest.objects.order_by("pk").values_list("state", flat=True))


def sent():
    return Journal.objects.filter(kind="sent").count()


def test_request_is_open_for_both_and_moves_nothing(two, now):
    ana, bo = two

    made = ask(ana, bo, now)

    assert api.list_requests(ana.pk) == api.list_requests(bo.pk) == [made]
    assert (made.state, made.amount, made.note) == ("open", Money(15_000_00), "bakso 🍜")
    assert made.expires_at == now + timedelta(days=30)
    assert sent() == 0


def test_note_is_cleaned_as_memos_are(two, now):
    ana, bo = two

    made = ask(ana, bo, now, note="  mie\u202e \n ayam \U0001f468\u200d\U0001f469\u200d\U0001f467 ")

    assert made.note == "mie ayam \U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"minor": 0}, AmountInvalid, id="nothing"),
        pytest.param({"minor": -1}, AmountInvalid, id="negative"),
        pytest.param({"minor": 1}, AmountNotWhole, id="a fraction of a rupiah"),
        pytest.param({"minor": 100_000_001_00}, errors.AmountTooLarge, id="too much"),
        pytest.param({"note": "x" * 141}, errors.NoteTooLong, id="long note"),
        pytest.param({"key": ""}, InputInvalid, id="no key"),
        pytest.param({"key": "k" * 65}, InputInvalid, id="long key"),
    ],
)
def test_request_out_of_bounds_is_refused(fields, error, two, now):
    ana, bo = two

    with pytest.raises(error):
        ask(ana, bo, now, **fields)

    assert states() == []


def test_note_of_full_length_becomes_the_memo(two, now):
    ana, bo = two

    pay(bo, ask(ana, bo, now, note="🍜" * 140), now)

    assert Memo.objects.get().text == "🍜" * 140


def test_outsider_cannot_be_asked_and_nobody_asks_themselves(two, make_payer, now):
    ana, _bo = two

    with pytest.raises(errors.NotContacts):
        ask(ana, make_payer("eve"), now)
    with pytest.raises(errors.FromOneself):
        ask(ana, ana, now)

    assert states() == []


@pytest.mark.parametrize("blocker", ["ana", "bo"])
def test_blocked_people_can_neither_ask_nor_pay(blocker, two, now):
    people = dict(zip(("ana", "bo"), two, strict=True))
    ana, bo = two
    made = ask(ana, bo, now)
    other = bo if blocker == "ana" else ana
    accounts.block_person(user_id=people[blocker].pk, peer_public_id=other.public_id, now=now)

    with pytest.raises((errors.NotContacts, PersonNotFound)):
        ask(ana, bo, now, key="again")
    with pytest.raises(PersonNotFound):
        pay(bo, made, now)

    assert (states(), sent()) == (["open"], 0)


def test_same_key_is_the_same_request_and_other_content_is_refused(two, now):
    ana, bo = two
    first = ask(ana, bo, now)

    assert ask(ana, bo, now) == first
    with pytest.raises(KeyReused):
        ask(ana, bo, now, minor=1_00)

    assert states() == ["open"]


def test_sixth_open_request_to_one_person_is_refused(two, now):
    ana, bo = two
    for number in range(rules.OPEN_REQUESTS_OF_PAIR_MAX):
        made = ask(ana, bo, now, key=f"k{number}")

    with pytest.raises(errors.TooManyRequests):
        ask(ana, bo, now, key="one more")
    api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)
    ask(ana, bo, now, key="one more")

    assert states().count("open") == rules.OPEN_REQUESTS_OF_PAIR_MAX


def test_open_requests_of_one_person_are_bounded(two, make_user, now, monkeypatch):
    ana, bo = two
    monkeypatch.setattr(rules, "OPEN_REQUESTS_MAX", 1)
    cita = make_user("cita")
    accounts.connect_people(user_id=ana.pk, peer_id=cita.pk, now=now)
    ask(ana, bo, now)

    with pytest.raises(errors.TooManyRequests):
        ask(ana, cita, now, key="second")

    assert states() == ["open"]


def test_open_request_stays_listed_whatever_is_made_and_cancelled_after_it(two, now, monkeypatch):
    monkeypatch.setattr("peer_payments.queries.requests.LISTED_MAX", 2)
    ana, bo = two
    first = ask(ana, bo, now)
    for number in range(3):
        made = ask(ana, bo, now, key=f"k{number}")
        api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)

    listed = api.list_requests(bo.pk)

    assert [one.state for one in listed] == ["open", "cancelled", "cancelled"]
    assert listed[0].public_id == first.public_id


def test_requests_are_throttled_after_the_cheap_checks(two, make_user, now):
    ana, bo = two
    for number in range(30):
        made = ask(ana, bo, now, key=f"k{number}")
        api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)

    with pytest.raises(RateLimited):
        ask(ana, bo, now, key="one more")
    with pytest.raises(errors.NotContacts):
        ask(ana, make_user("eve"), now, key="one more")
    assert ask(ana, bo, now, key="k0").state == "cancelled"


def test_paid_request_moves_the_money_once(two, now):
    ana, bo = two
    made = ask(ana, bo, now)

    journal = pay(bo, made, now)
    again = pay(bo, made, now, pin="000000")

    assert again == journal
    assert (balance(ana, now), balance(bo, now)) == (25_000_00, 85_000_00)
    seen = api.get_request(ana.pk, made.public_id)
    assert (seen.state, seen.journal, seen.version) == ("paid", journal, 2)
    row = payments.get_receipt(bo.pk, journal)
    assert (row.memo, row.reference) == ("bakso 🍜", f"peer.request:{made.public_id}")


def test_outsider_sees_and_changes_no_request(two, make_payer, now):
    ana, bo = two
    eve = make_payer("eve", 100_000_00)
    made = ask(ana, bo, now)

    for step in (
        lambda: api.get_request(eve.pk, made.public_id),
        lambda: pay(eve, made, now),
        lambda: api.decline_request(payer_id=eve.pk, request=made.public_id, now=now),
        lambda: api.cancel_request(requester_id=eve.pk, request=made.public_id, now=now),
        lambda: api.remind_payer(requester_id=eve.pk, request=made.public_id, now=now + timedelta(days=2)),
    ):
        with pytest.raises(errors.RequestNotFound):
            step()

    assert (states(), api.list_requests(eve.pk)) == (["open"], [])


def test_each_side_may_do_only_its_own(two, now):
    ana, bo = two
    made = ask(ana, bo, now)

    for step in (
        lambda: pay(ana, made, now),
        lambda: api.decline_request(payer_id=ana.pk, request=made.public_id, now=now),
        lambda: api.cancel_request(requester_id=bo.pk, request=made.public_id, now=now),
        lambda: api.remind_payer(requester_id=bo.pk, request=made.public_id, now=now + timedelta(days=2)),
    ):
        with pytest.raises(errors.RequestNotFound):
            step()

    assert states() == ["open"]


@pytest.mark.parametrize("end", ["decline", "cancel", "expire"])
def test_closed_request_is_not_paid(end, two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    if end == "decline":
        api.decline_request(payer_id=bo.pk, request=made.public_id, now=now)
        api.decline_request(payer_id=bo.pk, request=made.public_id, now=now)
    elif end == "cancel":
        api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)
    else:
        assert actions.expire_requests(now + timedelta(days=30)) == 1

    with pytest.raises(errors.RequestClosed):
        pay(bo, made, now)

    assert sent() == 0
    assert states() == [{"decline": "declined", "cancel": "cancelled", "expire": "expired"}[end]]


def test_paid_request_is_neither_declined_nor_cancelled_nor_expired(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    pay(bo, made, now)

    with pytest.raises(errors.RequestClosed):
        api.decline_request(payer_id=bo.pk, request=made.public_id, now=now)
    with pytest.raises(errors.RequestClosed):
        api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)

    assert actions.expire_requests(now + timedelta(days=31)) == 0
    assert states() == ["paid"]


def test_request_expires_after_thirty_days_and_not_before(two, now):
    ana, bo = two
    ask(ana, bo, now)

    assert actions.expire_requests(now + timedelta(days=30, seconds=-1)) == 0
    assert actions.expire_requests(now + timedelta(days=30)) == 1

    assert states() == ["expired"]


def test_wrong_pin_pays_nothing(two, now):
    ana, bo = two
    made = ask(ana, bo, now)

    with pytest.raises(PinWrong):
        pay(bo, made, now, pin="000000")

    assert (states(), sent()) == (["open"], 0)


def test_refused_payment_stays_refused_and_the_next_attempt_pays(two, make_user, now):
    ana, bo = two
    made = ask(ana, bo, now, minor=150_000_00)
    with pytest.raises(InsufficientFunds):
        pay(bo, made, now)
    top_up(make_user, bo, 100_000_00, now)

    with pytest.raises(InsufficientFunds):
        pay(bo, made, now, attempt=0)
    with pytest.raises(InputInvalid):
        pay(bo, made, now, attempt=2)
    assert api.get_request(bo.pk, made.public_id).attempt == 1
    pay(bo, made, now, attempt=1)

    assert (states(), balance(bo, now)) == (["paid"], 50_000_00)


def test_reminder_is_sent_once_a_day(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    day = timedelta(days=1)

    def remind(at):
        return api.remind_payer(requester_id=ana.pk, request=made.public_id, now=at)

    with pytest.raises(errors.RemindedAlready) as early:
        remind(now + day - timedelta(seconds=10))
    assert early.value.retry_after == 11
    assert remind(now + day).reminder_from == now + 2 * day
    with pytest.raises(errors.RemindedAlready):
        remind(now + day)
    remind(now + 2 * day)

    told = Fact.objects.filter(name="peer_payments.request_reminded").order_by("pk")
    assert [fact.payload["number"] for fact in told] == [1, 2]


def test_nobody_is_reminded_of_a_closed_request_or_by_a_stranger(two, now):
    ana, bo = two
    made, closed = ask(ana, bo, now), ask(ana, bo, now, key="k2")
    api.cancel_request(requester_id=ana.pk, request=closed.public_id, now=now)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(errors.RequestClosed):
        api.remind_payer(requester_id=ana.pk, request=closed.public_id, now=now + timedelta(days=2))
    with pytest.raises(errors.NotContacts):
        api.remind_payer(requester_id=ana.pk, request=made.public_id, now=now + timedelta(days=2))

    assert not Fact.objects.filter(name="peer_payments.request_reminded").exists()


def test_place_without_payments_takes_no_requests(two, now, settings):
    ana, bo = two
    made = ask(ana, bo, now)
    settings.LEGAL_PROFILE = "chat_only"

    with pytest.raises(NotOffered):
        ask(ana, bo, now, key="k2")
    with pytest.raises(NotOffered):
        pay(bo, made, now)

    assert states() == ["open"]


def test_crash_after_the_money_leaves_neither_money_nor_mark(two, now, monkeypatch):
    ana, bo = two
    made = ask(ana, bo, now)

    def crash(*_row, **_fields):
        raise RuntimeError("killed")

    monkeypatch.setattr(actions, "close", crash)
    with pytest.raises(RuntimeError):
        pay(bo, made, now)
    assert (states(), sent()) == (["open"], 0)
    monkeypatch.undo()
    pay(bo, made, now)

    assert (states(), sent()) == (["paid"], 1)


def test_two_taps_on_two_devices_pay_once(real_db, two, now, in_threads):
    ana, bo = two
    made = ask(ana, bo, now)

    results = in_threads(*[lambda: pay(bo, made, now)] * 4)

    assert len(set(results)) == 1
    assert (states(), sent(), balance(ana, now)) == (["paid"], 1, 25_000_00)


@pytest.mark.parametrize("rival", ["cancel", "expire"])
def test_payment_against_the_end_of_the_request_has_one_winner(rival, real_db, two, now, in_threads):
    ana, bo = two
    made = ask(ana, bo, now)
    later = now + timedelta(days=30)

    def end():
        if rival == "cancel":
            return api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)
        return actions.expire_requests(later)

    in_threads(lambda: pay(bo, made, now), end)

    state = states()[0]
    assert (state, sent()) in [("paid", 1), ("cancelled" if rival == "cancel" else "expired", 0)]
    assert balance(ana, now) == 10_000_00 + sent() * 15_000_00


def test_same_request_made_twice_at_once_is_one(real_db, two, now, in_threads):
    ana, bo = two

    made = in_threads(*[lambda: ask(ana, bo, now)] * 4)

    assert {one.public_id for one in made} == {MoneyRequest.objects.get().public_id}


def test_last_allowed_request_is_made_once_by_many_at_once(real_db, two, now, in_threads):
    ana, bo = two
    for number in range(rules.OPEN_REQUESTS_OF_PAIR_MAX - 1):
        ask(ana, bo, now, key=f"k{number}")

    in_threads(*[lambda key=key: ask(ana, bo, now, key=key) for key in ("a", "b", "c")])

    assert len(states()) == rules.OPEN_REQUESTS_OF_PAIR_MAX
