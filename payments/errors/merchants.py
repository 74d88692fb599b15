"""Refusals about the money of merchants: fees, refunds and settlements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class PaymentNotRefundable(DomainError):
    """The merchant can refund no payment under this reference; the error does not reveal why."""

    code = "payments.payment_not_refundable"
    kind = ErrorKind.NOT_FOUND
    message = _("This payment cannot be refunded here.")


class RefundTooLate(DomainError):
    """The payment is older than ``days``, after which a merchant cannot refund it any more."""

    code = "payments.refund_too_late"
    kind = ErrorKind.CONFLICT
    message = _("This was paid more than {days} days ago, so it can no longer be refunded here.")


class SettlementNotFound(DomainError):
    """The merchant has no settlement under this id; the error does not reveal whether another one has."""

    code = "payments.settlement_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such settlement.")


class PayoutNotFound(DomainError):
    """The merchant has no payout to a bank under this id; the error does not reveal whether another one has."""

    code = "payments.payout_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such payout.")


class PayoutAccountMissing(DomainError):
    """The merchant has not chosen a bank account for its payouts yet."""

    code = "payments.payout_account_missing"
    kind = ErrorKind.CONFLICT
    message = _("Add the bank account for your payouts first.")


class PayoutAccountChanged(DomainError):
    """The merchant's bank account is not the one that the owner has read. Nothing is stored under the key."""

    code = "payments.payout_account_changed"
    kind = ErrorKind.CONFLICT
    message = _("The bank account was changed meanwhile. Check it and try again.")


class KeptForRefunds(DomainError):
    """The rest of the balance would not suffice for the refunds that wait. Params: ``kept``, their sum in words."""

    code = "payments.kept_for_refunds"
    kind = ErrorKind.CONFLICT
    message = _("{kept} is kept for refunds that wait. Choose a smaller amount.")


class BalanceFrozen(DomainError):
    """The merchant's balance is frozen. The idempotency key stays unused."""

    code = "payments.balance_frozen"
    kind = ErrorKind.FORBIDDEN
    message = _("The shop's balance is blocked for now. The money in it is still yours. Contact support.")


class StatementTooLong(DomainError):
    """The period has more lines than a statement of this form has room for; ``lines_max`` says how many."""

    code = "payments.statement_too_long"
    kind = ErrorKind.INVALID
    message = _("That is more than {lines_max} lines. Choose a shorter period, or the table (CSV).")


class NothingToState(DomainError):
    """The merchant has never been paid, so there is no statement yet."""

    code = "payments.nothing_to_state"
    kind = ErrorKind.CONFLICT
    message = _("There is nothing on your statement yet. It begins with your first sale.")


class FeeRuleInvalid(DomainError):
    """A field of a fee rule is malformed, contradicts another, or begins too soon; ``field`` names it."""

    code = "payments.fee_rule_invalid"
    kind = ErrorKind.INVALID
    message = _("This fee rule is not valid. It begins at least five minutes from now.")
