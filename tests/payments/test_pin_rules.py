"""PINs that are guessed first are refused, by families and not by a list."""

from __future__ import annotations

import pytest

from payments import api, errors
from payments.domain.pin_policy import is_guessable
from payments.models import Pin

FAMILIES = {
    "all the same": ["000000", "111111", "999999"],
    "nearly all the same": ["000001", "100000", "111211", "555545"],
    "a row": ["123456", "654321", "012345", "890123", "210987", "246802", "024680", "135791", "975319"],
    "two rows": ["123654", "123789", "456123", "321321", "123111", "111123"],
    "repeated twos": ["121212", "101010", "696969"],
    "repeated threes": ["123123", "147147", "520520"],
    "doubled digits": ["112233", "771100", "332211", "445566"],
    "two of three": ["111222", "000777", "999000"],
    "a mirror": ["123321", "134431", "980089"],
    "lines on the keypad": ["147258", "159753", "741852", "789654"],
}


@pytest.mark.parametrize("pin", [pin for family in FAMILIES.values() for pin in family])
def test_pin_with_a_pattern_is_refused_with_its_own_message(pin, make_user, now):
    bo = make_user("bo")

    with pytest.raises(errors.PinGuessable) as refusal:
        api.set_first_pin(user_id=bo.pk, pin=pin, now=now)

    assert refusal.value.code == "payments.pin_guessable"
    assert "mudah ditebak" in str(refusal.value.body()["message"])
    assert not Pin.objects.exists()


@pytest.mark.parametrize("pin", ["280394", "739104", "258036", "170845", "311299", "904813"])
def test_pin_without_a_pattern_is_accepted_even_birthdays(pin, make_user, now):
    bo = make_user("bo")

    api.set_first_pin(user_id=bo.pk, pin=pin, now=now)

    assert api.get_pin_state(bo.pk, now=now).is_set


def test_refused_pins_are_few():
    # One of seventeen in a million: patterns are multiples of 3, 7, 11, 13, 37 and 101, and would be hit too often.
    assert 5_000 < 17 * sum(is_guessable(f"{number:06}") for number in range(0, 1_000_000, 17)) < 7_000
