"""Errors of the operators' desks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class LedgerAccountNotFound(DomainError):
    """No account of the ledger is named so, or it is of a kind that the desk does not show."""

    code = "payments.ledger_account_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such account.")


class FreezeReasonUnknown(DomainError):
    """The reason of a freeze is not one of the known ones."""

    code = "payments.freeze_reason_unknown"
    kind = ErrorKind.INVALID
    message = _("Choose a reason from the list.")


class NotFrozen(DomainError):
    """The account is not frozen."""

    code = "payments.not_frozen"
    kind = ErrorKind.CONFLICT
    message = _("This account is not frozen.")


class TierUnknown(DomainError):
    """The tier is not one of the configured ones."""

    code = "payments.tier_unknown"
    kind = ErrorKind.INVALID
    message = _("Choose a level from the list.")
