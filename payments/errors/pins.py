"""Refusals of the PIN."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class PinInvalid(DomainError):
    """The PIN is not six digits."""

    code = "payments.pin_invalid"
    kind = ErrorKind.INVALID
    message = _("A PIN has six digits.")


class PinGuessable(PinInvalid):
    """The PIN follows a pattern that attackers try first."""

    code = "payments.pin_guessable"
    message = _("That PIN is easy to guess. Avoid sequences, repeats and patterns.")


class PinMissing(DomainError):
    """No PIN is set yet."""

    code = "payments.pin_missing"
    kind = ErrorKind.CONFLICT
    message = _("Set a PIN for your wallet first.")


class PinNeeded(DomainError):
    """The device is not trusted to move money, and no PIN was given."""

    code = "payments.pin_needed"
    kind = ErrorKind.FORBIDDEN
    message = _("This device is new to your account, so you need your PIN.")


class NoPinOnNewDevice(DomainError):
    """
    The device is not trusted to move money, and no PIN is set.

    ``pin_from`` is the time from which a PIN may be set on this device, if it was requested here.
    """

    code = "payments.no_pin_on_new_device"
    kind = ErrorKind.FORBIDDEN
    message = _(
        "This device is new to your account, and you have no PIN yet. Ask for one with a code, then set it here "
        "a day later. On your usual device you do not have to wait."
    )


class PinAlreadySet(DomainError):
    """A PIN is already set; it can be changed with the old one, or reset."""

    code = "payments.pin_already_set"
    kind = ErrorKind.CONFLICT
    message = _("You already have a PIN.")


class FirstPinNeedsTrustedDevice(DomainError):
    """A first PIN can be set without a wait only on a trusted device; a code by SMS does not make a device trusted."""

    code = "payments.device_not_trusted"
    kind = ErrorKind.FORBIDDEN
    message = _("This device is not trusted yet. Ask for a PIN with a code; you can set it a day later.")


class PinWrong(DomainError):
    """The PIN is wrong. Attempts are counted per browser; ``left`` is the number left in this one."""

    code = "payments.pin_wrong"
    kind = ErrorKind.FORBIDDEN
    message = _("Wrong PIN. Tries left: {left}.")


class PinLocked(DomainError):
    """
    The PIN is locked after too many failed attempts in this browser or in all unknown browsers together.

    A trusted device or a reset unlocks it.
    """

    code = "payments.pin_locked"
    kind = ErrorKind.FORBIDDEN
    message = _("Your PIN is locked after too many wrong tries. You can get a new one.")


class PinResetTooEarly(DomainError):
    """
    The reset was not requested on this device with a fresh code, or its waiting period of a day is not over.

    ``retry_after`` is the number of seconds until it is.
    """

    code = "payments.pin_reset_too_early"
    kind = ErrorKind.LIMITED
    message = _("You can set a new PIN one day after you asked for it, on the same device.")


class PinResetKept(DomainError):
    """A pending PIN reset can be cancelled only with the right PIN or from a trusted device."""

    code = "payments.pin_reset_kept"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only cancel this on a trusted device, such as the one you signed up with.")


class PinTriesKept(DomainError):
    """Failed PIN attempts can be acknowledged as one's own only from a trusted device."""

    code = "payments.pin_tries_kept"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only confirm this on a trusted device, such as the one you signed up with.")
