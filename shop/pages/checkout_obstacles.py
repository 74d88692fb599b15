"""Obstacles to a payment that are known before the form is filled in, each with the page that removes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.api import PinState, Wallet
from superapp.core.money import Money
from superapp.web import time_formats

# Pages that remove an obstacle, by the value of the button that leads there.
REMEDY_VIEWS = {"top_up": "payments:top_up", "pin": "payments:pin", "new_pin": "payments:pin_forgotten"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """
    An obstacle to a payment. ``action`` is the value of the button that removes it; empty if the person can only wait.
    """

    icon: str
    title: str
    sentence: str
    action: str = ""
    label: str = ""
    # The label of the button in place of the pay button, if it differs.
    final_label_override: str = ""

    @property
    def final_label(self) -> str:
        return self.final_label_override or self.label


def find_obstacles(
    *, total: Money, wallet: Wallet, pin: PinState, device_id: int | None, is_trusted: bool, now: datetime
) -> list[Obstacle]:
    """Return everything that prevents paying this total now, from this device."""
    found = [_find_pin_obstacle(pin, device_id=device_id, is_trusted=is_trusted, now=now)]
    if wallet.available < total:
        found.append(
            Obstacle(
                icon="wallet",
                title=_("Your balance is not enough"),
                sentence=_("You have {available}, less than the total below.").format(available=wallet.available),
                action="top_up",
                label=_("Top up"),
                final_label_override=_("Top up first"),
            )
        )
    return [one for one in found if one is not None]


def remedy_url(action: str, *, back: str) -> str | None:
    """Return the URL of the page that removes an obstacle, with the way back; None for any other action."""
    view = REMEDY_VIEWS.get(action)
    return f"{reverse(view)}?{urlencode({'next': back})}" if view else None


def _find_pin_obstacle(pin: PinState, *, device_id: int | None, is_trusted: bool, now: datetime) -> Obstacle | None:
    if pin.is_set and not pin.is_locked:
        return None
    if pin.is_reset_on(device_id):
        return _pin_wait_obstacle(pin, now)
    if pin.is_locked:
        return Obstacle(
            icon="lock",
            title=_("Your PIN is locked"),
            sentence=_("Too many wrong tries. Your money is safe. To pay, you need a new PIN."),
            action="new_pin",
            label=_("Get a new PIN"),
        )
    if is_trusted:
        return None  # The PIN is set on this page, together with the payment.
    return Obstacle(
        icon="smartphone",
        title=_("This device is still new to your account"),
        sentence=_(
            "You need a PIN to pay. On a new device you can set it one day after verifying your number. On the "
            "device you signed up with, you can pay right away."
        ),
        action="new_pin",
        label=_("Verify my number"),
    )


def _pin_wait_obstacle(pin: PinState, now: datetime) -> Obstacle:
    assert pin.reset_from is not None
    if pin.reset_from <= now:
        return Obstacle(
            icon="key-round",
            title=_("Your PIN is ready to be set"),
            sentence=_("The one-day wait is over. Choose your PIN, then you can pay."),
            action="new_pin",
            label=_("Choose a PIN"),
        )
    moment = {
        "day": time_formats.format_day(pin.reset_from, now=now),
        "hour": time_formats.format_hour(pin.reset_from),
        "zone": time_formats.zone_label(timezone.get_current_timezone_name()),
    }
    return Obstacle(
        icon="clock",
        title=_("Your PIN can be set later"),
        sentence=_("You can set it from {day}, {hour} {zone}, then pay. What you fill in here is kept.").format(
            **moment
        ),
    )
