from __future__ import annotations

from datetime import timedelta

import pytest

from superapp.accounts import queries
from superapp.accounts.actions import devices, login, login_throttling
from superapp.accounts.adapters import sms_gateways
from superapp.accounts.errors import AccountClosed, ChallengeRequired, CodeNotSent, CodeOver, CodeWrong, PhoneInvalid
from superapp.accounts.models import DeveloperSms, Device, LoginCode, PhoneNumber, RateCount, User
from superapp.core.errors import RateLimited
from superapp.core.models import Fact
from superapp.realtime.models import Me
from tests.harness.challenges import solve

PHONE = "0812 3456 7890"
NUMBER = "+6281234567890"


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_login_code_creates_an_account_for_a_new_number(ask_for_code, prove, last_code, now):
    sent = ask_for_code(PHONE)
    proof = prove("+62 812-3456-7890", last_code())

    assert sent == login.CodeSent(retry_after=60, digits=6)
    assert proof.is_new
    user = User.objects.get()
    assert (user, user.name, user.phone.number, user.phone.verified_at) == (proof.user, "", NUMBER, now)
    assert not user.has_usable_password()
    assert Me.objects.get().user_id == user.pk
    assert Fact.objects.get(name="accounts.person_joined").payload == {"user_id": user.pk}


def test_login_code_finds_the_account_of_a_known_number(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    later = now + timedelta(days=1)

    ask_for_code(ana.phone.number, at=later)
    proof = prove(ana.phone.number, last_code(), at=later)

    assert (proof.user, proof.is_new) == (ana, False)
    assert User.objects.count() == 1
    assert PhoneNumber.objects.get().verified_at == later


def test_login_code_text_has_six_digits_and_an_autofill_line(ask_for_code, last_code, settings):
    settings.PUBLIC_URL = "https://nusa.example"

    ask_for_code(PHONE)

    code = last_code()
    assert len(code) == 6
    assert code.isdigit()
    message = DeveloperSms.objects.get()
    assert message.number == NUMBER
    assert message.text.startswith(f"{code} is your code for Nusa.")
    assert message.text.endswith(f"\n@nusa.example #{code}")


def test_login_code_is_stored_as_a_hash(ask_for_code, last_code):
    ask_for_code(PHONE)

    row = LoginCode.objects.get()
    assert last_code() not in str(vars(row).values())
    assert len(row.code_hash) == 64
    assert row.browser_hash != "phone"


def test_login_code_is_valid_once(ask_for_code, prove, last_code):
    ask_for_code(PHONE)
    prove(PHONE, last_code())

    with pytest.raises(CodeOver):
        prove(PHONE, last_code())

    assert User.objects.count() == 1


def test_login_code_is_valid_until_it_expires(ask_for_code, prove, last_code, now):
    ask_for_code(PHONE)

    with pytest.raises(CodeOver) as refused:
        prove(PHONE, last_code(), at=now + timedelta(minutes=5))

    assert refused.value.code == "accounts.code_over"
    assert not User.objects.exists()
    assert prove(PHONE, last_code(), at=now + timedelta(minutes=5) - timedelta(seconds=1)).is_new


def test_login_code_is_valid_only_in_the_requesting_browser(ask_for_code, prove, last_code):
    ask_for_code(PHONE, browser="anas phone")

    with pytest.raises(CodeOver):
        prove(PHONE, last_code(), browser="eves phone")

    assert not User.objects.exists()
    assert LoginCode.objects.get().tries == 0


def test_login_code_is_valid_only_for_its_number(ask_for_code, prove, last_code):
    ask_for_code(PHONE)

    with pytest.raises(CodeOver):
        prove("0812 0000 9999", last_code())


def test_only_the_newest_login_code_is_valid(ask_for_code, prove, last_code, now, monkeypatch):
    # Two codes drawn at random are the same once in a million.
    drawn = iter([123_456, 654_321])
    monkeypatch.setattr("superapp.accounts.actions.login.secrets.randbelow", lambda _below: next(drawn))
    ask_for_code(PHONE)
    first = last_code()
    ask_for_code(PHONE, at=now + timedelta(seconds=60))
    assert (first, last_code()) == ("123456", "654321")

    with pytest.raises(CodeWrong):
        prove(PHONE, first, at=now + timedelta(seconds=61))


def test_login_code_is_invalid_after_five_wrong_tries(ask_for_code, prove, last_code):
    ask_for_code(PHONE)
    tries_left = []
    for _ in range(5):
        with pytest.raises(CodeWrong) as refused:
            prove(PHONE, wrong(last_code()))
        tries_left.append(refused.value.params["tries_left"])

    with pytest.raises(CodeOver):
        prove(PHONE, last_code())

    assert tries_left == [4, 3, 2, 1, 0]
    assert not User.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "halo", "٠١٢٣٤٥", "1" * 1_000])
def test_malformed_login_code_counts_as_wrong(ask_for_code, prove, code):
    ask_for_code(PHONE)

    with pytest.raises(CodeWrong):
        prove(PHONE, code)

    assert LoginCode.objects.get().tries == 1


