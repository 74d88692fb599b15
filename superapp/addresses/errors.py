"""Errors of addresses. Their codes are stable and never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class AddressNotFound(DomainError):
    """The address does not exist, or it is another person's."""

    code = "addresses.not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This address is gone.")


class AddressChanged(DomainError):
    """The address was changed since the version that the person has seen; ``version`` is the present one."""

    code = "addresses.changed"
    kind = ErrorKind.CONFLICT
    message = _("This was just changed elsewhere. Check it, then save again.")


class AddressAlreadySaved(DomainError):
    """The same form was sent before with other content; ``address`` is the one that was saved then."""

    code = "addresses.already_saved"
    kind = ErrorKind.CONFLICT
    message = _("This address is already saved. Check that it is right.")


class TooManyAddresses(DomainError):
    """The person has as many addresses as an address book may have."""

    code = "addresses.too_many"
    kind = ErrorKind.CONFLICT
    message = _("You can keep up to {addresses_max} addresses. Delete one first.")


class FieldMissing(DomainError):
    """A field of an address that it cannot do without is empty."""

    code = "addresses.field_missing"
    kind = ErrorKind.INVALID
    message = _("Fill this in.")


class FieldTooLong(DomainError):
    """A field of an address is longer than it may be."""

    code = "addresses.field_too_long"
    kind = ErrorKind.INVALID
    message = _("Up to {chars_max} characters.")


class RecipientPhoneInvalid(DomainError):
    """The phone number of an address is no number that a courier can call at ordinary cost."""

    code = "addresses.phone_invalid"
    kind = ErrorKind.INVALID
    message = _("This is not a valid phone number. Write it like 0812 3456 7890.")


class RegionUnknown(DomainError):
    """The region of an address is no village (kelurahan or desa) of the loaded dataset."""

    code = "addresses.region_unknown"
    kind = ErrorKind.INVALID
    message = _("Find your village (kelurahan or desa) and choose it.")


class PostalCodeInvalid(DomainError):
    """The postal code is not five digits."""

    code = "addresses.postal_code_invalid"
    kind = ErrorKind.INVALID
    message = _("A postal code has 5 digits, like 40124.")


class NeighbourhoodInvalid(DomainError):
    """The number of a neighbourhood (RT or RW) is not one to three digits."""

    code = "addresses.neighbourhood_invalid"
    kind = ErrorKind.INVALID
    message = _("Up to 3 digits, like 004.")


class PinInvalid(DomainError):
    """The pin is not a latitude and a longitude in Indonesia."""

    code = "addresses.pin_invalid"
    kind = ErrorKind.INVALID
    message = _("Write the latitude and longitude of a place in Indonesia, like -6.90, 107.63.")
