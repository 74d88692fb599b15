"""Errors of money that comes from a bank or goes to one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NoBank(DomainError):
    """A bank is missing: none is connected to this installation."""

    code = "payments.no_bank"
    kind = ErrorKind.UNAVAILABLE
    message = _("No bank is connected yet.")


class BankOutOfReach(DomainError):
    """The bank gave no answer; nothing was changed, and it may be tried again."""

    code = "payments.bank_out_of_reach"
    kind = ErrorKind.UNAVAILABLE
    message = _("The bank is not answering right now. No money has moved. Try again in a while.")


class BankSaidNo(DomainError):
    """The bank refused the request; nothing was changed."""

    code = "payments.bank_said_no"
    kind = ErrorKind.CONFLICT
    message = _("The bank did not accept this. No money has moved.")


class BankUnknown(DomainError):
    """The code of the bank is not one to which money can be sent."""

    code = "payments.bank_unknown"
    kind = ErrorKind.INVALID
    message = _("Choose a bank.")


class BankAccountInvalid(DomainError):
    """The number of the bank account is not one of 6 to 20 digits."""

    code = "payments.bank_account_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter the account number, digits only.")


class BankAccountUnknown(DomainError):
    """The bank knows no such account, or it is closed."""

    code = "payments.bank_account_unknown"
    kind = ErrorKind.NOT_FOUND
    message = _("That bank has no open account with this number. Check it and try again.")


class WithdrawalTooSmall(DomainError):
    """The withdrawal is below the minimum. Params: ``amount_min`` in words, ``amount_min_minor`` in minor units."""

    code = "payments.withdrawal_too_small"
    kind = ErrorKind.INVALID
    message = _("You can withdraw {amount_min} or more.")


class WithdrawalNotFound(DomainError):
    """The withdrawal does not exist, or is another person's."""

    code = "payments.withdrawal_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This withdrawal was not found.")


class TopUpTooSmall(DomainError):
    """The top-up is below the minimum. Params: ``amount_min`` in words, ``amount_min_minor`` in minor units."""

    code = "payments.top_up_too_small"
    kind = ErrorKind.INVALID
    message = _("Top up {amount_min} or more.")


class TooManyOpenTopUps(DomainError):
    """A person has as many unpaid codes as allowed. Params: ``open_max``, ``retry_after`` in seconds."""

    code = "payments.too_many_open_top_ups"
    kind = ErrorKind.LIMITED
    message = _("You already have {open_max} codes that are not paid yet. Pay one of them, or wait until one expires.")


class TopUpTooLarge(DomainError):
    """
    The amount is above what a code may move or a wallet may hold.

    Params: ``amount_max`` in words, ``amount_max_minor`` in minor units.
    """

    code = "payments.top_up_too_large"
    kind = ErrorKind.CONFLICT
    message = _("Right now you can top up {amount_max} at most.")


class ChargeNotFound(DomainError):
    """The charge does not exist, or is another person's."""

    code = "payments.charge_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This payment was not found.")


class StatementInvalid(DomainError):
    """
    The statement cannot be read; nothing of it was stored.

    Params: ``line`` in the file, ``column``, and ``problem``, one of ``column_missing``, ``cell_missing``, ``empty``,
    ``too_long``, ``not_text``, ``not_a_date``, ``another_day``, ``not_a_time``, ``not_an_amount``,
    ``not_one_of_debit_and_credit``, ``not_csv``, ``not_utf8``, ``too_large``.
    """

    code = "payments.statement_invalid"
    kind = ErrorKind.INVALID
    message = _("The statement cannot be read at line {line}, column {column}: {problem}. Nothing was stored.")


class BreakNotFound(DomainError):
    """The break does not exist, or is closed already."""

    code = "payments.break_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This difference was not found, or somebody has closed it.")


class SuspendedNotFound(DomainError):
    """The suspended payment does not exist, or was cleared already."""

    code = "payments.suspended_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This payment is not in suspense, or not any more.")


class BankMovementNotFound(DomainError):
    """The bank's statement and history have no transfer of this amount under the reference, or it is posted already."""

    code = "payments.bank_movement_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("The bank has no transfer of this amount under that reference, or it is in the ledger already.")


class NothingToCorrect(DomainError):
    """The difference is not one that a journal can correct; it can be explained."""

    code = "payments.nothing_to_correct"
    kind = ErrorKind.CONFLICT
    message = _("No journal can correct this difference. Explain it, or wait for the bank.")
