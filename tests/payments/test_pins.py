"""The PIN: counted by person, locked, and reset only by a fresh code and a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.models import Pin
from superapp.accounts.actions import devices
from superapp.accounts.models import Device

PIN = "280394"


@pytest.fixture
def ana(make_user, now):
    user = make_user("ana")
    api.set_first_pin(user_id=user.pk, pin=PIN, now=now)
    return user


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", 280394, None])
def test_malformed_pin_is_refused(pin, make_user, now):
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


def test_right_pin_resets_the_wrong_tries(ana, now):
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.PinWrong) as refusal:
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
        assert refusal.value.params == {"left": left}

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)

    with pytest.raises(errors.PinWrong) as refusal:
        api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    assert refusal.value.params == {"left": 4}


def test_fifth_wrong_pin_locks_even_the_right_one(ana, make_user, now):
    for _ in range(4):
        with pytest.raises(errors.PinWrong):
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    for pin in ("000001", PIN):
        with pytest.raises(errors.PinLocked):
            api.verify_pin(user_id=ana.pk, pin=pin, now=now)
    with pytest.raises(errors.PinMissing):
        api.verify_pin(user_id=make_user("bo").pk, pin=PIN, now=now)


def test_concurrent_pin_guesses_get_no_more_tries(real_db, ana, now, in_threads):
    guess = lambda pin: lambda: api.verify_pin(user_id=ana.pk, pin=pin, now=now)  # noqa: E731

    outcomes = in_threads(*(guess(f"00000{number}") for number in range(10)))

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(errors.PinWrong) == 4
    assert kinds.count(errors.PinLocked) == 6
    with pytest.raises(errors.PinLocked):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_pin_reset_takes_a_new_code_and_a_day(ana, make_device, now):
    phone = make_device(ana, "her phone").pk
    for _ in range(5):
        with pytest.raises((errors.PinWrong, errors.PinLocked)):
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=phone, pin="739104", now=now + timedelta(days=9))
    for proved_at in (now - timedelta(minutes=11), now + timedelta(seconds=1)):
        with pytest.raises(errors.PinResetTooEarly):
            api.request_pin_reset(user_id=ana.pk, device_id=phone, code_proved_at=proved_at, now=now)

    assert api.request_pin_reset(user_id=ana.pk, device_id=phone, code_proved_at=now, now=now) == now + timedelta(
        days=1
    )
    with pytest.raises(errors.PinResetTooEarly) as early:
        api.reset_pin(user_id=ana.pk, device_id=phone, pin="739104", now=now + timedelta(hours=23))
    assert early.value.retry_after == 3_600
    with pytest.raises(errors.PinLocked):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)
    api.reset_pin(user_id=ana.pk, device_id=phone, pin="739104", now=now + timedelta(days=1))

    api.verify_pin(user_id=ana.pk, pin="739104", now=now)
    with pytest.raises(errors.PinWrong):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=phone, pin="904813", now=now + timedelta(days=2))


def test_pin_change_requires_the_old_pin(ana, now):
    with pytest.raises(errors.PinWrong):
        api.change_pin(user_id=ana.pk, old="000001", new="739104", now=now)
    api.change_pin(user_id=ana.pk, old=PIN, new="739104", now=now)

    api.verify_pin(user_id=ana.pk, pin="739104", now=now)


def test_right_pin_cancels_a_pending_reset(ana, make_device, now):
    phone = make_device(ana, "her phone").pk
    api.request_pin_reset(user_id=ana.pk, device_id=phone, code_proved_at=now, now=now)

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)

    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=phone, pin="147025", now=now + timedelta(days=1, minutes=1))
    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_unused_pin_reset_expires(ana, make_device, now):
    phone = make_device(ana, "her phone").pk
    api.request_pin_reset(user_id=ana.pk, device_id=phone, code_proved_at=now, now=now)

    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=phone, pin="147025", now=now + timedelta(days=4, minutes=1))

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


@pytest.fixture
def make_device(now):
    """Log somebody in: ``make_device(ana, "her phone")``; the browser tells itself again by its name."""

    def make(user, browser, *, begins=False):
        return devices.register_device(
            user_id=user.pk,
            session_key=f"{user.pk} {browser} {Device.objects.count()}"[:40],
            browser_hash=browser,
            name="Chrome · Android",
            is_new_account=begins,
            now=now,
        )

    return make


def set_on(device, now, pin=PIN):
    api.set_first_pin_on_device(user_id=device.user_id, device_id=device.pk, pin=pin, now=now)


def test_first_device_of_the_account_sets_the_first_pin_at_once(make_user, make_device, now):
    bo = make_user("bo")

    set_on(make_device(bo, "his phone", begins=True), now)

    api.verify_pin(user_id=bo.pk, pin=PIN, now=now)


def test_new_owner_of_a_number_waits_a_day_for_a_first_pin(make_user, make_device, now):
    bo = make_user("bo")
    his = make_device(bo, "his phone", begins=True)
    theirs = make_device(bo, "somebody's phone")
    with pytest.raises(errors.FirstPinNeedsTrustedDevice):
        set_on(theirs, now)
    assert not Pin.objects.exists()

    reset_from = api.request_pin_reset(user_id=bo.pk, device_id=theirs.pk, code_proved_at=now, now=now)

    assert api.get_pin_state(bo.pk, now=now) == api.PinState(
        is_set=False, is_locked=False, reset_from=reset_from, reset_device_id=theirs.pk
    )
    with pytest.raises(errors.PinMissing):
        api.verify_pin(user_id=bo.pk, pin="", now=now)
    with pytest.raises(errors.FirstPinNeedsTrustedDevice):
        set_on(theirs, now)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=bo.pk, pin="739104", device_id=theirs.pk, now=now + timedelta(hours=23))
    # The owner notices, and sets it where the account began: what was asked for elsewhere is over.
    set_on(his, now + timedelta(hours=23))
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=bo.pk, pin="739104", device_id=theirs.pk, now=now + timedelta(hours=25))
    api.verify_pin(user_id=bo.pk, pin=PIN, now=now)


def test_device_that_waited_for_its_pin_is_trusted_from_then_on(make_user, make_device, now):
    bo = make_user("bo")
    new = make_device(bo, "new phone")
    api.request_pin_reset(user_id=bo.pk, device_id=new.pk, code_proved_at=now, now=now)
    later = now + timedelta(days=1)

    api.reset_pin(user_id=bo.pk, pin=PIN, device_id=new.pk, now=later)

    new.refresh_from_db()
    assert new.trusted_at == later
    api.verify_pin(user_id=bo.pk, pin=PIN, now=later)
    assert make_device(bo, "another").trusted_at is None


def test_pin_reset_belongs_to_the_requesting_device(ana, make_device, now):
    asking, other = make_device(ana, "her new phone"), make_device(ana, "somebody's phone")
    api.request_pin_reset(user_id=ana.pk, device_id=asking.pk, code_proved_at=now, now=now)
    later = now + timedelta(days=1)

    for device_id in (other.pk, None):
        with pytest.raises(errors.PinResetTooEarly):
            api.reset_pin(user_id=ana.pk, device_id=device_id, pin="739104", now=later)

    assert not Device.objects.filter(trusted_at__isnull=False).exists()
    api.verify_pin(user_id=ana.pk, pin=PIN, now=later)
    # It asks itself: the day begins anew, there, and is over for the other.
    api.request_pin_reset(user_id=ana.pk, device_id=other.pk, code_proved_at=later, now=later)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=asking.pk, pin="739104", now=later + timedelta(days=1))
    api.reset_pin(user_id=ana.pk, device_id=other.pk, pin="739104", now=later + timedelta(days=1))


def test_pin_reset_without_a_device_belongs_to_none(ana, now):
    api.request_pin_reset(user_id=ana.pk, device_id=None, code_proved_at=now, now=now)

    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=None, pin="739104", now=now + timedelta(days=1))


def test_pin_reset_can_be_cancelled_with_a_locked_pin(ana, make_user, make_device, now):
    hers, thiefs = make_device(ana, "her phone", begins=True), make_device(ana, "somebody's phone")
    eves = make_device(make_user("eve"), "eve's phone", begins=True)
    for _ in range(5):
        with pytest.raises((errors.PinWrong, errors.PinLocked)):
            api.verify_pin(user_id=ana.pk, pin="000001", now=now)
    api.request_pin_reset(user_id=ana.pk, device_id=thiefs.pk, code_proved_at=now, now=now)

    for device_id in (thiefs.pk, eves.pk, None):
        with pytest.raises(errors.PinResetKept):
            api.cancel_pin_reset(user_id=ana.pk, device_id=device_id, now=now)
    assert api.get_pin_state(ana.pk, now=now).is_reset_on(thiefs.pk)
    for _ in range(2):
        api.cancel_pin_reset(user_id=ana.pk, device_id=hers.pk, now=now)

    assert api.get_pin_state(ana.pk, now=now) == api.PinState(is_set=True, is_locked=True)
    with pytest.raises(errors.PinResetTooEarly):
        api.reset_pin(user_id=ana.pk, device_id=thiefs.pk, pin="739104", now=now + timedelta(days=1))
    with pytest.raises(errors.PinLocked):
        api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_trusted_browser_stays_trusted_until_signed_out_remotely(make_user, make_device, now):
    bo = make_user("bo")
    first = make_device(bo, "his phone", begins=True)
    devices.end_session(session_key=first.session_key, now=now)

    again = make_device(bo, "his phone")
    assert again.trusted_at == now
    devices.sign_out_device(user_id=bo.pk, device_public_id=again.public_id, by_device_id=again.pk, now=now)

    assert make_device(bo, "his phone").trusted_at is None
    assert not Device.objects.filter(trusted_at__isnull=False).exists()


def test_trust_is_per_person_and_logged_in_device(make_user, make_device, now):
    bo, eve = make_user("bo"), make_user("eve")
    his, hers = make_device(bo, "one browser", begins=True), make_device(eve, "one browser")

    for device_id in (his.pk, hers.pk, None):
        with pytest.raises(errors.FirstPinNeedsTrustedDevice):
            api.set_first_pin_on_device(user_id=eve.pk, device_id=device_id, pin=PIN, now=now)
    devices.end_session(session_key=his.session_key, now=now)
    with pytest.raises(errors.FirstPinNeedsTrustedDevice):
        set_on(his, now)

    assert not Pin.objects.exists()


def test_browsers_without_a_name_are_not_confused(make_user, make_device):
    bo = make_user("bo")
    make_device(bo, "", begins=True)

    assert make_device(bo, "").trusted_at is None


def test_existing_pin_cannot_be_set_as_a_first_pin(ana, make_device, now):
    with pytest.raises(errors.PinAlreadySet):
        set_on(make_device(ana, "her phone", begins=True), now, pin="739104")
    with pytest.raises(errors.PinAlreadySet):
        set_on(make_device(ana, "another"), now, pin="739104")

    api.verify_pin(user_id=ana.pk, pin=PIN, now=now)


def test_finished_pin_reset_is_not_shown(ana, make_device, now):
    phone = make_device(ana, "her phone").pk
    api.request_pin_reset(user_id=ana.pk, device_id=phone, code_proved_at=now, now=now)

    assert api.get_pin_state(ana.pk, now=now + timedelta(days=4)).reset_from == now + timedelta(days=1)
    assert api.get_pin_state(ana.pk, now=now + timedelta(days=4, seconds=1)).reset_from is None


def test_concurrent_first_pins_set_one(real_db, make_user, now, in_threads):
    bo = make_user("bo")
    pins = ("280394", "739104", "147025", "951284")

    outcomes = in_threads(*(lambda pin=pin: api.set_first_pin(user_id=bo.pk, pin=pin, now=now) for pin in pins))

    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, errors.PinAlreadySet) for outcome in outcomes) == 3
    api.verify_pin(user_id=bo.pk, pin=pins[outcomes.index(None)], now=now)