def test_guessing_across_many_codes_lengthens_codes_for_the_day(ask_for_code, prove, last_code, now):
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    digits = []
    for hour in range(1, 5):
        at = midnight.replace(hour=hour)
        digits.append(ask_for_code(PHONE, browser=f"browser {hour}", at=at).digits)
        for _ in range(5):
            with pytest.raises(CodeWrong):
                prove(PHONE, wrong(last_code()), browser=f"browser {hour}", at=at)

    tomorrow = midnight + timedelta(days=1)
    digits.append(ask_for_code(PHONE, browser="browser 5", at=tomorrow).digits)

    assert digits == [6, 6, 6, 8, 6]
    assert not User.objects.exists()


def test_known_browser_has_twenty_guesses_a_day(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    begin_device(ana, browser="anas phone", now=now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for hour in range(1, 5):
        at = midnight.replace(hour=hour)
        ask_for_code(ana.phone.number, browser="anas phone", at=at)
        for _ in range(5):
            with pytest.raises(CodeWrong):
                prove(ana.phone.number, wrong(last_code()), browser="anas phone", at=at)

    at = midnight.replace(hour=5)
    ask_for_code(ana.phone.number, browser="anas phone", at=at)
    with pytest.raises(RateLimited) as refused:
        prove(ana.phone.number, last_code(), browser="anas phone", at=at)
    assert refused.value.retry_after == 19 * 3600

    # What is counted against one browser is nothing to another.
    ask_for_code(ana.phone.number, browser="anas new phone", at=at + timedelta(minutes=1))
    proof = prove(ana.phone.number, last_code(), browser="anas new phone", at=at + timedelta(minutes=1))
    assert proof.user == ana


def test_owner_logs_in_while_a_stranger_uses_up_the_number(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    begin_device(ana, browser="anas phone", now=now)
    for minute in range(5):
        ask_for_code(ana.phone.number, browser=f"eve {minute}", at=now + timedelta(minutes=minute))
    late = now + timedelta(minutes=5)
    with pytest.raises(ChallengeRequired):
        ask_for_code(ana.phone.number, browser="eve 6", at=late)

    ask_for_code(ana.phone.number, browser="anas phone", at=late)

    assert prove(ana.phone.number, last_code(), browser="anas phone", at=late).user == ana


def test_second_code_is_refused_within_a_minute(ask_for_code, now):
    ask_for_code(PHONE, browser="one")

    with pytest.raises(RateLimited) as refused:
        ask_for_code(PHONE, browser="two", at=now + timedelta(seconds=18))

    assert refused.value.retry_after == 42
    assert DeveloperSms.objects.count() == 1
    assert ask_for_code(PHONE, browser="two", at=now + timedelta(seconds=60)).retry_after == 60


def test_login_codes_are_limited_per_browser_and_hour(ask_for_code, now):
    start = now.replace(minute=0, second=0, microsecond=0)
    for turn in range(10):
        ask_for_code(f"0812 3456 78{turn:02}", at=start + timedelta(minutes=turn))

    with pytest.raises(RateLimited) as refused:
        ask_for_code("0812 3456 7899", at=start + timedelta(minutes=10))

    assert refused.value.retry_after == 3600 - 10 * 60
    assert DeveloperSms.objects.count() == 10


def test_ten_addresses_cannot_avoid_the_proof_of_work_of_a_number(ask_for_code, now):
    start = now.replace(minute=0, second=0, microsecond=0)

    def ask(turn):
        ask_for_code(PHONE, browser=f"b{turn}", address=f"203.0.113.{turn}", at=start + timedelta(minutes=turn))

    for turn in range(5):
        ask(turn)
    for turn in range(5, 10):
        with pytest.raises(ChallengeRequired):
            ask(turn)

    assert DeveloperSms.objects.count() == 5


def test_hundreds_of_people_behind_one_address_can_log_in(ask_for_code, monkeypatch):
    monkeypatch.setattr(login_throttling, "WORK_MIN", 10)
    for person in range(120):
        phone, browser = f"0812 3456 7{person:03}", f"b{person}"
        try:
            ask_for_code(phone, browser=browser)
        except ChallengeRequired as refused:
            ask_for_code(phone, browser=browser, solution=solve(refused.params))

    assert DeveloperSms.objects.count() == 120


def test_refused_request_is_not_counted_but_for_its_place_in_the_queue(ask_for_code, now):
    ask_for_code(PHONE)
    before = dict(RateCount.objects.values_list("what", "count"))

    with pytest.raises(RateLimited):
        ask_for_code(PHONE, at=now + timedelta(seconds=1))

    assert dict(RateCount.objects.values_list("what", "count")) == before | {"code.waiting": 1}


def test_unsent_login_code_is_void_and_uses_up_no_limit(ask_for_code, monkeypatch, now):
    class Broken:
        def send(self, *, number, text):
            raise CodeNotSent(retry_after=10)

    with monkeypatch.context() as patched:
        patched.setattr(sms_gateways, "get_gateway", Broken)
        with pytest.raises(CodeNotSent) as refused:
            ask_for_code(PHONE)

    assert (refused.value.code, refused.value.kind) == ("accounts.code_not_sent", 503)
    assert not LoginCode.objects.exists()
    counted = dict(RateCount.objects.values_list("what", "count"))
    assert counted == {
        "code.number": 0,
        "code.number.network": 0,
        "code.browser.hour": 0,
        "code.browser.day": 0,
        "code.network": 1,
        "sms.hour": 0,
        "sms.day": 0,
    }
    assert ask_for_code(PHONE, at=now + timedelta(seconds=1)).retry_after == 60


def test_invalid_number_counts_towards_no_limit(ask_for_code):
    with pytest.raises(PhoneInvalid):
        ask_for_code("12345")

    assert not RateCount.objects.exists()


def test_known_and_unknown_numbers_take_the_same_statements(ask_for_code, make_user, django_assert_num_queries):
    ana = make_user("ana")
    statements = 12  # Known, looked ahead, counted three times, paused, stored, sent; and two savepoints.

    with django_assert_num_queries(statements):
        ask_for_code(ana.phone.number, browser="one")
    with django_assert_num_queries(statements):
        ask_for_code("0812 3456 7890", browser="two")


def test_closed_account_is_revealed_only_after_a_right_code(ask_for_code, prove, last_code, make_user):
    ana = make_user("ana", is_active=False)
    ask_for_code(ana.phone.number)
    with pytest.raises(CodeWrong):
        prove(ana.phone.number, wrong(last_code()))

    with pytest.raises(AccountClosed):
        prove(ana.phone.number, last_code())


def begin_device(user, *, browser, now):
    return devices.register_device(
        user_id=user.pk,
        session_key=f"session of {browser}"[:40],
        browser_hash=login.browser_hash(browser),
        name="Chrome · Android",
        is_new_account=False,
        now=now,
    )


def test_number_of_an_inactive_account_moves_to_its_prover(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    number = ana.phone.number
    begin_device(ana, browser="anas phone", now=now - timedelta(days=90))

    ask_for_code(number, browser="new owner")
    proof = prove(number, last_code(), browser="new owner")

    assert proof.is_new
    assert proof.user != ana
    assert queries.find_phone_number(ana.pk) is None
    assert queries.find_phone_number(proof.user.pk) == number
    ana.refresh_from_db()
    assert (ana.name, ana.handle, ana.is_active) == ("Ana", "ana", True)
    fact = Fact.objects.get(name="accounts.phone_moved")
    assert fact.payload == {"user_id": ana.pk, "to_user_id": proof.user.pk}


def test_number_of_an_account_in_use_stays(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    begin_device(ana, browser="anas phone", now=now - timedelta(days=89))

    ask_for_code(ana.phone.number, browser="anas new phone")

    assert prove(ana.phone.number, last_code(), browser="anas new phone").user == ana


def test_owner_returning_in_the_old_browser_gets_the_old_account(ask_for_code, prove, last_code, make_user, now):
    ana = make_user("ana")
    begin_device(ana, browser="anas phone", now=now - timedelta(days=400))

    ask_for_code(ana.phone.number, browser="anas phone")

    assert prove(ana.phone.number, last_code(), browser="anas phone").user == ana


def test_old_login_codes_and_counters_are_deleted(ask_for_code, now):
    from superapp.accounts.maintenance import periodic_tasks

    ask_for_code(PHONE)
    assert periodic_tasks.delete_old_login_data(now + timedelta(days=7)) == 0

    assert periodic_tasks.delete_old_login_data(now + timedelta(days=50)) == 8

    assert (LoginCode.objects.count(), RateCount.objects.count()) == (0, 0)


def test_two_browsers_verifying_a_new_number_at_once_create_one_account(
    real_db, ask_for_code, prove, last_code, in_threads, now
):
    ask_for_code(PHONE, browser="one")
    first = last_code()
    ask_for_code(PHONE, browser="two", at=now + timedelta(seconds=60))
    second = last_code()

    outcomes = in_threads(
        lambda: prove(PHONE, first, browser="one", at=now + timedelta(seconds=61)),
        lambda: prove(PHONE, second, browser="two", at=now + timedelta(seconds=61)),
    )

    assert [outcome.user.pk for outcome in outcomes] == [User.objects.get().pk] * 2
    assert sorted(outcome.is_new for outcome in outcomes) == [False, True]


def test_login_code_used_by_eight_at_once_logs_in_one(real_db, ask_for_code, prove, last_code, in_threads):
    ask_for_code(PHONE)
    code = last_code()

    outcomes = in_threads(*[lambda: prove(PHONE, code)] * 8)

    assert sum(isinstance(outcome, login.PhoneProof) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, CodeOver) for outcome in outcomes) == 7
    assert Device.objects.count() == 0
