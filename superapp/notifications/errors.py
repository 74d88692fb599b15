"""Errors of notifications. Their codes are stable and never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NoticeNotFound(DomainError):
    """The notification does not exist, or it is another person's."""

    code = "notifications.notice_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This notification is gone.")


class QuietHoursInvalid(DomainError):
    """The quiet hours have no length, or one of the two times is missing."""

    code = "notifications.quiet_hours_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose two different times, like 22:00 and 06:00.")


class PauseInvalid(DomainError):
    """The moment until which notifications pause is outside the next year."""

    code = "notifications.pause_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a time within the next year.")


class PushDisabled(DomainError):
    """The operator does not send notifications through the makers of browsers."""

    code = "notifications.push_disabled"
    kind = ErrorKind.FORBIDDEN
    message = _("Notifications while the app is closed are turned off here.")


class EndpointRefused(DomainError):
    """The address of a push subscription is not one that this installation sends to."""

    code = "notifications.endpoint_refused"
    kind = ErrorKind.INVALID
    message = _("We cannot send notifications to this browser.")


class SubscriptionInvalid(DomainError):
    """The keys of a push subscription are not those of a browser."""

    code = "notifications.subscription_invalid"
    kind = ErrorKind.INVALID
    message = _("This browser sent a subscription that we cannot use.")
