"""Guessing a PIN: what a stranger's session gets, what it costs the owner, and what the owner is told."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions import pins
from payments.models import PinTries
from superapp.accounts import api as accounts
from superapp.accounts.actions import devices
from superapp.accounts.models import Device
from superapp.core.errors import DomainError
from superapp.web import badges
from tests.harness.socket_client import browser_on, log_in
from tests.payments.purses import PIN

GUESS = "739104"


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def make_device(now):
    """Log somebody in: ``make_device(ana, "her phone")``; the browser tells itself again by its name."""

    def make(user, browser, *, is_trusted=False):
        return devices.register_device(
            user_id=user.pk,
            session_key=f"{user.pk} {browser} {Device.objects.count()}"[:40],
            browser_hash=browser,
            name=browser,
            is_new_account=is_trusted,
            now=now,
        )

    return make


def enter(user, device, pin, now):
    return api.verify_pin(user_id=user.pk, device_id=device and device.pk, pin=pin, now=now)


def guess(user, device, now, times=1):
    """Type wrong PINs, and return how each was refused."""
    codes = []
    for _ in range(times):
        try:
            enter(user, device, GUESS, now)
        except DomainError as refusal:
            codes.append(type(refusal))
    return codes


def test_right_pin_of_the_owner_gives_a_stranger_no_further_guess(ana, make_device, now):
    hers, strangers = make_device(ana, "her phone", is_trusted=True), make_device(ana, "a stranger's")

    guesses = 0
    for _ in range(20):
        guesses += guess(ana, strangers, now).count(errors.PinWrong)
        enter(ana, hers, PIN, now)

    assert guesses == 4  # The fifth was wrong, too, and locked it.
    assert guess(ana, strangers, now) == [errors.PinLocked]
    with pytest.raises(errors.PinLocked):
        enter(ana, strangers, PIN, now)
    assert enter(ana, hers, PIN, now).user_id == ana.pk


def test_stranger_with_many_sessions_has_ten_guesses_in_all(ana, make_device, now):
    tried = [guess(ana, make_device(ana, f"browser {number}"), now)[0] for number in range(30)]

    assert tried.count(errors.PinWrong) == 9  # The tenth locks.
    with pytest.raises(errors.PinLocked):
        enter(ana, make_device(ana, "one more"), PIN, now)


def test_owner_is_not_locked_out_on_a_known_browser(ana, make_device, now):
    trusted, proved = make_device(ana, "her phone", is_trusted=True), make_device(ana, "her laptop")
    enter(ana, proved, PIN, now)

    for number in range(12):
        guess(ana, make_device(ana, f"browser {number}"), now)
        guess(ana, None, now)

    for known in (trusted, proved):
        assert enter(ana, known, PIN, now).user_id == ana.pk
    assert not api.get_pin_state(ana.pk, device_id=trusted.pk, now=now).is_locked
    assert api.get_pin_state(ana.pk, now=now).is_locked


def test_known_browser_has_five_own_tries_once(ana, make_device, now):
    stolen = make_device(ana, "her phone", is_trusted=True)

    assert guess(ana, stolen, now, 6) == [errors.PinWrong] * 4 + [errors.PinLocked] * 2
    # Logged out and in again, the same browser is trusted again, and has none.
    devices.end_session(session_key=stolen.session_key, now=now)
    again = make_device(ana, "her phone")
    assert again.trusted_at is not None
    assert guess(ana, again, now) == [errors.PinLocked]


def test_device_of_another_person_counts_as_unknown(ana, make_payer, make_device, now):
    eves = make_device(make_payer("eve"), "eve's", is_trusted=True)

    assert guess(ana, eves, now, 5)[-1] is errors.PinLocked
    assert set(PinTries.objects.filter(user=ana).values_list("device_id", flat=True)) == {None}


def test_new_pin_starts_with_all_tries(ana, make_device, now):
    hers, other = make_device(ana, "her phone", is_trusted=True), make_device(ana, "her laptop")
    guess(ana, other, now, 5)

    api.change_pin(user_id=ana.pk, device_id=hers.pk, old=PIN, new="904813", now=now)

    assert enter(ana, other, "904813", now).user_id == ana.pk


def test_owner_is_warned_on_other_devices_and_can_confirm(ana, now):
    hers, strangers = log_in(ana), log_in(ana)
    accounts.trust_device(user_id=ana.pk, device_id=hers.pk, now=now)
    Device.objects.filter(pk=strangers.pk).update(name="Opera")

    def waiting():
        return badges.count_all(ana.pk, now=now)["wallet"]

    assert waiting() == 0

    guess(ana, strangers, now, 2)

    (told,) = api.list_failed_attempts_elsewhere(ana.pk, hers.pk)
    assert (told.name, told.count, told.at, told.device) == ("Opera", 2, now, strangers.public_id)
    assert api.list_failed_attempts_elsewhere(ana.pk, strangers.pk) == []
    assert waiting() == 1
    page, theirs = (browser_on(device).get("/dompet/").content.decode() for device in (hers, strangers))
    assert "PIN salah dimasukkan" in page
    assert "Opera" in page
    assert "/dompet/pin/percobaan/" in page
    # Where it was tried, the page says what the bar counts there, and offers nothing.
    assert "PIN salah dimasukkan" not in theirs
    assert "PIN pernah salah dimasukkan di perangkat ini" in theirs
    assert "/dompet/pin/percobaan/" not in theirs
    assert "PIN pernah salah dimasukkan di perangkat ini" not in page
    # A guess that was right at last does not make it untold.
    enter(ana, strangers, PIN, now)
    assert api.list_failed_attempts_elsewhere(ana.pk, hers.pk)[0].count == 2
    # The stranger cannot say that it was the owner.
    assert browser_on(strangers).post("/dompet/pin/percobaan/").status_code == 403
    assert browser_on(hers).post("/dompet/pin/percobaan/").status_code == 302
    assert waiting() == 0
    assert api.list_failed_attempts_elsewhere(ana.pk, hers.pk) == []


def test_wrong_pin_on_a_known_browser_warns_only_when_locked(ana, make_device, now):
    hers, other = make_device(ana, "her phone", is_trusted=True), make_device(ana, "tablet", is_trusted=True)

    guess(ana, hers, now, 4)
    assert api.list_failed_attempts_elsewhere(ana.pk, other.pk) == []
    guess(ana, hers, now)

    assert [tries.count for tries in api.list_failed_attempts_elsewhere(ana.pk, other.pk)] == [1]
    assert api.get_pin_state(ana.pk, device_id=hers.pk, now=now).is_locked
    # Another trusted device of hers gives it back.
    api.acknowledge_failed_attempts(user_id=ana.pk, device_id=other.pk, now=now)
    assert enter(ana, hers, PIN, now).user_id == ana.pk


def test_concurrent_right_pins_all_pass(real_db, ana, make_device, now, in_threads):
    phone = make_device(ana, "her phone")

    outcomes = in_threads(*[lambda: enter(ana, phone, PIN, now)] * 8)

    assert [getattr(outcome, "user_id", outcome) for outcome in outcomes] == [ana.pk] * 8


def test_concurrent_right_pins_among_wrong_ones_are_right_or_locked(real_db, ana, make_device, now, in_threads):
    phone = make_device(ana, "her phone")

    outcomes = in_threads(
        *[lambda: enter(ana, phone, PIN, now)] * 4,
        *[lambda number=number: enter(ana, phone, f"7391{number:02}", now) for number in range(8)],
    )

    rights, wrongs = outcomes[:4], outcomes[4:]
    assert all(getattr(one, "user_id", None) == ana.pk or isinstance(one, errors.PinLocked) for one in rights)
    assert all(isinstance(one, (errors.PinWrong, errors.PinLocked)) for one in wrongs)
    # No more than four between two right ones, and the fifth locks.
    assert sum(isinstance(one, errors.PinWrong) for one in wrongs) <= 8
    if not any(isinstance(one, errors.PinLocked) for one in outcomes):
        assert all(getattr(one, "user_id", None) == ana.pk for one in rights)


def test_concurrent_guesses_of_many_sessions_are_ten_in_all(real_db, ana, make_device, now, in_threads):
    sessions = [make_device(ana, f"browser {number}") for number in range(16)]

    outcomes = in_threads(*[lambda device=device: enter(ana, device, GUESS, now) for device in sessions])

    kinds = [type(outcome) for outcome in outcomes]
    assert (kinds.count(errors.PinWrong), kinds.count(errors.PinLocked)) == (9, 7)


@pytest.fixture
def hashes(monkeypatch):
    """Count how often a PIN was hashed, or compared with a hash."""
    calls = []
    for name in ("make_password", "check_password"):
        real = getattr(pins, name)
        monkeypatch.setattr(pins, name, lambda *args, real=real: calls.append(1) or real(*args))
    return calls


CHEAP = {
    "reset that nobody asked for": lambda ana, phone, now: api.reset_pin(
        user_id=ana.pk, device_id=phone.pk, pin="904813", now=now
    ),
    "reset to six letters": lambda ana, phone, now: api.reset_pin(
        user_id=ana.pk, device_id=phone.pk, pin="abcdef", now=now
    ),
    "change to what anybody guesses": lambda ana, phone, now: api.change_pin(
        user_id=ana.pk, device_id=phone.pk, old=PIN, new="123123", now=now
    ),
    "change of a PIN that is locked here": lambda ana, phone, now: api.change_pin(
        user_id=ana.pk, device_id=phone.pk, old=PIN, new="904813", now=now
    ),
    "try of a PIN that is locked here": lambda ana, phone, now: enter(ana, phone, PIN, now),
    "try that is no PIN": lambda ana, phone, now: enter(ana, None, "12", now),
    "first PIN where there is one": lambda ana, phone, now: api.set_first_pin(user_id=ana.pk, pin="904813", now=now),
    "first PIN where there is one, at the door": lambda ana, phone, now: api.set_first_pin_on_device(
        user_id=ana.pk, device_id=phone.pk, pin="904813", now=now
    ),
}


@pytest.mark.parametrize("what", CHEAP)
def test_early_refused_request_hashes_no_pin(what, ana, make_device, now, hashes):
    phone = make_device(ana, "her phone")
    PinTries.objects.create(user=ana, device=phone, wrong=5)

    with pytest.raises(DomainError):
        CHEAP[what](ana, phone, now)

    assert hashes == []


def test_change_with_a_wrong_pin_costs_one_hash_and_with_the_right_one_two(ana, make_device, now, hashes):
    phone = make_device(ana, "her phone")

    with suppress(errors.PinWrong):
        api.change_pin(user_id=ana.pk, device_id=phone.pk, old=GUESS, new="904813", now=now)
    assert len(hashes) == 1
    api.change_pin(user_id=ana.pk, device_id=phone.pk, old=PIN, new="904813", now=now + timedelta(seconds=1))

    assert len(hashes) == 3
