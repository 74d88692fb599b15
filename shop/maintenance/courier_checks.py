"""System checks that what ``COURIERS`` and the rate table say can be used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from shop.domain.courier_codes import MEANINGS
from shop.domain.rate_tables import RatesInvalid, get_services


@checks.register()
def check_courier_codes(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Check that each code that the operator added means something; an empty meaning is none, on purpose."""
    return [
        checks.Error(
            f"COURIERS: code {code!r} of {courier} means {meaning!r}, which is no step of a parcel",
            hint=f"Use one of {', '.join(MEANINGS)}, or an empty text. See docs/selling.md, Connecting a courier.",
            id="shop.E001",
        )
        for courier, fields in settings.COURIERS.items()
        for code, meaning in fields.get("codes", {}).items()
        if meaning and meaning not in MEANINGS
    ]


@checks.register()
def check_shipping_rates(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Check that the rate table can be read, and say where not."""
    try:
        get_services()
    except RatesInvalid as problem:
        return [
            checks.Error(
                f"SHIPPING_RATES_FILE: {problem}",
                hint="See docs/selling.md, Shipping and its price.",
                id="shop.E002",
            )
        ]
    return []
