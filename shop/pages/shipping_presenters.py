"""Presenters of shipping: what it costs to send something to a person, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.contracts.values import ShopDetails
from shop.domain.rate_tables import get_services
from shop.domain.shipping_options import Consignment, OptionKind, ShippingOption, ShippingTerms, list_options
from shop.queries import shipping_options
from superapp.addresses import api as addresses
from superapp.core.money import Money

# The shop's own ways, by kind.
OWN_LABELS: dict[OptionKind, Promise] = {
    OptionKind.AGREED: gettext_lazy("Agree with the shop"),
    OptionKind.FLAT: gettext_lazy("Courier chosen by the shop"),
    OptionKind.OWN_COURIER: gettext_lazy("The shop’s own courier"),
    OptionKind.PICKUP: gettext_lazy("Pick up at the shop"),
}


@dataclass(frozen=True, slots=True)
class ShippingNote:
    """
    The sentences about shipping on a product's page: one for this reader, and what holds for everybody.

    ``everywhere`` is a price at which the first piece goes to the whole country; None if prices depend on where.
    """

    sentence: str
    more: tuple[str, ...] = ()
    everywhere: Money | None = None


def present_for_product(
    shop: ShopDetails, *, price: Money | None, weight_grams: int | None, reader_id: int | None
) -> ShippingNote:
    """
    Return what a product's page says of shipping one piece; what it costs where the reader has a primary address.
    """
    terms = shipping_options.find_terms(shop.public_id)
    address = _find_primary_address(reader_id)
    if terms is None:
        return ShippingNote(_("You agree with the shop about shipping. It is not part of the price."))
    more = tuple(filter(None, (_free_sentence(terms), _pickup_sentence(terms))))
    if price is None:
        return ShippingNote(_("You see the price of shipping when you choose your address."), more)
    consignment = Consignment(
        destination=address.region_code if address else "",
        pin=address.pin if address else None,
        grams=weight_grams or 0,
        items_sen=price.amount_minor,
    )
    options = list_options(terms, get_services(), consignment)
    everywhere = next((Money(option.price_sen) for option in options if option.kind == OptionKind.FLAT), None)
    if address is None:
        return ShippingNote(_("You see the price of shipping when you choose your address."), more, everywhere)
    delivered = [option for option in options if option.kind != OptionKind.PICKUP]
    return ShippingNote(_delivered_sentence(delivered, address.regency), more, everywhere)


def label_of(option: ShippingOption) -> str:
    """Return the name of an option, in the reader's language."""
    return option.label or str(OWN_LABELS[option.kind])


def days_label(days: tuple[int, int] | None) -> str:
    """Return how many days an option takes, in words; empty if that is not known."""
    if days is None:
        return ""
    least, most = days
    if least == most:
        return ngettext("{count} day", "{count} days", most).format(count=most)
    return _("{least}–{most} days").format(least=least, most=most)


def _find_primary_address(reader_id: int | None) -> addresses.AddressValue | None:
    known = addresses.list_addresses(reader_id) if reader_id is not None else []
    return next((address for address in known if address.is_primary), None)


def _delivered_sentence(delivered: list[ShippingOption], town: str) -> str:
    if not delivered:
        return _("The shop does not ship to {town} yet.").format(town=town)
    cheapest = delivered[0]
    days = days_label(cheapest.days)
    if not cheapest.price_sen:
        sentence = _("Free shipping to {town}").format(town=town)
    elif len(delivered) == 1:
        sentence = _("Shipping to {town}: {price}").format(town=town, price=Money(cheapest.price_sen))
    else:
        sentence = _("Shipping to {town} from {price}").format(town=town, price=Money(cheapest.price_sen))
    return f"{sentence} · {days}" if days else sentence


def _pickup_sentence(terms: ShippingTerms) -> str:
    return _("You can pick it up at the shop.") if terms.pickup_address else ""


def _free_sentence(terms: ShippingTerms) -> str:
    if terms.free_from_sen is None:
        return ""
    amount = Money(terms.free_from_sen)
    if terms.free_up_to_sen is None:
        return _("Free shipping for purchases from {amount}.").format(amount=amount)
    return _("For purchases from {amount} the shop pays up to {most} of the shipping.").format(
        amount=amount, most=Money(terms.free_up_to_sen)
    )
