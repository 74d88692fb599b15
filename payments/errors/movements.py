"""Refusals of wallets, transfers, escrow, holds and top-ups."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.errors.bank import (
    BankAccountInvalid,
    BankAccountUnknown,
    BankOutOfReach,
    BankSaidNo,
    BankUnknown,
    ChargeNotFound,
    NoBank,
    TopUpTooLarge,
    TopUpTooSmall,
    WithdrawalNotFound,
    WithdrawalTooSmall,
)
from superapp.core.errors import DomainError, ErrorKind

__all__ = [
    "BankAccountInvalid",
    "BankAccountUnknown",
    "BankOutOfReach",
    "BankSaidNo",
    "BankUnknown",
    "ChargeNotFound",
    "NoBank",
    "TopUpTooLarge",
    "TopUpTooSmall",
    "WithdrawalNotFound",
    "WithdrawalTooSmall",
]


class NotOffered(DomainError):
    """Payments are disabled on this installation by the operator's legal profile."""

    code = "payments.not_offered"
    kind = ErrorKind.FORBIDDEN
    message = _("There are no wallets on this service.")


class KeyReused(DomainError):
    """The idempotency key was already used for a different request; that earlier request is unaffected."""

    code = "payments.key_reused"
    kind = ErrorKind.CONFLICT
    message = _("This was already sent with different content. Please start again.")


class AssetMismatch(DomainError):
    """The asset of the amount differs from the asset of one of the accounts."""

    code = "payments.asset_mismatch"
    kind = ErrorKind.INVALID
    message = _("These accounts use different currencies.")


class ToOneself(DomainError):
    """The sender and the recipient, or the debited and the credited account, are the same."""

    code = "payments.to_oneself"
    kind = ErrorKind.INVALID
    message = _("You cannot send money to yourself.")


class AccountNotOpen(DomainError):
    """One of the accounts is frozen or closed; the error does not reveal which."""

    code = "payments.account_not_open"
    kind = ErrorKind.CONFLICT
    message = _("One of the wallets cannot be used right now.")


class PromotionExhausted(DomainError):
    """The platform's promotion account has less than its part of this payment; the payer's own money suffices."""

    code = "payments.promotion_exhausted"
    kind = ErrorKind.CONFLICT
    message = _("This promotion has just ended. You have not paid anything.")


class WalletFrozen(DomainError):
    """The payer's own wallet is frozen. The idempotency key stays unused."""

    code = "payments.wallet_frozen"
    kind = ErrorKind.FORBIDDEN
    message = _("Your wallet is blocked for now. The money in it is still yours. Contact support.")


class FloatCapReached(DomainError):
    """The operator would owe its users more than a closed loop may hold. Nothing is stored under the key."""

    code = "payments.float_cap_reached"
    kind = ErrorKind.CONFLICT
    message = _("This service may hold only a limited amount of money, and that is reached. Try a smaller amount.")


class HoldResolved(DomainError):
    """The hold was already captured or voided."""

    code = "payments.hold_resolved"
    kind = ErrorKind.CONFLICT
    message = _("This was already settled.")


class CaptureExceedsHold(DomainError):
    """The amount to capture is larger than the hold."""

    code = "payments.capture_exceeds_hold"
    kind = ErrorKind.CONFLICT
    message = _("That is more than the amount on hold.")


class InsufficientFunds(DomainError):
    """The available balance (balance minus holds) is too small."""

    code = "payments.insufficient_funds"
    kind = ErrorKind.CONFLICT
    message = _("Your balance is not enough.")


class CeilingExceeded(DomainError):
    """The receiving wallet would exceed the balance ceiling of its owner's verification tier."""

    code = "payments.ceiling_exceeded"
    kind = ErrorKind.CONFLICT
    message = _("This would exceed the recipient’s wallet limit.")


class RefundExceeds(DomainError):
    """The refund exceeds the refundable amount or the allowed number of refunds."""

    code = "payments.refund_exceeds"
    kind = ErrorKind.CONFLICT
    message = _("That is more than can be refunded.")


class AlreadyPaid(DomainError):
    """The reference was already paid under another idempotency key."""

    code = "payments.already_paid"
    kind = ErrorKind.CONFLICT
    message = _("This was already paid.")


