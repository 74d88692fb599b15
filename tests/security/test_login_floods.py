"""Floods at the log-in: whoever shares an address or knows a number slows others down at most, and shuts nobody out."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from superapp.accounts.actions import devices, login, login_throttling
from superapp.accounts.errors import ChallengeRequired, CodeOver, CodeWrong
from superapp.accounts.models import DeveloperSms, RateCount
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.core.errors import RateLimited
from tests.harness.challenges import solve
from tests.security.strangers import VICTIM, ask, ask_and_work, known_browser, last_code, newcomers, prove, wrong

pytestmark = pytest.mark.usefixtures("login_ground")


# One attacker behind a shared address.


def test_three_thousand_logins_without_a_code_cost_others_nothing(db, make_user, midday):
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    for number in range(3_000):
        with pytest.raises(CodeOver):
            prove(VICTIM, "123456", browser=f"eve {number}", at=midday)

    assert not RateCount.objects.exists()
    ask(ana.phone.number, browser="anas phone", at=midday)
    assert prove(ana.phone.number, last_code(), browser="anas phone", at=midday).user == ana
    ask("+628123400001", browser="newcomer", at=midday)
    assert prove("+628123400001", last_code(), browser="newcomer", at=midday).is_new


def test_six_hundred_requests_without_cookies_send_few_messages_and_lock_nobody_out(db, make_user, midday):
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    refused = 0
    for number, phone in zip(range(600), newcomers(), strict=False):
        try:
            ask(phone, browser=f"eve {number}", at=midday)
        except ChallengeRequired:
            refused += 1

    assert (DeveloperSms.objects.count(), refused) == (30, 570)
    ask(ana.phone.number, browser="anas phone", at=midday)
    assert prove(ana.phone.number, last_code(), browser="anas phone", at=midday).user == ana
    ask_and_work("+628123400001", browser="newcomer", at=midday)
    assert prove("+628123400001", last_code(), browser="newcomer", at=midday).is_new


def test_proof_of_work_of_an_address_grows_and_resets_hourly(db, midday):
    asked = newcomers()
    works = []
    for number in range(120):
        phone = next(asked)
        try:
            ask(phone, browser=f"eve {number}", at=midday)
        except ChallengeRequired as refused:
            works.append(refused.params["maxnumber"])
            ask(phone, browser=f"eve {number}", at=midday, solution=solve(refused.params))

    assert works == [20] * 20 + [40] * 20 + [80] * 20 + [160] * 20 + [320] * 10
    assert ask(next(asked), browser="later", at=midday + timedelta(hours=1)).retry_after == 60


def test_proof_of_work_of_a_busy_address_does_not_affect_others(db, midday):
    asked = newcomers()
    for number in range(30):
        ask(next(asked), browser=f"eve {number}", at=midday)
    with pytest.raises(ChallengeRequired):
        ask(next(asked), browser="behind the same", at=midday)

    ask(next(asked), browser="elsewhere", at=midday, address="198.51.100.1")


def test_whole_network_of_an_ipv6_visitor_is_one_address(db, midday):
    asked = newcomers()
    for number in range(30):
        ask(next(asked), browser=f"eve {number}", at=midday, address=f"2001:db8:1:2:{number:x}::{number:x}")

    with pytest.raises(ChallengeRequired):
        ask(next(asked), browser="eve", at=midday, address="2001:db8:1:2:ffff::1")
    ask(next(asked), browser="bo", at=midday, address="2001:db8:1:3::1")
    # Written as IPv6, it is the same visitor.
    ask(next(asked), browser="mapped", at=midday, address="::ffff:198.51.100.1")
    assert RateCount.objects.filter(what="code.network", who="network:198.51.100.1").exists()


def test_wrong_guesses_raise_the_proof_of_work_and_lock_nobody_out(db, make_user, midday):
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    asked = newcomers()
    for number in range(12):
        phone = next(asked)
        ask(phone, browser=f"eve {number}", at=midday)
        for _ in range(5):
            with pytest.raises(CodeWrong):
                prove(phone, wrong(last_code()), browser=f"eve {number}", at=midday)
    ask(VICTIM, browser="newcomer", at=midday)

    with pytest.raises(ChallengeRequired) as refused:
        prove(VICTIM, last_code(), browser="newcomer", at=midday)

    solution = solve(refused.value.params)
    assert prove(VICTIM, last_code(), browser="newcomer", at=midday, solution=solution).is_new
    ask(ana.phone.number, browser="anas phone", at=midday)
    assert prove(ana.phone.number, last_code(), browser="anas phone", at=midday).user == ana


# Somebody else's number.


def test_strangers_cannot_lock_a_number_against_its_owners_new_device(db, make_user, midday):
    ana = make_user("ana")
    number = ana.phone.number
    known_browser(ana, "anas phone", at=midday)
    at = midday
    for turn in range(4):
        ask(number, browser=f"eve {turn}", at=at, address="198.51.100.66")
        for _ in range(5):
            with pytest.raises(CodeWrong):
                prove(number, wrong(last_code()), browser=f"eve {turn}", at=at, address="198.51.100.66")
        at += timedelta(minutes=1)

    sent = ask(number, browser="anas new phone", at=at)

    # Whoever goes on guessing now guesses among a hundred million.
    assert (sent.digits, len(last_code())) == (8, 8)
    assert prove(number, last_code(), browser="anas new phone", at=at).user == ana


def test_number_requested_by_strangers_all_day_stays_open_to_its_owner(db, make_user, midday):
    ana = make_user("ana")
    number = ana.phone.number
    known_browser(ana, "anas phone", at=midday)
    at, waits = midday, []
    while at < midday + timedelta(hours=10):
        sent = ask_and_work(number, browser=f"eve {at}", at=at, address=f"198.51.100.{len(waits)}")
        waits.append(sent.retry_after)
        at += timedelta(seconds=sent.retry_after)
    at -= timedelta(seconds=waits[-1])

    with pytest.raises(RateLimited) as refused:
        ask_and_work(number, browser="anas new phone", at=at + timedelta(seconds=1))

    # It costs strangers more and more, and her a quarter of an hour at most: never a day.
    assert waits[:10] == [60, 60, 60, 60, 60, 120, 240, 480, 900, 900]
    assert max(waits) == 900
    assert len(waits) < 50
    assert refused.value.retry_after == 899
    later = at + timedelta(seconds=900)
    ask_and_work(number, browser="anas new phone", at=later)
    assert prove(number, last_code(), browser="anas new phone", at=later).user == ana
    # A browser that she used before waits for nobody.
    ask(number, browser="anas phone", at=later)


def test_waiting_owner_precedes_a_bot_with_new_addresses(db, make_user, midday):
    number = make_user("ana").phone.number
    at, bots = midday, itertools.count()

    def bot(at):
        turn = next(bots)
        return ask_and_work(number, browser=f"eve {turn}", at=at, address=f"198.51.100.{turn}")

    for _ in range(6):
        at += timedelta(seconds=bot(at).retry_after)
    at -= timedelta(seconds=60)
    with pytest.raises(RateLimited) as refused:
        ask_and_work(number, browser="anas new phone", at=at + timedelta(seconds=5))
    turn = at + timedelta(seconds=5 + refused.value.retry_after)
    for _ in range(3):
        with pytest.raises(RateLimited):
            bot(turn)

    # She is not quick, and has the turn all the same.
    ask_and_work(number, browser="anas new phone", at=turn + timedelta(seconds=30))

    assert prove(number, last_code(), browser="anas new phone", at=turn + timedelta(seconds=30)).is_new is False


def test_unused_turn_passes_to_the_next(db, make_user, midday):
    number = make_user("ana").phone.number
    ask(number, browser="eve", at=midday, address="198.51.100.1")
    for place, browser in enumerate(("gone", "second")):
        with pytest.raises(RateLimited) as refused:
            ask(number, browser=browser, at=midday + timedelta(seconds=1 + place), address=f"198.51.100.{2 + place}")
        assert refused.value.retry_after == 59 - place + 45 * place

    with pytest.raises(RateLimited):
        ask(number, browser="third", at=midday + timedelta(seconds=110), address="198.51.100.4")

    assert ask(number, browser="second", at=midday + timedelta(seconds=111), address="198.51.100.3")


def test_address_cannot_fill_the_code_queue_of_a_number(db, make_user, midday):
    number = make_user("ana").phone.number
    ask(number, browser="eve", at=midday, address="2001:db8:1:2::1")
    for turn in range(20):
        with pytest.raises(RateLimited):
            ask(number, browser=f"eve {turn}", at=midday + timedelta(seconds=1), address=f"2001:db8:1:{turn:x}::1")

    with pytest.raises(RateLimited) as refused:
        ask(number, browser="ana", at=midday + timedelta(seconds=2))

    assert refused.value.retry_after == 58 + 3 * 45


def test_codes_from_many_networks_of_one_ipv6_customer_need_proof_of_work(db, midday):
    asked = newcomers()
    for number in range(120):
        ask(next(asked), browser=f"eve {number}", at=midday, address=f"2001:db8:1:{number * 256:x}::1")

    with pytest.raises(ChallengeRequired):
        ask(next(asked), browser="eve", at=midday, address="2001:db8:1:f000::1")


def test_address_with_many_requests_yields_the_next_turn(db, make_user, midday):
    number = make_user("ana").phone.number
    at = midday
    for turn in range(7):
        ask_and_work(number, browser=f"eve {turn}", at=at, address="198.51.100.66")
        at += timedelta(minutes=10)
    at -= timedelta(minutes=10)

    with pytest.raises(RateLimited) as refused:
        ask_and_work(number, browser="eve", at=at + timedelta(minutes=4), address="198.51.100.66")

    assert refused.value.retry_after == 4 * 60
    assert ask_and_work(number, browser="anas new phone", at=at + timedelta(minutes=4))


# A browser that its owner signed out.


def test_remotely_signed_out_browser_is_unknown_again(db, make_user, midday):
    ana = make_user("ana")
    here = known_browser(ana, "anas phone", at=midday)
    # The second log-in of the lost phone is the one that is signed out; the first was left to expire.
    known_browser(ana, "lost phone", at=midday)
    lost = devices.register_device(
        user_id=ana.pk,
        session_key="second session",
        browser_hash=login.browser_hash("lost phone"),
        name="Chrome · Android",
        is_new_account=False,
        now=midday,
    )
    devices.sign_out_device(user_id=ana.pk, device_public_id=lost.public_id, by_device_id=here.pk, now=midday)

    for minute in range(2):
        at = midday + timedelta(minutes=minute)
        ask(ana.phone.number, browser="lost phone", at=at)
        with pytest.raises(CodeWrong):
            prove(ana.phone.number, wrong(last_code()), browser="lost phone", at=at)

    counted = dict(RateCount.objects.values_list("what", "count"))
    assert (counted["code.number"], counted["guess.number"]) == (2, 2)
    assert "code.known.hour" not in counted
    ask(ana.phone.number, browser="anas phone", at=midday)
    assert RateCount.objects.filter(what="code.known.hour").exists()


def test_browser_that_logged_out_itself_stays_known(db, make_user, midday):
    ana = make_user("ana")
    here = known_browser(ana, "anas phone", at=midday)
    devices.sign_out_device(user_id=ana.pk, device_public_id=here.public_id, by_device_id=here.pk, now=midday)

    ask(ana.phone.number, browser="anas phone", at=midday)

    assert RateCount.objects.filter(what="code.known.hour").exists()


# One guess at each of many numbers.


def test_guesses_over_many_numbers_lengthen_new_codes_for_an_hour(db, monkeypatch, make_user, midday):
    monkeypatch.setattr(login_throttling, "WRONG_OF_INSTANCE", RateLimit("guess.instance", 20, timedelta(hours=1)))
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    phones = list(itertools.islice(newcomers(), 22))
    digits = []
    for number, phone in enumerate(phones):
        where = {"browser": f"eve {number}", "at": midday, "address": f"198.18.{number}.1"}
        digits.append(ask(phone, **where).digits)
        with pytest.raises(CodeWrong):
            prove(phone, wrong(last_code()), **where)

    assert digits == [6] * 20 + [8] * 2
    assert ask(ana.phone.number, browser="anas phone", at=midday).digits == 6
    later = midday + timedelta(hours=1)
    assert ask(phones[-1], browser="newcomer", at=later, address="198.19.0.1").digits == 6
