"""Refusals about the money of merchants: fees, refunds and settlements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class FeeRuleInvalid(DomainError):
    """A field of a fee rule is malformed, contradicts another, or begins too soon; ``field`` names it."""

    code = "payments.fee_rule_invalid"
    kind = ErrorKind.INVALID
    message = _("This fee rule is not valid. It begins at least five minutes from now.")
