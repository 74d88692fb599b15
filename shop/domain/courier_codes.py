"""
The meanings of couriers' codes, as data: each courier has words of its own.

An operator adds codes with the setting ``COURIERS``. A code that is not known is shown as it is, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.conf import settings

from shop.domain.couriers import canonical_courier_name


class ParcelStep(StrEnum):
    """The meaning of a courier's code."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"


MEANINGS: Mapping[str, ParcelStep] = {str(step.value): step for step in ParcelStep}
# In words, as most couriers write them.
_WORDS = {
    "PICKED_UP": ParcelStep.PICKED_UP,
    "IN_TRANSIT": ParcelStep.IN_TRANSIT,
    "OUT_FOR_DELIVERY": ParcelStep.OUT_FOR_DELIVERY,
    "DELIVERY_FAILED": ParcelStep.ATTEMPT_FAILED,
    "DELIVERED": ParcelStep.DELIVERED,
    "RETURNING": ParcelStep.RETURNING,
    "RETURNED": ParcelStep.RETURNED,
    "LOST": ParcelStep.LOST,
}
CODES: Mapping[str, Mapping[str, ParcelStep]] = {
    "SiCepat": {
        "PICK": ParcelStep.PICKED_UP,
        "IN": ParcelStep.IN_TRANSIT,
        "OUT": ParcelStep.IN_TRANSIT,
        "ANT": ParcelStep.OUT_FOR_DELIVERY,
        "CU": ParcelStep.ATTEMPT_FAILED,
        "DELIVERED": ParcelStep.DELIVERED,
        "RTN": ParcelStep.RETURNING,
        "RETURNED": ParcelStep.RETURNED,
        "LOST": ParcelStep.LOST,
    },
    "J&T": {
        "10": ParcelStep.PICKED_UP,
        "20": ParcelStep.IN_TRANSIT,
        "30": ParcelStep.OUT_FOR_DELIVERY,
        "40": ParcelStep.ATTEMPT_FAILED,
        "50": ParcelStep.DELIVERED,
        "60": ParcelStep.RETURNING,
        "70": ParcelStep.RETURNED,
        "80": ParcelStep.LOST,
    },
}


def find_step(courier: str, code: str) -> ParcelStep | None:
    """Return what a code of a courier means; None if that is not known."""
    added = _added_codes(courier)
    if code in added:
        return MEANINGS.get(added[code])
    return CODES.get(courier, _WORDS).get(code)


def _added_codes(courier: str) -> Mapping[str, str]:
    for name, fields in settings.COURIERS.items():
        if canonical_courier_name(name) == courier:
            codes: Mapping[str, str] = fields.get("codes", {})
            return codes
    return {}
