"""Known couriers and their canonical names, so that one parcel is not stored under two spellings."""

from __future__ import annotations

COURIERS = ("JNE", "J&T", "SiCepat", "AnterAja", "Pos Indonesia", "TIKI", "Ninja", "GoSend", "GrabExpress")
_SPELLINGS = {courier.casefold(): courier for courier in COURIERS}


def canonical_courier_name(courier: str) -> str:
    """Return the stored name of a courier: the canonical spelling if it is known, otherwise in capitals."""
    return _SPELLINGS.get(courier.casefold(), courier.upper())
