"""Refusals of codes for payment (QRIS) and of the camera that reads them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class QrUnknown(DomainError):
    """The scanned code is no QR code for payment."""

    code = "payments.qr_unknown"
    kind = ErrorKind.INVALID
    message = _("This is not a payment code.")


class QrDamaged(DomainError):
    """The scanned code is damaged, or lacks what a code for payment must have."""

    code = "payments.qr_damaged"
    kind = ErrorKind.INVALID
    message = _("This code is damaged. Scan it again, or ask for a new one.")


class QrForeign(DomainError):
    """The scanned code is of another country or currency, or of no account in Indonesia."""

    code = "payments.qr_foreign"
    kind = ErrorKind.INVALID
    message = _("This code is not for payments in Indonesia.")


class QrisFieldInvalid(DomainError):
    """A field of a merchant's account for codes is empty, too long or malformed; ``field`` names it."""

    code = "payments.qris_field_invalid"
    kind = ErrorKind.INVALID
    message = _("Please fill this in, up to {chars_max} letters or digits.")


class QrisAccountNotFound(DomainError):
    """The merchant has no account for codes yet."""

    code = "payments.qris_account_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This shop takes no QRIS payments yet.")


class QrisBillNotFound(DomainError):
    """The bill does not exist or is another merchant's; the error does not reveal which."""

    code = "payments.qris_bill_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such bill.")


class QrisOtherAcquirer(DomainError):
    """The code is of another acquirer, from which nothing can be bought through this service yet."""

    code = "payments.qris_other_acquirer"
    kind = ErrorKind.INVALID
    message = _("This code belongs to another bank or wallet. It cannot be paid from here yet.")


class QrisAltered(DomainError):
    """The code bears an account of ours and differs from what was issued: name, city, amount or another value."""

    code = "payments.qris_altered"
    kind = ErrorKind.INVALID
    message = _("This code is not from us, or was changed. Do not pay it, and tell the shop.")


class QrisExpired(DomainError):
    """The code for one amount has expired."""

    code = "payments.qris_expired"
    kind = ErrorKind.CONFLICT
    message = _("This code has expired. Ask the shop for a new one.")


class QrisBillPaid(DomainError):
    """The code for one amount was already paid."""

    code = "payments.qris_bill_paid"
    kind = ErrorKind.CONFLICT
    message = _("This code was already paid.")


class QrisAmountInvalid(DomainError):
    """The amount is missing, differs from that of the code, or is above the limit of one payment."""

    code = "payments.qris_amount_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter an amount up to {amount_max}.")


class FrameInvalid(DomainError):
    """The frame of a camera is not grey, or larger or smaller than frames are."""

    code = "payments.frame_invalid"
    kind = ErrorKind.INVALID
    message = _("This picture cannot be read here.")
