"""Couriers, each by one name however it was written: two spellings of one would be two parcels."""

from __future__ import annotations

COURIERS = ("JNE", "J&T", "SiCepat", "AnterAja", "Pos Indonesia", "TIKI", "Ninja", "GoSend", "GrabExpress")
_SPELLINGS = {courier.casefold(): courier for courier in COURIERS}


def spelled(courier: str) -> str:
    """The name under which parcels of this courier are kept; of one we do not know, in capitals."""
    return _SPELLINGS.get(courier.casefold(), courier.upper())
