"""Errors about what a member prefers in a conversation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class MuteTimeInvalid(DomainError):
    """The time until which a conversation should be muted is no date with a time."""

    code = "chat.mute_time_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a date and a time.")


class MuteTimePassed(DomainError):
    """The time until which a conversation should be muted is over."""

    code = "chat.mute_time_passed"
    kind = ErrorKind.INVALID
    message = _("That time has passed. Choose a later one.")


class MuteTimeTooFar(DomainError):
    """The time until which a conversation should be muted is later than any that is kept."""

    code = "chat.mute_time_too_far"
    kind = ErrorKind.INVALID
    message = _("That's too far ahead. Choose “Always” instead.")


class NotPinned(DomainError):
    """A conversation whose place among the pinned ones should change is not pinned."""

    code = "chat.not_pinned"
    kind = ErrorKind.CONFLICT
    message = _("This chat is not pinned.")


class DraftTooLong(DomainError):
    """The draft is longer than a message may be."""

    code = "chat.draft_too_long"
    kind = ErrorKind.INVALID
    message = _("A draft can have up to {chars_max} characters.")
