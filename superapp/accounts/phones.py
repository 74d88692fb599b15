"""Phone numbers as people write them, and as we keep them."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from superapp.accounts.errors import PhoneInvalid

# A number without a country code is read as one of this country.
HOME_REGION = "ID"
WRITTEN_CHARS_MAX = 40
# Not land lines, and above all not premium numbers, which earn money for whoever has codes sent to them.
REACHABLE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse(written: str) -> str:
    """
    The number in E.164, whether it was written as 0812…, 62812… or +62 812-….

    :raises PhoneInvalid: if it is no possible mobile number
    """
    if len(written) > WRITTEN_CHARS_MAX:
        raise PhoneInvalid
    # First as it stands; then, for 62812… without the plus, as if the plus had been forgotten.
    for attempt in (written, f"+{written.strip()}"):
        number = _valid(attempt)
        if number is not None:
            return number
    raise PhoneInvalid


def for_reading(number: str) -> str:
    """An E.164 number with the spaces that people put into it."""
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def _valid(written: str) -> str | None:
    try:
        parsed = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension or phonenumbers.number_type(parsed) not in REACHABLE_TYPES:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
