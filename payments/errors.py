"""What may be refused about money, with codes that never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, Kind


class KeyReused(DomainError):
    """The idempotency key was used for something else. Whatever that was, it stands."""

    code = "payments.key_reused"
    kind = Kind.CONFLICT
    message = _("This was already sent with other contents. Please start again.")


class AssetMismatch(DomainError):
    """An account keeps another asset than the money that should go there."""

    code = "payments.asset_mismatch"
    kind = Kind.INVALID
    message = _("These accounts do not keep the same kind of money.")


class ToOneself(DomainError):
    """From an account to the same account."""

    code = "payments.to_oneself"
    kind = Kind.INVALID
    message = _("You cannot send money to yourself.")


class AccountNotOpen(DomainError):
    """One of the accounts is frozen or closed; which one is told to nobody."""

    code = "payments.account_not_open"
    kind = Kind.CONFLICT
    message = _("One of the wallets cannot be used right now.")


class HoldResolved(DomainError):
    """The hold was captured or voided before."""

    code = "payments.hold_resolved"
    kind = Kind.CONFLICT
    message = _("This was already settled.")


class CaptureExceedsHold(DomainError):
    """More should be captured than was set aside."""

    code = "payments.capture_exceeds_hold"
    kind = Kind.CONFLICT
    message = _("That is more than was set aside.")


class InsufficientFunds(DomainError):
    """What is available, not what is there in all, is too little."""

    code = "payments.insufficient_funds"
    kind = Kind.CONFLICT
    message = _("The balance is not enough.")


class CeilingExceeded(DomainError):
    """The receiving wallet would hold more than its owner's verification allows."""

    code = "payments.ceiling_exceeded"
    kind = Kind.CONFLICT
    message = _("The receiving wallet would go over its limit.")


class RefundExceeds(DomainError):
    """More would be paid back than was paid, or more often than allowed."""

    code = "payments.refund_exceeds"
    kind = Kind.CONFLICT
    message = _("That is more than can still be refunded.")


class AlreadyPaid(DomainError):
    """Money was paid for this reference before, under another key."""

    code = "payments.already_paid"
    kind = Kind.CONFLICT
    message = _("This was already paid.")


# What the ledger refuses under a key, and stores.
refusals: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        AssetMismatch,
        ToOneself,
        AccountNotOpen,
        HoldResolved,
        CaptureExceedsHold,
        InsufficientFunds,
        CeilingExceeded,
        RefundExceeds,
        AlreadyPaid,
    )
}
