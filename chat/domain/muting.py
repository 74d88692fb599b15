"""For how long a conversation is muted: the choices that are offered, and a time of the person's own."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chat.errors import MuteTimeInvalid, MuteTimePassed, MuteTimeTooFar

# Muting without an end is stored as a hundred years.
ALWAYS = timedelta(days=36_500)
CHOICES = {"8h": timedelta(hours=8), "1w": timedelta(weeks=1), "always": ALWAYS}
# A client's clock may be a little ahead.
_LATEST = ALWAYS + timedelta(days=1)
# A mute that lasts longer than this is shown as "always" and not with its end.
_MEANS_ALWAYS = ALWAYS / 2
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)


def validate_muted_until(until: datetime, *, now: datetime) -> datetime:
    """
    Return the time until which a conversation is muted.

    :raises MuteTimePassed: if it is over
    :raises MuteTimeTooFar: if it is later than ``ALWAYS``
    """
    if until <= now:
        raise MuteTimePassed
    if until > now + _LATEST:
        raise MuteTimeTooFar
    return until


def parse_own_time(written: str, time_zone: str) -> datetime:
    """
    Return the moment of a date and time as a form has it (``2027-03-01T09:30``), in a time zone.

    :raises MuteTimeInvalid: if it is none
    """
    if not _LOCAL_TIME.fullmatch(written):
        raise MuteTimeInvalid
    try:
        return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(time_zone))
    except ValueError:
        raise MuteTimeInvalid from None


def is_always(until: datetime, *, now: datetime) -> bool:
    """Return whether a conversation is muted without an end."""
    return until - now > _MEANS_ALWAYS
