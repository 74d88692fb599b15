"""Errors about what a message carries: polls, contacts, locations, and forwarded content."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class PollQuestionInvalid(DomainError):
    """The question of a poll is empty or too long."""

    code = "chat.poll_question_invalid"
    kind = ErrorKind.INVALID
    message = _("Ask a question of up to {chars_max} characters.")


class PollOptionsInvalid(DomainError):
    """A poll has too few or too many options, or one that is empty, too long, or there twice."""

    code = "chat.poll_options_invalid"
    kind = ErrorKind.INVALID
    message = _("Give {options_min} to {options_max} different answers, each with up to {chars_max} characters.")


class PollClosingInvalid(DomainError):
    """A poll would close in the past, or in more than a year."""

    code = "chat.poll_closing_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a time within the next year.")


class PollChoiceInvalid(DomainError):
    """The poll has no such option, or only one may be chosen."""

    code = "chat.poll_choice_invalid"
    kind = ErrorKind.INVALID
    message = _("That answer cannot be chosen.")


class PollClosed(DomainError):
    """The poll is closed, so that votes no longer change."""

    code = "chat.poll_closed"
    kind = ErrorKind.CONFLICT
    message = _("This poll is closed.")


class NotAPoll(DomainError):
    """The message carries no poll."""

    code = "chat.not_a_poll"
    kind = ErrorKind.INVALID
    message = _("This message is not a poll.")


class ContactNotYours(DomainError):
    """The person of a contact card is not a contact of the sender."""

    code = "chat.contact_not_yours"
    kind = ErrorKind.INVALID
    message = _("You can only share your own contacts.")


class NotAContactCard(DomainError):
    """The message carries no contact card."""

    code = "chat.not_a_contact_card"
    kind = ErrorKind.INVALID
    message = _("This message has no contact.")


class LocationInvalid(DomainError):
    """The coordinates are not a place on earth."""

    code = "chat.location_invalid"
    kind = ErrorKind.INVALID
    message = _("These are not valid coordinates.")


class LocationNameTooLong(DomainError):
    """The name of a location is too long."""

    code = "chat.location_name_too_long"
    kind = ErrorKind.INVALID
    message = _("A place name can have up to {chars_max} characters.")


class NotForwardable(DomainError):
    """The message cannot be forwarded: it is a card or an event."""

    code = "chat.not_forwardable"
    kind = ErrorKind.INVALID
    message = _("This message cannot be forwarded.")
