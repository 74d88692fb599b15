"""The PIN: counted by person, locked, and reset only by a fresh code and a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.models import Pin

PIN = "280394"


@pytest.fixture
def ana(make_user, now):
    user = make_user("ana")
    api.set_first_pin(user_id=user.pk, pin=PIN, now=now)
    return user


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "abcdef", "111111", "123456", "654321", "890123", "١٢٣٤٥٦", 280394, None]
)
def test_pin_that_is_none_is_refused(pin, make_user, now):
    bo = make_user("bo")

    with pytest.raises(errors.PinInvalid):
        api.set_first_pin(user_id=bo.pk, pin=pin, now=now)

    assert not Pin.objects.exists()


def test_pin_is_stored_hashed_and_set_once(ana, now):
    with pytest.raises(errors.PinAlreadySet):
        api.set_first_pin(user_id=ana.pk, pin="739104", now=now)

    stored = Pin.objects.get(user=ana).pin_hash
    assert stored.startswith("argon2")
    assert PIN not in stored
    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_right_pin_forgets_the_wrong_ones(ana, now):
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.PinWrong) as refusal:
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
        assert refusal.value.params == {"left": left}

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)

    assert Pin.objects.get(user=ana).wrong == 0
    assert Pin.objects.get(user=ana).locked_at is None


def test_fifth_wrong_pin_locks_even_the_right_one(ana, make_user, now):
    for _ in range(4):
        with pytest.raises(errors.PinWrong):
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    for pin in ("000001", PIN):
        with pytest.raises(errors.PinLocked):
            api.verify_pin(user_id=ana.pk, pin=pin, now=now)
    with pytest.raises(errors.PinMissing):
        api.verify_pin(user_id=make_user("bo").pk, pin=PIN, now=now)


def test_guessing_from_ten_places_at_once_gets_no_more_tries(real_db, ana, now, in_threads):
    guess = lambda pin: lambda: api.verify_pin(user_id=ana.pk, pin=pin, now=now)  # noqa: E731

    outcomes = in_threads(*(guess(f"00000{number}") for number in range(10)))

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(errors.PinWrong) == 4
    assert kinds.count(errors.PinLocked) == 6
    with pytest.raises(errors.PinLocked):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_reset_takes_a_fresh_code_and_a_day(ana, now):
    for _ in range(5):
        with pytest.raises((errors.PinWrong, errors.PinLocked)):
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, pin="739104", now=now + timedelta(days=9))
    for proved_at in (now - timedelta(minutes=11), now + timedelta(seconds=1)):
        with pytest.raises(errors.PinResetTooEarly):
            api.ask_pin_reset(user_id=ana.pk, code_proved_at=proved_at, now=now)

    assert api.ask_pin_reset(user_id=ana.pk, code_proved_at=now, now=now) == now + timedelta(days=1)
    with pytest.raises(errors.PinResetTooEarly) as early:
        api.reset_pin(user_id=ana.pk, pin="739104", now=now + timedelta(hours=23))
    assert early.value.retry_after == 3_600
    with pytest.raises(errors.PinLocked):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)
    api.reset_pin(user_id=ana.pk, pin="739104", now=now + timedelta(days=1))

    api.verify_pin(user_id=ana.pk, pin="739104", now=now)
    with pytest.raises(errors.PinWrong):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, pin="111222", now=now + timedelta(days=2))


def test_changing_needs_the_old_one(ana, now):
    with pytest.raises(errors.PinWrong):
        api.change_pin(user_id=ana.pk, old="000001", new="739104", now=now)
    api.change_pin(user_id=ana.pk, old=PIN, new="739104", now=now)

    api.verify_pin(user_id=ana.pk, pin="739104", now=now)


def test_right_pin_ends_a_reset_that_was_asked_for(ana, now):
    api.ask_pin_reset(user_id=ana.pk, code_proved_at=now, now=now)

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)

    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, pin="147025", now=now + timedelta(days=1, minutes=1))
    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_reset_that_nobody_used_ends(ana, now):
    api.ask_pin_reset(user_id=ana.pk, code_proved_at=now, now=now)

    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, pin="147025", now=now + timedelta(days=4, minutes=1))

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)
