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
