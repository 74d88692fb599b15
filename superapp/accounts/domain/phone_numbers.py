"""Parsing and formatting of phone numbers."""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from superapp.accounts.errors import CountryNotServed, PhoneInvalid

WRITTEN_CHARS_MAX = 40
# No landlines, and no premium numbers, whose owners would earn money by requesting codes.
REACHABLE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# Couriers may call landlines as well; premium numbers stay excluded.
CALLABLE_TYPES = REACHABLE_TYPES | {PhoneNumberType.FIXED_LINE}


def parse_phone_number(written: str) -> str:
    """
    Parse a number written as 0812…, 62812… or +62 812-… into E.164.

    Without a country code it is read as a number of the first country in ``SMS_COUNTRIES``.

    :raises PhoneInvalid: if it is not a possible mobile number
    """
    number = _parse_of_types(written, REACHABLE_TYPES)
    if number is None:
        raise PhoneInvalid
    return number


def is_callable(written: str) -> bool:
    """Return whether the text is a mobile or landline number, which costs no more than a call."""
    return _parse_of_types(written, CALLABLE_TYPES) is not None


def parse_callable(written: str) -> str:
    """
    Parse a mobile or landline number, which costs no more than a call, into E.164.

    :raises PhoneInvalid: if it is neither
    """
    number = _parse_of_types(written, CALLABLE_TYPES)
    if number is None:
        raise PhoneInvalid
    return number


def require_served_country(number: str) -> None:
    """
    Check that codes are sent to the country of this number (E.164).

    :raises CountryNotServed: otherwise
    """
    if phonenumbers.region_code_for_number(phonenumbers.parse(number)) not in settings.SMS_COUNTRIES:
        codes = sorted({phonenumbers.country_code_for_region(country) for country in settings.SMS_COUNTRIES})
        raise CountryNotServed(field="phone", countries=", ".join(f"+{code}" for code in codes))


def format_international(number: str) -> str:
    """Format an E.164 number in the international format with spaces."""
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def format_local(number: str) -> str:
    """Format an E.164 number as people here write it (0812-3456-7890), one from abroad in the international format."""
    parsed = phonenumbers.parse(number)
    is_ours = phonenumbers.region_code_for_number(parsed) == settings.SMS_COUNTRIES[0]
    style = PhoneNumberFormat.NATIONAL if is_ours else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def _parse_of_types(written: str, types: Collection[int]) -> str | None:
    if len(written) > WRITTEN_CHARS_MAX:
        return None
    # First as written; then, for 62812…, with a plus in front.
    attempts = (_parse_strictly(attempt, types) for attempt in (written, f"+{written.strip()}"))
    return next((number for number in attempts if number is not None), None)


def _parse_strictly(written: str, types: Collection[int]) -> str | None:
    try:
        parsed = phonenumbers.parse(written, settings.SMS_COUNTRIES[0])
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension or phonenumbers.number_type(parsed) not in types:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
