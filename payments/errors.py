"""Errors of payments. Codes never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NotOffered(DomainError):
    """The operator of this place offers no money, by its legal profile."""

    code = "payments.not_offered"
    kind = ErrorKind.FORBIDDEN
    message = _("There are no wallets on this service.")


class KeyReused(DomainError):
    """The idempotency key was used for something else. Whatever that was, it stands."""

    code = "payments.key_reused"
    kind = ErrorKind.CONFLICT
    message = _("This was already sent with different content. Please start again.")


class AssetMismatch(DomainError):
    """An account keeps another asset than the money that should go there."""

    code = "payments.asset_mismatch"
    kind = ErrorKind.INVALID
    message = _("These accounts use different currencies.")


class ToOneself(DomainError):
    """From an account to the same account."""

    code = "payments.to_oneself"
    kind = ErrorKind.INVALID
    message = _("You cannot send money to yourself.")


class AccountNotOpen(DomainError):
    """One of the accounts is frozen or closed; which one is told to nobody."""

    code = "payments.account_not_open"
    kind = ErrorKind.CONFLICT
    message = _("One of the wallets cannot be used right now.")


class HoldResolved(DomainError):
    """The hold was captured or voided before."""

    code = "payments.hold_resolved"
    kind = ErrorKind.CONFLICT
    message = _("This was already settled.")


class CaptureExceedsHold(DomainError):
    """More should be captured than was set aside."""

    code = "payments.capture_exceeds_hold"
    kind = ErrorKind.CONFLICT
    message = _("That is more than the amount on hold.")


class InsufficientFunds(DomainError):
    """The available amount is too small, whatever the balance including holds is."""

    code = "payments.insufficient_funds"
    kind = ErrorKind.CONFLICT
    message = _("Your balance is not enough.")


class CeilingExceeded(DomainError):
    """The receiving wallet would hold more than its owner's verification allows."""

    code = "payments.ceiling_exceeded"
    kind = ErrorKind.CONFLICT
    message = _("This would exceed the recipient’s wallet limit.")


class RefundExceeds(DomainError):
    """More would be paid back than was paid, or more often than allowed."""

    code = "payments.refund_exceeds"
    kind = ErrorKind.CONFLICT
    message = _("That is more than can be refunded.")


class AlreadyPaid(DomainError):
    """Money was paid for this reference before, under another key."""

    code = "payments.already_paid"
    kind = ErrorKind.CONFLICT
    message = _("This was already paid.")


class EscrowNotFound(DomainError):
    """No payment exists yet for this reference. Burns no key."""

    code = "payments.escrow_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This has not been paid yet.")


class EscrowEmpty(DomainError):
    """The escrow of this reference is empty and stays so, since it is paid only once."""

    code = "payments.escrow_empty"
    kind = ErrorKind.CONFLICT
    message = _("Nothing is left to pay out.")


class PaidToAnother(DomainError):
    """
    A different merchant was paid for this reference before; a reference pays one merchant, from whom refunds are taken.
    """

    code = "payments.paid_to_another"
    kind = ErrorKind.CONFLICT
    message = _("The money for this was already paid to someone else.")


class NothingToPayOut(DomainError):
    """A merchant has nothing, yet: no key is burnt."""

    code = "payments.nothing_to_pay_out"
    kind = ErrorKind.CONFLICT
    message = _("There is no money to withdraw yet.")


class HoldNotFound(DomainError):
    """No such hold, or not yours; the error does not say which."""

    code = "payments.hold_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Hold not found.")


class WalletNotFound(DomainError):
    """No such wallet, or not yours; the error does not say which."""

    code = "payments.wallet_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Wallet not found.")


class RecipientUnnamed(DomainError):
    """A recipient is named by exactly one of person, handle and number."""

    code = "payments.recipient_unnamed"
    kind = ErrorKind.INVALID
    message = _("Choose a contact, or enter a @username or phone number.")


class TooLittle(DomainError):
    """The amount is below the minimum for transfers to people who are not contacts. The key may be used again."""

    code = "payments.too_little"
    kind = ErrorKind.INVALID
    message = _("Send at least {amount_min} to someone who is not your contact.")


class MemoForContacts(DomainError):
    """Words go only to who wants to hear from you; money goes to anybody who has not blocked you."""

    code = "payments.memo_for_contacts"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only send notes to your contacts.")


