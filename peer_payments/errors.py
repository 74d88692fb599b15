"""Errors of payments between people. Their codes are stable and never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class RequestNotFound(DomainError):
    """The request does not exist, or is between other people; the error does not reveal which."""

    code = "peer_payments.request_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This request was not found.")


class RequestClosed(DomainError):
    """The request was already paid, declined or cancelled, or has expired. Nothing was changed."""

    code = "peer_payments.request_closed"
    kind = ErrorKind.CONFLICT
    message = _("This request is no longer open.")


class NotContacts(DomainError):
    """Money is requested from contacts only, and not where one of the two has blocked the other."""

    code = "peer_payments.not_contacts"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only request money from your contacts.")


class FromOneself(DomainError):
    """A person requested money from themselves."""

    code = "peer_payments.from_oneself"
    kind = ErrorKind.INVALID
    message = _("You cannot request money from yourself.")


class AmountTooLarge(DomainError):
    """The amount is larger than a request, a bill or a schedule may be."""

    code = "peer_payments.amount_too_large"
    kind = ErrorKind.INVALID
    message = _("The most is {amount_max}.")


class NoteTooLong(DomainError):
    """The note is longer than a note of a transfer may be."""

    code = "peer_payments.note_too_long"
    kind = ErrorKind.INVALID
    message = _("Up to {chars_max} characters.")


class TooManyRequests(DomainError):
    """Too many requests of this person, or to this other person, are still open."""

    code = "peer_payments.too_many_requests"
    kind = ErrorKind.LIMITED
    message = _("You have too many open requests. Wait until some are paid, or cancel one.")


class RemindedAlready(DomainError):
    """A request may be sent again as a reminder once a day; the request itself counts."""

    code = "peer_payments.reminded_already"
    kind = ErrorKind.LIMITED
    message = _("You can send a reminder once a day.")


class SplitNotFound(DomainError):
    """The bill does not exist, or was split in a group of which this person is no member; which is not revealed."""

    code = "peer_payments.split_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This bill was not found.")


class GroupNotFound(DomainError):
    """The group does not exist, or this person is no member of it; the error does not reveal which."""

    code = "peer_payments.group_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This group was not found.")


class WritingNotAllowed(DomainError):
    """The member may not write in the group: an admin muted them, or only admins write there."""

    code = "peer_payments.writing_not_allowed"
    kind = ErrorKind.FORBIDDEN
    message = _("You cannot write in this group, so you cannot split a bill here.")


class BillInvalid(DomainError):
    """The bill is shared by nobody else, by people who are no members, by too many, or has too many lines."""

    code = "peer_payments.bill_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose at least one other member who pays a share.")


class TitleMissing(DomainError):
    """A bill has no title, by which the others know what it is for."""

    code = "peer_payments.title_missing"
    kind = ErrorKind.INVALID
    message = _("Say what the bill is for.")


class ScheduleNotFound(DomainError):
    """The scheduled transfer does not exist or is another person's; the error does not reveal which."""

    code = "peer_payments.schedule_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This scheduled transfer was not found.")


class ScheduleEnded(DomainError):
    """The scheduled transfer was stopped, or was made."""

    code = "peer_payments.schedule_ended"
    kind = ErrorKind.CONFLICT
    message = _("This scheduled transfer has ended.")


class DateInvalid(DomainError):
    """The first date is not after today, or more than a year ahead, or the repetition is unknown."""

    code = "peer_payments.date_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a date from tomorrow on, within a year.")


class TooManySchedules(DomainError):
    """A person has too many scheduled transfers that have not ended."""

    code = "peer_payments.too_many_schedules"
    kind = ErrorKind.LIMITED
    message = _("You have too many scheduled transfers. Stop one first.")
