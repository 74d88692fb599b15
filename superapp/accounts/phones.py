"""Phone numbers as people write them, and as we keep them."""

from __future__ import annotations

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from superapp.accounts.errors import CountryNotServed, PhoneInvalid

WRITTEN_CHARS_MAX = 40
# Not land lines, and above all not premium numbers, which earn money for whoever has codes sent to them.
REACHABLE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse(written: str) -> str:
    """
    The number in E.164, whether it was written as 0812…, 62812… or +62 812-….

    Without a country code it is one of the first country that codes are sent to.

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


def require_served(number: str) -> None:
    """
    Return if codes are sent to the country of this number (E.164), which the operator decides.

    :raises CountryNotServed: if not
    """
    if phonenumbers.region_code_for_number(phonenumbers.parse(number)) not in settings.SMS_COUNTRIES:
        codes = sorted({phonenumbers.country_code_for_region(country) for country in settings.SMS_COUNTRIES})
        raise CountryNotServed(field="phone", countries=", ".join(f"+{code}" for code in codes))


def for_reading(number: str) -> str:
    """An E.164 number with the spaces that people put into it."""
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def _valid(written: str) -> str | None:
    try:
        parsed = phonenumbers.parse(written, settings.SMS_COUNTRIES[0])
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension or phonenumbers.number_type(parsed) not in REACHABLE_TYPES:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
