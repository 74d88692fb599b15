"""What stands in the way of a purchase before anything is typed, each with the way to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.api import PinState, Wallet
from superapp.core.money import Money
from superapp.web import times

# The buttons that lead to where something is mended, by the value that the form sends.
MENDING = {"top_up": "payments:top_up", "pin": "payments:pin", "new_pin": "payments:pin_forgotten"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """``do`` is the value of the button that mends it; there is no button where nothing but waiting helps."""

    icon: str
    title: str
    sentence: str
    do: str = ""
    word: str = ""
    # On the button that stands where paying would, if it says more there.
    longer_word: str = ""

    @property
    def word_at_end(self) -> str:
        return self.longer_word or self.word


def obstacles(
    *, total: Money, wallet: Wallet, pin: PinState, device_id: int | None, is_trusted: bool, now: datetime
) -> list[Obstacle]:
    """Return everything in the way of paying this total now, from this device."""
    found = [_of_pin(pin, device_id=device_id, is_trusted=is_trusted, now=now)]
    if wallet.available < total:
        found.append(
            Obstacle(
                icon="wallet",
                title=_("Your balance is not enough"),
                sentence=_("You have {available}, less than the total below.").format(available=wallet.available),
                do="top_up",
                word=_("Top up"),
                longer_word=_("Top up first"),
            )
        )
    return [one for one in found if one is not None]


def mending_address(do: str, *, back: str) -> str | None:
    """Return the page on which this is mended, with the way back; None for a button that mends nothing."""
    view = MENDING.get(do)
    return f"{reverse(view)}?{urlencode({'next': back})}" if view else None


def _of_pin(pin: PinState, *, device_id: int | None, is_trusted: bool, now: datetime) -> Obstacle | None:
    if pin.is_set and not pin.is_locked:
        return None
    if pin.is_reset_on(device_id):
        return _waiting(pin, now)
    if pin.is_locked:
        return Obstacle(
            icon="lock",
            title=_("Your PIN is locked"),
            sentence=_("Too many wrong tries. Your money is safe. To pay, you need a new PIN."),
            do="new_pin",
            word=_("Get a new PIN"),
        )
    if is_trusted:
        return None  # It is set right here, with the payment.
    return Obstacle(
        icon="smartphone",
        title=_("This device is still new to your account"),
        sentence=_(
            "You need a PIN to pay. On a new device you can set it one day after verifying your number. On the "
            "device you signed up with, you can pay right away."
        ),
        do="new_pin",
        word=_("Verify my number"),
    )


def _waiting(pin: PinState, now: datetime) -> Obstacle:
    assert pin.reset_from is not None
    if pin.reset_from <= now:
        return Obstacle(
            icon="key-round",
            title=_("Your PIN is ready to be set"),
            sentence=_("The one-day wait is over. Choose your PIN, then you can pay."),
            do="new_pin",
            word=_("Choose a PIN"),
        )
    moment = {
        "day": times.day(pin.reset_from, now=now),
        "hour": times.hour(pin.reset_from),
        "zone": times.zone_label(timezone.get_current_timezone_name()),
    }
    return Obstacle(
        icon="clock",
        title=_("Your PIN can be set later"),
        sentence=_("You can set it from {day}, {hour} {zone}, then pay. What you fill in here is kept.").format(
            **moment
        ),
    )
