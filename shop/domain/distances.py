"""Distances between two points of the earth."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# Latitude and longitude, in degrees.
Pin = tuple[float, float]
EARTH_KM = 6_371.0


def measure_km(one: Pin, other: Pin) -> float:
    """Return the length of the shortest line over the ground between two points, by the haversine formula."""
    (latitude, longitude), (other_latitude, other_longitude) = one, other
    half = (
        sin(radians(other_latitude - latitude) / 2) ** 2
        + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
