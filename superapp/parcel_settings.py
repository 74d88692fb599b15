"""Settings of parcels: where they go, and the couriers that know where they are. ``superapp.settings`` takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from superapp import env

OWN_RATES_FILE = Path(__file__).resolve().parent.parent / "shop" / "data" / "shipping_rates.toml"


def read_rates(path: str) -> str:
    """
    Return the text of a rate table; of our own examples without a path.

    :raises ImproperlyConfigured: if it cannot be read
    """
    try:
        return (Path(path) if path else OWN_RATES_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"SHIPPING_RATES_FILE cannot be read: {error}") from error


def require_usable(couriers: dict[str, Any]) -> dict[str, Any]:
    """
    Return these couriers.

    :raises ImproperlyConfigured: if one of them lacks what asking it needs
    """
    for name, fields in couriers.items():
        if not isinstance(fields, dict) or not isinstance(fields.get("codes", {}), dict):
            raise ImproperlyConfigured(f"COURIERS: {name} must be an object with url, key and codes")
        address = urlsplit(str(fields.get("url", "")))
        if address.scheme not in ("http", "https") or not address.hostname or not fields.get("key"):
            raise ImproperlyConfigured(f"COURIERS: {name} needs a url that begins with https:// or http://, and a key")
    return couriers


ORDER_REVIEW_DAYS = env.positive_integer(
    "ORDER_REVIEW_DAYS",
    30,
    "Days after shipping at which an operator is asked to decide about an order that nobody confirmed.",
    at_most=365,
)
REGIONS_FILE = env.text(
    "REGIONS_FILE",
    "",
    "A newer file of Indonesia's regions than the one that came along, as manage.py make_regions makes it.",
)
SHIPPING_RATES_FILE = env.text(
    "SHIPPING_RATES_FILE",
    "",
    "Rates of couriers by weight and zone, as TOML; examples that came along if empty. See docs/selling.md.",
)
SHIPPING_RATES = read_rates(SHIPPING_RATES_FILE)
COURIERS = require_usable(
    env.json_object(
        "COURIERS",
        "{}",
        'JSON object of the couriers that are asked, by name: {"JNE": {"url": "https://…", "key": "…", "codes": {}}}.',
    )
)
COURIER_SECONDS_MAX = env.positive_integer("COURIER_SECONDS_MAX", 5, "How long we wait for an answer of a courier.")
# The couriers of the simulated world, and their names in its addresses.
SIMULATED_COURIERS = {"JNE": "jne", "J&T": "jt", "SiCepat": "sicepat"}


def read_simulated_courier(*, served: bool, port: int) -> tuple[bool, int]:
    """Return whether a simulated courier is to be started, and its port."""
    is_simulated = env.boolean(
        "SIMULATED_COURIER", not served, "Whether serve starts a simulated courier beside it, whose parcels are play."
    )
    if is_simulated and served:
        raise ImproperlyConfigured("SIMULATED_COURIER is play: a served instance has real couriers, or none")
    return is_simulated, env.integer("SIMULATED_COURIER_PORT", port + 200, "The port of the simulated courier.")


def choose_couriers(is_simulated: bool, port: int) -> dict[str, Any]:
    """Return the couriers that are asked: those that the operator names, else the simulated ones, if there are any."""
    return COURIERS or (simulated_couriers(port) if is_simulated else {})


def simulated_couriers(port: int) -> dict[str, Any]:
    """Return the couriers that the simulated one answers for, on this port; their key is made beside it."""
    return {name: {"url": f"http://127.0.0.1:{port}/v1/{slug}"} for name, slug in SIMULATED_COURIERS.items()}
