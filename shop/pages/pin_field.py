"""The PIN field inside a form that moves money, shown if the device does not suffice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments import api as payments
from payments.errors import NoPinOnNewDevice, PinLocked, PinMissing, PinNeeded, PinWrong
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user
from superapp.core import clock
from superapp.core.errors import DomainError

# Errors shown at the field; the rest of the form is kept.
REFUSALS = (PinNeeded, PinWrong, PinLocked, PinMissing, NoPinOnNewDevice)
PIN_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PinField:
    """
    The PIN field as a form shows it. ``step`` is ``type`` if the PIN can be entered, ``locked`` if a new one is needed,
    ``ask`` if none is set and it has to be requested with a code, or ``wait`` if it was requested on this device and
    can be set at ``pin_from``. ``choose`` is for a usual device on which a first PIN can be set at once.
    """

    step: Literal["type", "locked", "ask", "wait", "choose"]
    problem: str = ""
    pin_from: datetime | None = None


def pin_field(
    request: HttpRequest, *, placing_device_id: int | None = None, refusal: DomainError | None = None
) -> PinField | None:
    """Return the PIN field for a form of this person on this device; None if the device suffices."""
    user_id, device_id = get_current_user(request).pk, accounts.get_device_id(request)
    if payments.get_device_authorization(user_id=user_id, device_id=device_id, placing_device_id=placing_device_id):
        return None
    return _field(user_id, device_id, refusal)


def required_pin_field(request: HttpRequest, *, refusal: DomainError | None = None) -> PinField:
    """Return the PIN field for a form of this person that takes the PIN on any device."""
    user_id, device_id = get_current_user(request).pk, accounts.get_device_id(request)
    field = _field(user_id, device_id, refusal)
    if field.step == "ask" and device_id is not None and accounts.is_trusted_device(user_id, device_id):
        return PinField(step="choose")
    return field


def _field(user_id: int, device_id: int | None, refusal: DomainError | None) -> PinField:
    now = clock.now()
    state = payments.get_pin_state(user_id, device_id=device_id, now=now)
    if not state.is_set:
        pin_from = state.reset_from if state.is_reset_on(device_id) else None
        return PinField(step="wait" if pin_from and pin_from > now else "ask", pin_from=pin_from)
    if state.is_locked:
        return PinField(step="locked")
    return PinField(step="type", problem=_problem(refusal))


def read_pin(request: HttpRequest) -> str:
    """Return the PIN of a form, without whitespace; empty if the form has no field."""
    return "".join(request.POST.get("pin", "")[:PIN_CHARS_MAX].split())


def _problem(refusal: DomainError | None) -> str:
    if isinstance(refusal, PinNeeded):
        return _("Enter your PIN.")
    if isinstance(refusal, PinWrong):
        left = int(refusal.params["left"] or 0)
        return ngettext(
            "Wrong PIN. You have {left} try left.",
            "Wrong PIN. You have {left} tries left.",
            left,
        ).format(left=left)
    return ""
