"""Errors of shipping and its prices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class OriginNeeded(DomainError):
    """Couriers' prices depend on where parcels leave, and the settings do not say that."""

    code = "shop.origin_needed"
    kind = ErrorKind.INVALID
    message = _("Choose where your parcels leave from. Couriers’ prices depend on it.")


class OriginPointNeeded(DomainError):
    """Prices by distance need the point on the map where parcels leave."""

    code = "shop.origin_point_needed"
    kind = ErrorKind.INVALID
    message = _("Enter the point on the map your parcels leave from. Prices by distance depend on it.")


class ShippingPriceInvalid(DomainError):
    """A price of shipping is no amount in whole rupiah within its bounds; ``field`` names it."""

    code = "shop.shipping_price_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter whole rupiah, such as 15.000, up to {price_max}.")


class DistanceInvalid(DomainError):
    """A distance of the shop's own courier is no whole number of kilometres within its bounds, or is said twice."""

    code = "shop.distance_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter whole kilometres from 1 to {km_max}, each distance once and with its price.")


class AreaUnknown(DomainError):
    """An area is no region of the country, or is said twice, or there are too many."""

    code = "shop.area_unknown"
    kind = ErrorKind.INVALID
    message = _("Choose the region again. There can be up to {areas_max}, each once.")


class NothingOffered(DomainError):
    """No way of sending is left, so nobody could buy."""

    code = "shop.nothing_offered"
    kind = ErrorKind.INVALID
    message = _("Turn on at least one way to send, so that people can buy.")
