"""Errors of accounts. Their codes are stable and never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class PhoneInvalid(DomainError):
    """The text is not a phone number that can receive messages."""

    code = "accounts.phone_invalid"
    kind = ErrorKind.INVALID
    message = _("That is not a valid phone number. Enter it like 0812 3456 7890, or with a country code.")


class CountryNotServed(DomainError):
    """Codes are not sent to the country of this number; ``countries`` lists the country codes that are served."""

    code = "accounts.country_not_served"
    kind = ErrorKind.INVALID
    message = _("We can only send codes to numbers that start with {countries}.")


class ChallengeRequired(DomainError):
    """
    Proof of work is required, since many unknown browsers requested codes or guessed wrong before.

    Solve the challenge and repeat the request with ``solution`` (see ``docs/protocol.md``). Nothing was counted or
    sent.
    """

    code = "accounts.challenge_required"
    kind = ErrorKind.LIMITED
    message = _("One moment: your device first has to show that it is not a robot.")


class CodesUsedUp(DomainError):
    """
    The installation's SMS budget is used up for this requester; known browsers have a reserve.

    ``retry_after`` is the number of seconds until codes are sent again.
    """

    code = "accounts.codes_used_up"
    kind = ErrorKind.UNAVAILABLE
    message = _("So many people are signing up that we cannot send new codes right now. Please try again later.")


class CodeWrong(DomainError):
    """The code is wrong; ``tries_left`` is the number of attempts left."""

    code = "accounts.code_wrong"
    kind = ErrorKind.INVALID
    message = _("Wrong code. Tries left: {tries_left}.")


class CodeOver(DomainError):
    """No valid code exists: it is expired, used, tried too often, or was requested in another browser."""

    code = "accounts.code_over"
    kind = ErrorKind.INVALID
    message = _("That code has expired. Ask for a new one.")


class CodeNotSent(DomainError):
    """The code could not be handed to the SMS gateway; number and browser are not charged for it."""

    code = "accounts.code_not_sent"
    kind = ErrorKind.UNAVAILABLE
    message = _("We could not send the code just now. Please try again in a moment.")


class AccountClosed(DomainError):
    """The account behind this number was closed by an operator."""

    code = "accounts.account_closed"
    kind = ErrorKind.FORBIDDEN
    message = _("This account is closed. Contact support.")


class PersonNotFound(DomainError):
    """The person does not exist or is not visible to the caller; the error does not reveal which."""

    code = "accounts.person_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No one found.")


class ContactOneself(DomainError):
    """The person would be their own contact."""

    code = "accounts.contact_oneself"
    kind = ErrorKind.INVALID
    message = _("That is your own number.")


class ContactNotAsked(DomainError):
    """The other person has not sent a contact request that could be answered."""

    code = "accounts.contact_not_asked"
    kind = ErrorKind.CONFLICT
    message = _("There is no request to answer.")


class ContactBlocked(DomainError):
    """The caller has blocked this person."""

    code = "accounts.contact_blocked"
    kind = ErrorKind.CONFLICT
    message = _("You have blocked this person. Unblock them first.")


class InvitationNotFound(DomainError):
    """The invitation belongs to another person, was accepted or cancelled, or never existed."""

    code = "accounts.invitation_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("That invitation is no longer there.")


class InviteLinkNotFound(DomainError):
    """
    The invite link is unknown, expired, used up or revoked, or its owner has blocked the caller.

    The error does not reveal which.
    """

    code = "accounts.invite_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This invite link no longer works. Ask whoever sent it for a new one.")


class DeviceNotFound(DomainError):
    """The device does not exist, was signed out, or belongs to another person."""

    code = "accounts.device_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Device not found.")


class DeviceKept(DomainError):
    """A trusted device can be signed out only by itself or by another trusted device (see ``Device``)."""

    code = "accounts.device_kept"
    kind = ErrorKind.FORBIDDEN
    message = _("You can log out that device only on itself or from a trusted device.")


class TrustTooEarly(DomainError):
    """
    Trust was not requested on this device with a fresh code, or its waiting period of a day is not over.

    ``retry_after`` is the number of seconds until it is.
    """

    code = "accounts.trust_too_early"
    kind = ErrorKind.LIMITED
    message = _("A device becomes trusted one day after you ask for it with a code.")


class NameInvalid(DomainError):
    """The name has no visible characters or is too long."""

    code = "accounts.name_invalid"
    kind = ErrorKind.INVALID
    message = _("A name needs 1 to {chars_max} visible characters.")


class NameReserved(NameInvalid):
    """The name could be taken for the operator itself: its brand, staff or support."""

    code = "accounts.name_reserved"
    kind = ErrorKind.INVALID
    message = _("People could take that name for {brand} itself. Choose another one, please.")


class HandleInvalid(DomainError):
    """The handle does not have the format of one."""

    code = "accounts.handle_invalid"
    kind = ErrorKind.INVALID
    message = _("A username has 3 to 30 letters a–z, digits, dots or underscores, and starts with a letter.")


class HandleTaken(DomainError):
    """The handle is taken or reserved; the error does not reveal which."""

    code = "accounts.handle_taken"
    kind = ErrorKind.CONFLICT
    message = _("That username is taken.")


class LanguageUnknown(DomainError):
    """The language is not supported."""

    code = "accounts.language_unknown"
    kind = ErrorKind.INVALID
    message = _("That language is not available yet.")


class TimeZoneUnknown(DomainError):
    """The time zone does not exist."""

    code = "accounts.time_zone_unknown"
    kind = ErrorKind.INVALID
    message = _("Unknown time zone.")


class GroupAddersUnknown(DomainError):
    """The value is no choice of people who may add a person to groups."""

    code = "accounts.group_adders_unknown"
    kind = ErrorKind.INVALID
    message = _("Choose everyone or contacts.")


class PictureTooLarge(DomainError):
    """The picture file is too large."""

    code = "accounts.picture_too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo is too large. The limit is {megabytes_max} MB.")


class PictureTooManyPixels(DomainError):
    """The picture has too many pixels, whatever the size of its file."""

    code = "accounts.picture_too_many_pixels"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo has too many pixels. The limit is {megapixels_max} megapixels.")


class PictureUnreadable(DomainError):
    """The file is not a JPEG, PNG or WebP by its content."""

    code = "accounts.picture_unreadable"
    kind = ErrorKind.INVALID
    message = _("We cannot read that photo. Send a JPEG, PNG or WebP.")