class PeriodInvalid(DomainError):
    """A statement from a day after its last day, or over too long a time."""

    code = "payments.period_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a start and an end date, up to {days} days apart.")


class ReceiptNotFound(DomainError):
    """No such movement, or none of yours; the error does not say which."""

    code = "payments.receipt_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Receipt not found.")


class TopUpNotFound(DomainError):
    """No such top-up, or it was decided before."""

    code = "payments.top_up_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No such top-up is waiting.")


class TwoPersonsNeeded(DomainError):
    """A top-up is approved by another operator than requested it, and never for one's own wallet."""

    code = "payments.two_persons_needed"
    kind = ErrorKind.FORBIDDEN
    message = _("Someone else has to do this.")


class OperatorsOnly(DomainError):
    """Only operators move money in from outside, or say how well somebody is known."""

    code = "payments.operators_only"
    kind = ErrorKind.FORBIDDEN
    message = _("Only operators can do this.")


class TierTooLow(DomainError):
    """More lies in the wallet than the tier allows."""

    code = "payments.tier_too_low"
    kind = ErrorKind.CONFLICT
    message = _("The wallet holds more than that level allows.")


class PinInvalid(DomainError):
    """Not six digits."""

    code = "payments.pin_invalid"
    kind = ErrorKind.INVALID
    message = _("A PIN has six digits.")


class PinGuessable(PinInvalid):
    """Six digits that follow a pattern which is tried first."""

    code = "payments.pin_guessable"
    message = _("That PIN is easy to guess. Avoid sequences, repeats and patterns.")


class PinMissing(DomainError):
    """No PIN was set yet."""

    code = "payments.pin_missing"
    kind = ErrorKind.CONFLICT
    message = _("Set a PIN for your wallet first.")


class PinNeeded(DomainError):
    """The device does not suffice to move money, and the PIN was not given with it."""

    code = "payments.pin_needed"
    kind = ErrorKind.FORBIDDEN
    message = _("This device is new to your account, so you need your PIN.")


class NoPinOnNewDevice(DomainError):
    """
    The device does not suffice to move money, and there is no PIN that could. ``pin_from`` is from when one may be set
    on this device, if it was asked for here.
    """

    code = "payments.no_pin_on_new_device"
    kind = ErrorKind.FORBIDDEN
    message = _(
        "This device is new to your account, and you have no PIN yet. Ask for one with a code, then set it here "
        "a day later. On your usual device you do not have to wait."
    )


class PinAlreadySet(DomainError):
    """A PIN is set already; it is changed with the old one, or reset."""

    code = "payments.pin_already_set"
    kind = ErrorKind.CONFLICT
    message = _("You already have a PIN.")


class DeviceNotTrusted(DomainError):
    """A first PIN is set at once only on a device that something stronger than a code by SMS speaks for."""

    code = "payments.device_not_trusted"
    kind = ErrorKind.FORBIDDEN
    message = _("This device is not trusted yet. Ask for a PIN with a code; you can set it a day later.")


class PinWrong(DomainError):
    """A wrong PIN, counted by browser; ``left`` says how many tries are left in this one."""

    code = "payments.pin_wrong"
    kind = ErrorKind.FORBIDDEN
    message = _("Wrong PIN. Tries left: {left}.")


class PinLocked(DomainError):
    """Too many wrong tries in this browser, or in all that are not known: a trusted device or a reset helps."""

    code = "payments.pin_locked"
    kind = ErrorKind.FORBIDDEN
    message = _("Your PIN is locked after too many wrong tries. You can get a new one.")


class PinResetTooEarly(DomainError):
    """
    A reset was not asked for on this device with a fresh code, or its day is not over; ``retry_after`` says when it is.
    """

    code = "payments.pin_reset_too_early"
    kind = ErrorKind.LIMITED
    message = _("You can set a new PIN one day after you asked for it, on the same device.")


class PinResetKept(DomainError):
    """A pending reset is cancelled with the right PIN or from a trusted device only."""

    code = "payments.pin_reset_kept"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only cancel this on a trusted device, such as the one you signed up with.")


class PinTriesKept(DomainError):
    """Wrong tries are confirmed as one's own from a trusted device only."""

    code = "payments.pin_tries_kept"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only confirm this on a trusted device, such as the one you signed up with.")


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
        EscrowEmpty,
        PaidToAnother,
    )
}
