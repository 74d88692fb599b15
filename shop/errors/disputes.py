"""Errors of review cases and disputes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class CaseNotFound(DomainError):
    """The order has no review case."""

    code = "shop.case_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No decision is asked for on this order.")


class CaseClosed(DomainError):
    """The order ended before the operator decided its review case; ``state`` is its final state."""

    code = "shop.case_closed"
    kind = ErrorKind.CONFLICT
    message = _("This case is closed: the order has ended meanwhile.")


class OwnCase(DomainError):
    """The operator is the buyer or the merchant of the order and may not decide its review case."""

    code = "shop.own_case"
    kind = ErrorKind.FORBIDDEN
    message = _("You are part of this order, so another operator has to decide.")


class OrderDisputed(DomainError):
    """The buyer has opened a dispute of the order; two operators decide it at the console."""

    code = "shop.order_disputed"
    kind = ErrorKind.CONFLICT
    message = _("The buyer reported a problem with this order. Two operators decide it at the console.")


class DisputeClosed(DomainError):
    """The dispute is settled: the buyer dropped it, or the order has ended."""

    code = "shop.dispute_closed"
    kind = ErrorKind.CONFLICT
    message = _("This problem is settled already.")


class OfferChanged(DomainError):
    """The offer is not the one that the buyer saw: the merchant replaced it, or it was answered."""

    code = "shop.offer_changed"
    kind = ErrorKind.CONFLICT
    message = _("This offer is not open any more. Look at what the order says now.")


class OfferTooHigh(DomainError):
    """The merchant offers more than the money that is kept for the order."""

    code = "shop.offer_too_high"
    kind = ErrorKind.INVALID
    message = _("You can offer {kept} at most: that is what is kept for the order.")


class AnswerLimitReached(DomainError):
    """The merchant has answered disputes of this order as often as one may."""

    code = "shop.answer_limit"
    kind = ErrorKind.CONFLICT
    message = _("You have answered five times. Talk to the buyer in the chat, or wait for the decision.")


class DisputeLimitReached(DomainError):
    """The buyer has opened and dropped as many disputes of this order as one may have."""

    code = "shop.dispute_limit"
    kind = ErrorKind.CONFLICT
    message = _(
        "You reported a problem with this order twice and withdrew it. It cannot be reported again: talk to the shop."
    )


class SplitInvalid(DomainError):
    """The part for the buyer is not less than the money that is kept for the order."""

    code = "shop.split_invalid"
    kind = ErrorKind.INVALID
    message = _("The buyer's part has to be less than what is kept for the order.")
