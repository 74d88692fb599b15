"""The couriers that this installation is connected to."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.text import slugify

from shop.adapters import courier_signatures
from shop.adapters.couriers import Courier
from shop.adapters.http_courier import HttpCourier
from shop.domain.couriers import canonical_courier_name


def list_connected() -> list[str]:
    """Return the names of the connected couriers."""
    return sorted(_settings())


def is_connected(courier: str) -> bool:
    return courier in _settings()


def get_courier(courier: str) -> Courier:
    """Return a connected courier by its name."""
    return _connect(_settings()[courier]["url"], get_key(courier), settings.COURIER_SECONDS_MAX)


def get_key(courier: str) -> str:
    """Return the key that a connected courier shares with us."""
    key = _settings()[courier].get("key", "")
    if not key and settings.SIMULATED_COURIER:
        return courier_signatures.ensure_key(settings.COURIER_DIRECTORY)
    return str(key)


def find_by_slug(slug: str) -> str | None:
    """Return the name of the connected courier that this part of an address names, or None."""
    return next((courier for courier in _settings() if courier_slug(courier) == slug), None)


def courier_slug(courier: str) -> str:
    """Return the part of an address that names a courier."""
    return slugify(courier)


def _settings() -> dict[str, dict[str, str]]:
    return {canonical_courier_name(name): fields for name, fields in settings.COURIERS.items()}


@lru_cache(maxsize=64)
def _connect(url: str, key: str, seconds_max: float) -> HttpCourier:
    return HttpCourier(url, key, seconds_max=seconds_max)
