"""The form of a checkout: reading its fields, and the errors in them."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from payments import api as payments
from payments.errors import PinInvalid, PinWrong
from shop import api
from shop.api import Address
from shop.errors import QuantityInvalid
from shop.pages.form_errors import ADDRESS_MESSAGES, error_message_for
from superapp.core.errors import DomainError, ErrorCollector
from superapp.core.form_pages import errors_by_field, make_field_lookup
from superapp.core.money import Money

TOTAL_DIGITS_MAX = 17
PIN_DIGITS = 6
# In the order in which the page shows them.
FIELDS = ("quantity", "name", "phone", "text", "town", "note", "pin", "new_pin", "again")
_FIELD_OF: dict[type[DomainError], str] = {
    QuantityInvalid: "quantity",
    PinWrong: "pin",
    PinInvalid: "new_pin",
}


def form_problems(request: HttpRequest, typed: dict[str, str]) -> dict[str, object]:
    """Return all errors of the form by field, without verifying the PIN, since that counts as a try."""
    return purchase_problems(typed) | _pin_problems(request)


def purchase_problems(typed: dict[str, str]) -> dict[str, object]:
    """Return the errors of quantity, address and note, by field."""
    refused = ErrorCollector()
    with refused:
        pieces = parse_quantity(typed["quantity"])
        api.validate_purchase(quantity=pieces, address=read_address(typed), note=typed["note"])
    return _problems_by_field(refused, typed)


def _pin_problems(request: HttpRequest) -> dict[str, object]:
    """Return the errors of the PIN or of the new one, by field."""
    if "new_pin" not in request.POST:
        is_whole = len(read_pin(request, "pin")) == PIN_DIGITS and read_pin(request, "pin").isdecimal()
        return {} if is_whole else {"pin": _("Enter your six-digit PIN.")}
    refused = ErrorCollector()
    with refused:
        payments.validate_new_pin(read_pin(request, "new_pin"))
    problems = _problems_by_field(refused, {})
    if read_pin(request, "new_pin") != read_pin(request, "again"):
        problems["again"] = _("The two PINs do not match.")
    return problems


def _problems_by_field(refused: ErrorCollector, typed: dict[str, str]) -> dict[str, object]:
    try:
        refused.raise_first()
    except DomainError as refusal:
        return errors_by_field(
            refusal.all(),
            fields=FIELDS,
            field_of=make_field_lookup(_FIELD_OF),
            sentence_of=error_message_for(typed, ADDRESS_MESSAGES),
        )
    return {}


def read_address(typed: dict[str, str]) -> Address:
    return Address(name=typed["name"], phone=typed["phone"], text=typed["text"], town=typed["town"])


def read_pin(request: HttpRequest, field: str) -> str:
    return "".join(request.POST.get(field, "")[:64].split())


def parse_expected_total(written: str) -> Money:
    """Parse the total that the buyer agreed to; one sen if it is malformed, so that the purchase is refused."""
    is_number = written.isascii() and written.isdigit() and len(written) <= TOTAL_DIGITS_MAX
    return Money(max(1, int(written)) if is_number else 1)


def parse_quantity(written: str) -> int:
    """Parse a quantity; 0, which is refused, if it is malformed."""
    is_number = written.isascii() and written.isdigit()
    return int(written) if is_number else 0
