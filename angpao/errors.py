"""Refusals of angpao. Their codes never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class AngpaoNotFound(DomainError):
    """The angpao does not exist, or is not meant for this person; the error does not reveal which."""

    code = "angpao.not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This angpao is not here, or not for you.")


class AudienceNotFound(DomainError):
    """The conversation does not exist, or the person is not in it; the error does not reveal which."""

    code = "angpao.audience_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Nobody to send this angpao to.")


class KeyReused(DomainError):
    """The id of the angpao was already used for a different one; that earlier one is unaffected."""

    code = "angpao.key_reused"
    kind = ErrorKind.CONFLICT
    message = _("This angpao was already sent with different content. Please start again.")


class LuckyNotOffered(DomainError):
    """The operator has turned off angpao with drawn amounts."""

    code = "angpao.lucky_not_offered"
    kind = ErrorKind.FORBIDDEN
    message = _("Random amounts are not available here. Choose equal amounts.")


class TooManySlots(DomainError):
    """More people are to open the angpao than there are beside its sender."""

    code = "angpao.too_many_slots"
    kind = ErrorKind.INVALID
    message = _("For at most {slots_max} people here.")


class TooLittle(DomainError):
    """The amount leaves less than the minimum for each person."""

    code = "angpao.too_little"
    kind = ErrorKind.INVALID
    message = _("At least {amount_min} for each person.")


class NotDivisible(DomainError):
    """Equal amounts in whole rupiah are not possible with this total."""

    code = "angpao.not_divisible"
    kind = ErrorKind.INVALID
    message = _("This cannot be shared equally in whole rupiah.")


class MessageTooLong(DomainError):
    code = "angpao.message_too_long"
    kind = ErrorKind.INVALID
    message = _("A message of up to {chars_max} characters.")


class OwnAngpao(DomainError):
    """The sender does not open their own angpao."""

    code = "angpao.own"
    kind = ErrorKind.FORBIDDEN
    message = _("This is your own angpao. It is for the others.")


class AllOpened(DomainError):
    """Every slot was opened before this person came."""

    code = "angpao.all_opened"
    kind = ErrorKind.CONFLICT
    message = _("Too late: this angpao has been opened by others.")


class Expired(DomainError):
    """The time of the angpao is over."""

    code = "angpao.expired"
    kind = ErrorKind.CONFLICT
    message = _("Too late: the time of this angpao is over.")


class WalletFull(DomainError):
    """The share does not fit below the balance ceiling of the person's wallet. Nothing was opened."""

    code = "angpao.wallet_full"
    kind = ErrorKind.CONFLICT
    message = _("Your wallet is full. Make room in it, then open this angpao again.")


class WalletNotOpen(DomainError):
    """The person's wallet cannot take money right now. Nothing was opened."""

    code = "angpao.wallet_not_open"
    kind = ErrorKind.CONFLICT
    message = _("Your wallet cannot be used right now.")
