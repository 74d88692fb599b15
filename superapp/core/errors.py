"""What may be refused, with a code that never changes and a sentence in the reader's language."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(IntEnum):
    """The sort of refusal; its value is the HTTP status."""

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
    An anticipated refusal: nothing was changed, and the asker may be told why.

    Subclasses stand in the ``errors`` module of the app that raises them.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    message: ClassVar[str | Promise]

    def __init__(self, *, retry_after: int | None = None, **params: Param) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.params = params

    def body(self) -> dict[str, object]:
        """The one shape of an error on every door; the sentence is in the active language."""
        return {
            "code": self.code,
            "message": str(self.message).format(**self.params),
            "params": self.params,
            "retry_after": self.retry_after,
        }


class InputInvalid(DomainError):
    """What was sent has not the shape that the command asks for."""

    code = "invalid"
    kind = Kind.INVALID
    message = _("Something in what was sent is not right: {detail}")


class RateLimited(DomainError):
    """Too often in too short a time; ``retry_after`` says when again."""

    code = "rate_limited"
    kind = Kind.LIMITED
    message = _("That was too often. Please wait a moment.")


class Unavailable(DomainError):
    """The answer is not known, since something we need is out of reach; the same call may be sent again."""

    code = "unavailable"
    kind = Kind.UNAVAILABLE
    message = _("We cannot reach our records right now. Please try again in a moment.")


class Fault(DomainError):
    """A mistake of ours; it was written down."""

    code = "fault"
    kind = Kind.UNAVAILABLE
    message = _("Something went wrong on our side. It was written down; please try again.")


class NotLoggedIn(DomainError):
    """There is no session, or it was ended."""

    code = "not_logged_in"
    kind = Kind.NOT_LOGGED_IN
    message = _("Please log in first.")


class AmountInvalid(DomainError):
    """No amount of money: no whole number of minor units, nothing or less, too much, or of no asset that we know."""

    code = "money.amount_invalid"
    kind = Kind.INVALID
    message = _("That is not an amount of money.")


class AssetsMixed(DomainError):
    """Money of two assets was added or compared."""

    code = "money.assets_mixed"
    kind = Kind.INVALID
    message = _("{one} and {other} cannot be reckoned together.")
