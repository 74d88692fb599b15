"""Error messages for the fields of shop forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.domain import text_cleaning
from shop.errors import AddressInvalid, PriceInvalid, QuantityInvalid, ShipmentInvalid, TextInvalid
from superapp.core.errors import DomainError

# Error messages of empty fields, for each form.
OPEN_SHOP_MESSAGES: dict[str, Promise] = {
    "name": gettext_lazy("Give your shop a name."),
    "town": gettext_lazy("Enter your town."),
}
PRODUCT_MESSAGES: dict[str, Promise] = {
    "name": gettext_lazy("Enter a product name."),
    "price": gettext_lazy("Enter a price, such as 25.000."),
    "quantity": gettext_lazy("Enter how many you have."),
}
ADDRESS_MESSAGES: dict[str, Promise] = {
    "name": gettext_lazy("Enter the recipient’s name."),
    "phone": gettext_lazy("Enter a phone number the courier can call."),
    "text": gettext_lazy("Enter the street and house number."),
    "town": gettext_lazy("Enter the town."),
    "quantity": gettext_lazy("Enter how many you want."),
}
PARCEL_MESSAGES: dict[str, Promise] = {
    "courier": gettext_lazy("Enter or choose the courier."),
    "resi": gettext_lazy("Enter the tracking number (resi)."),
}
FIELD_OF: dict[type[DomainError], str] = {PriceInvalid: "price", QuantityInvalid: "quantity"}


def error_message_for(written: Mapping[str, str], when_blank: Mapping[str, Promise]) -> Callable[[DomainError], str]:
    """Return a function that returns the message of an error: the field is empty, too long, or the error's own text."""

    def sentence(refusal: DomainError) -> str:
        field = str(refusal.params.get("field") or FIELD_OF.get(type(refusal), ""))
        if field in when_blank and text_cleaning.is_blank(written.get(field, "")):
            return str(when_blank[field])
        if isinstance(refusal, TextInvalid):
            return _("Up to {count} characters.").format(count=refusal.params["chars_max"])
        if isinstance(refusal, AddressInvalid) and field == "phone":
            return _("This is not a valid phone number. Write it like 0812 3456 7890.")
        if isinstance(refusal, AddressInvalid | ShipmentInvalid):
            return _("This is too long.")
        return str(refusal.body()["message"])

    return sentence
