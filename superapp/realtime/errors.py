"""Domain errors of the socket and the REST mirror."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class BadFrame(DomainError):
    """The frame is a JSON object, but neither a command nor an acknowledgement."""

    code = "bad_frame"
    kind = ErrorKind.INVALID
    message = _("The app sent something unreadable. Please reload the page.")


class UnknownCommand(DomainError):
    code = "unknown_command"
    kind = ErrorKind.NOT_FOUND
    message = _("The app asked for something unknown. Please reload the page.")


class UnknownTopic(DomainError):
    """The topic does not exist, or the caller may not watch it."""

    code = "unknown_topic"
    kind = ErrorKind.NOT_FOUND
    message = _("There is nothing to follow here.")


class FrameTooLarge(DomainError):
    """The frame is larger than ``bytes_max`` bytes."""

    code = "frame_too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("That is too large to send at once.")


class TooManyCommands(DomainError):
    """Too many commands of one socket are waiting for their responses."""

    code = "too_many_commands"
    kind = ErrorKind.LIMITED
    message = _("That was a bit fast. Please wait a moment.")


class TooManyTopics(DomainError):
    """The socket already watches the maximum number of topics."""

    code = "too_many_topics"
    kind = ErrorKind.LIMITED
    message = _("This window has too much open at once.")


class PageTokenInvalid(DomainError):
    """The page token was not issued to this person for this list, or it is too old."""

    code = "page_token_invalid"
    kind = ErrorKind.INVALID
    message = _("This list has changed. Please load it again.")


class UnknownPart(DomainError):
    """The requested part of ``sync`` does not exist."""

    code = "unknown_part"
    kind = ErrorKind.NOT_FOUND
    message = _("The app asked for something unknown. Please reload the page.")


class Forbidden(DomainError):
    """The request does not come from a page of this site, or the page is out of date."""

    code = "forbidden"
    kind = ErrorKind.FORBIDDEN
    message = _("This page is out of date. Please reload it and try again.")


class NotFound(DomainError):
    """The path does not exist."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Not found.")


class MethodNotAllowed(DomainError):
    """The path exists, but not for this method; the HTTP status is 405."""

    code = "method_not_allowed"
    kind = ErrorKind.NOT_FOUND
    message = _("This cannot be done here.")
