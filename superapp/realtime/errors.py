"""What the line itself may refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, Kind


class BadFrame(DomainError):
    """A JSON object that is no command and no acknowledgement."""

    code = "bad_frame"
    kind = Kind.INVALID
    message = _("The app sent something unreadable. Please reload the page.")


class UnknownCommand(DomainError):
    code = "unknown_command"
    kind = Kind.NOT_FOUND
    message = _("The app asked for something unknown. Please reload the page.")


class UnknownTopic(DomainError):
    """No such topic, or not yours to watch."""

    code = "unknown_topic"
    kind = Kind.NOT_FOUND
    message = _("There is nothing to follow here.")


class FrameTooLarge(DomainError):
    """``bytes_max`` is the limit of one frame."""

    code = "frame_too_large"
    kind = Kind.TOO_LARGE
    message = _("That is too large to send at once.")


class TooManyCommands(DomainError):
    """Too many commands of one socket are waiting for their answers."""

    code = "too_many_commands"
    kind = Kind.LIMITED
    message = _("That was a bit fast. Please wait a moment.")


class TooManyTopics(DomainError):
    """One socket watches as many topics as it may."""

    code = "too_many_topics"
    kind = Kind.LIMITED
    message = _("This window has too much open at once.")


class PageTokenInvalid(DomainError):
    """The place to go on from was not given by us to this person, or it is too old."""

    code = "page_token_invalid"
    kind = Kind.INVALID
    message = _("This list has changed. Please load it again.")


class UnknownPart(DomainError):
    """There is no such part of ``sync``."""

    code = "unknown_part"
    kind = Kind.NOT_FOUND
    message = _("The app asked for something unknown. Please reload the page.")


class Forbidden(DomainError):
    """The request does not come from one of our pages as it stands now."""

    code = "forbidden"
    kind = Kind.FORBIDDEN
    message = _("This page is out of date. Please reload it and try again.")


class NotFound(DomainError):
    """No such path."""

    code = "not_found"
    kind = Kind.NOT_FOUND
    message = _("Not found.")


class MethodNotAllowed(DomainError):
    """The path is right, the method is not; its status is 405."""

    code = "method_not_allowed"
    kind = Kind.NOT_FOUND
    message = _("This cannot be done here.")