class EscrowNotFound(DomainError):
    """No payment exists yet for this reference. The idempotency key stays unused."""

    code = "payments.escrow_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This has not been paid yet.")


class EscrowEmpty(DomainError):
    """The escrow of this reference is empty and stays so, since a reference is paid only once."""

    code = "payments.escrow_empty"
    kind = ErrorKind.CONFLICT
    message = _("Nothing is left to pay out.")


class PaidToAnother(DomainError):
    """
    A different merchant was already paid for this reference.

    All releases of a reference go to one merchant, from whom refunds are taken.
    """

    code = "payments.paid_to_another"
    kind = ErrorKind.CONFLICT
    message = _("The money for this was already paid to someone else.")


class NothingToPayOut(DomainError):
    """The merchant has no balance to pay out yet. The idempotency key stays unused."""

    code = "payments.nothing_to_pay_out"
    kind = ErrorKind.CONFLICT
    message = _("There is no money to withdraw yet.")


class HoldNotFound(DomainError):
    """The hold does not exist or belongs to another person; the error does not reveal which."""

    code = "payments.hold_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Hold not found.")


class WalletNotFound(DomainError):
    """The wallet does not exist or belongs to another person; the error does not reveal which."""

    code = "payments.wallet_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Wallet not found.")


class RecipientUnnamed(DomainError):
    """The recipient was not given by exactly one of public id, handle and phone number."""

    code = "payments.recipient_unnamed"
    kind = ErrorKind.INVALID
    message = _("Choose a contact, or enter a @username or phone number.")


class TooLittle(DomainError):
    """
    The amount is below the minimum for transfers to people who are not contacts. The idempotency key stays unused.
    """

    code = "payments.too_little"
    kind = ErrorKind.INVALID
    message = _("Send at least {amount_min} to someone who is not your contact.")


class MemoForContacts(DomainError):
    """A memo was given for a recipient who is not a contact; money without a memo may be sent."""

    code = "payments.memo_for_contacts"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only send notes to your contacts.")


class PeriodInvalid(DomainError):
    """The statement period ends before it starts, or is too long."""

    code = "payments.period_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a start and an end date, up to {days} days apart.")


class ReceiptNotFound(DomainError):
    """The movement does not exist or belongs to other people; the error does not reveal which."""

    code = "payments.receipt_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Receipt not found.")


class ProofPending(DomainError):
    """The movement is not sealed yet, so there is no proof of it. It will be, usually within seconds."""

    code = "payments.proof_pending"
    kind = ErrorKind.CONFLICT
    message = _("The proof of this receipt is still being sealed. Try again in a few seconds.")


class TopUpNotFound(DomainError):
    """The top-up does not exist or was already decided."""

    code = "payments.top_up_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No such top-up is waiting.")


class TopUpWaits(DomainError):
    """The operator already requested a top-up of these values with this reason, which waits to be approved."""

    code = "payments.top_up_waits"
    kind = ErrorKind.CONFLICT
    message = _("The same one is already waiting for approval. If this is another one, write a different reason.")


class TwoPersonsNeeded(DomainError):
    """The top-up must be approved by a different operator than requested it, and never by the wallet's owner."""

    code = "payments.two_persons_needed"
    kind = ErrorKind.FORBIDDEN
    message = _("Someone else has to do this.")


class OperatorsOnly(DomainError):
    """Only operators may top up wallets or set verification tiers."""

    code = "payments.operators_only"
    kind = ErrorKind.FORBIDDEN
    message = _("Only operators can do this.")


class TierTooLow(DomainError):
    """The wallet's balance exceeds the ceiling of the new tier."""

    code = "payments.tier_too_low"
    kind = ErrorKind.CONFLICT
    message = _("The wallet holds more than that level allows.")


class MandateEnded(DomainError):
    """The standing authorization of a transfer was ended, or there is none."""

    code = "payments.mandate_ended"
    kind = ErrorKind.CONFLICT
    message = _("This transfer is no longer authorized.")


class MandateExceeded(DomainError):
    """The amount is above what the standing authorization allows."""

    code = "payments.mandate_exceeded"
    kind = ErrorKind.CONFLICT
    message = _("This is more than you authorized.")
