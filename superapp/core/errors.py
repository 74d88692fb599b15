"""Domain errors: a stable code, a kind (the HTTP status) and a message in the reader's language."""

from __future__ import annotations

from enum import IntEnum
from types import TracebackType
from typing import ClassVar

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ErrorKind(IntEnum):
    """The kind of a refusal; its value is the HTTP status."""

    NOT_LOGGED_IN = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    CONFLICT = 409
    TOO_LARGE = 413
    INVALID = 422
    LIMITED = 429
    UNAVAILABLE = 503


Param = str | int | None


class DomainError(Exception):
    """
    An anticipated refusal: nothing was changed, and the caller may be told the reason.

    Subclasses are in the ``errors`` module of the app that raises them.
    """

    code: ClassVar[str]
    kind: ClassVar[ErrorKind]
    message: ClassVar[str | Promise]

    def __init__(self, *, retry_after: int | None = None, **params: Param) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.params = params
        # Further refusals of the same input, so that a form can mark all wrong fields at once.
        self.others: tuple[DomainError, ...] = ()

    def all(self) -> tuple[DomainError, ...]:
        """Return this refusal and the further ones that were found with it."""
        return (self, *self.others)

    def body(self) -> dict[str, object]:
        """Return the error body, the same on the socket and over REST; its message is in the active language."""
        return {
            "code": self.code,
            "message": str(self.message).format(**{name: _localize(value) for name, value in self.params.items()}),
            "params": self.params,
            "retry_after": self.retry_after,
        }


def _localize(value: Param) -> str:
    """Write a number as people do in the active language: 500.000."""
    return formats.number_format(value, force_grouping=True) if type(value) is int else str(value)


class ErrorCollector:
    """
    A context manager that collects the refusals of several checks of one input, to raise them together.

    Each check is in its own block, ``with collector: ...``; a refusal ends the block and is kept.
    """

    def __init__(self) -> None:
        self._found: list[DomainError] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if isinstance(error, DomainError):
            self._found.extend(error.all())
            return True
        return False

    def raise_first(self) -> None:
        """Raise the first refusal, which carries the others, if there is any."""
        if self._found:
            first, *others = self._found
            first.others = tuple(others)
            raise first


class InputInvalid(DomainError):
    """The input does not match the request schema of the command."""

    code = "invalid"
    kind = ErrorKind.INVALID
    message = _("Something is not right: {detail}")


class RateLimited(DomainError):
    """Too many attempts in too short a time; ``retry_after`` is the number of seconds to wait."""

    code = "rate_limited"
    kind = ErrorKind.LIMITED
    message = _("Too many attempts. Please wait a moment.")


class Unavailable(DomainError):
    """The outcome is not known, since a service that is needed cannot be reached; the same call may be sent again."""

    code = "unavailable"
    kind = ErrorKind.UNAVAILABLE
    message = _("This is temporarily unavailable. Try again in a moment.")


class Busy(Unavailable):
    """Too many expensive requests are running; the same call may be sent again after ``retry_after`` seconds."""

    code = "busy"
    message = _("We are very busy right now. Please try again in a moment.")


class InternalError(DomainError):
    """An unexpected error occurred on the server; it was logged."""

    code = "fault"
    kind = ErrorKind.UNAVAILABLE
    message = _("Something went wrong on our side and has been logged. Please try again.")


class NotLoggedIn(DomainError):
    """The request has no session, or its session was ended."""

    code = "not_logged_in"
    kind = ErrorKind.NOT_LOGGED_IN
    message = _("Please log in first.")


class AmountInvalid(DomainError):
    """The amount is not a positive whole number of minor units of a known asset, or exceeds the maximum."""

    code = "money.amount_invalid"
    kind = ErrorKind.INVALID
    message = _("That is not a valid amount.")


class AmountNotWhole(DomainError):
    """A person pays, asks for or splits an amount with a fraction of a rupiah. Only the ledger counts in sen."""

    code = "money.amount_not_whole"
    kind = ErrorKind.INVALID
    message = _("Enter whole rupiah, at least Rp1.")


class AssetsMixed(DomainError):
    """Money of two assets was added or compared."""

    code = "money.assets_mixed"
    kind = ErrorKind.INVALID
    message = _("{one} and {other} cannot be combined.")
