"""The words of the simulated couriers: each has codes of its own for the same steps of a parcel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a parcel, as people read it, and its code in words."""

    title: str
    text: str
    code: str


STEPS = {
    "picked_up": Step("Terima paket", "Paket diterima di agen", "PICKED_UP"),
    "in_transit": Step("Berangkatkan", "Paket berangkat dari gudang sortir", "IN_TRANSIT"),
    "out_for_delivery": Step("Bawa kurir", "Paket dibawa kurir menuju alamat", "OUT_FOR_DELIVERY"),
    "attempt_failed": Step("Gagal antar", "Penerima tidak di tempat", "DELIVERY_FAILED"),
    "delivered": Step("Serahkan", "Paket diterima oleh penerima", "DELIVERED"),
    "returning": Step("Kembalikan", "Paket dikirim kembali ke pengirim", "RETURNING"),
    "returned": Step("Sampai di pengirim", "Paket diterima kembali oleh pengirim", "RETURNED"),
    "lost": Step("Hilang", "Paket dinyatakan hilang", "LOST"),
}
PLACES = {
    "picked_up": "Yogyakarta",
    "in_transit": "Solo",
    "out_for_delivery": "Surabaya",
    "attempt_failed": "Surabaya",
    "delivered": "Surabaya",
}
# The names in addresses, the names of people, and codes that differ from those in words.
COURIERS: dict[str, str] = {"jne": "JNE", "jt": "J&T", "sicepat": "SiCepat"}
_NUMBERS = ("10", "20", "30", "40", "50", "60", "70", "80")
_SHORT = ("PICK", "OUT", "ANT", "CU", "DELIVERED", "RTN", "RETURNED", "LOST")
_OWN_CODES = {"jt": dict(zip(STEPS, _NUMBERS, strict=True)), "sicepat": dict(zip(STEPS, _SHORT, strict=True))}


def code_of(courier: str, step: str) -> str:
    """Return the code by which a courier tells a step."""
    return _OWN_CODES.get(courier, {}).get(step, STEPS[step].code)
