"""A shop of the demo world, as it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Draw = Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class DemoProduct:
    """A product with its stock, and pictures that are drawn when they are needed."""

    name: str
    rupiah: int
    pieces: int
    about: str
    photos: tuple[Draw, ...]


@dataclass(frozen=True, kw_only=True)
class DemoShop:
    """A shop, its owner by their key in the cast, and what stands in it from the front to the back."""

    owner: str
    handle: str
    name: str
    town: str
    about: str
    # Weekday → from, until; a day that is missing is closed.
    hours: Mapping[str, tuple[str, str]]
    time_zone: str
    logo: Draw
    goods: tuple[DemoProduct, ...]
