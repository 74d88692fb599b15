"""
The grammar of QR codes for payment: data objects in a line, ended by a checksum.

EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, version 1.1, sections 3 and 4. An object is two
digits of id, two digits of length and a value; the length counts characters, the checksum UTF-8 bytes. Values of some
ids are objects again.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

from payments.errors import QrDamaged, QrUnknown

PAYLOAD_CHARS_MAX = 512
VALUE_CHARS_MAX = 99
FORMAT_ID, CHECKSUM_ID = "00", "63"
FORMAT_VERSION = "01"
_HEAD = re.compile(r"(?P<id>[0-9]{2})(?P<length>[0-9]{2})")
_CHECKSUM_HEAD = f"{CHECKSUM_ID}04"


def read_objects(payload: str) -> dict[str, str]:
    """
    Read a payload and return the values of its objects by id, the checksum left out.

    A checksum in lower case is accepted, as other readers do.

    :raises QrUnknown: if it is no such payload: too long, or of another format or version
    :raises QrDamaged: if objects overrun, are empty or repeated, or the checksum is missing, misplaced or wrong
    """
    if len(payload) > PAYLOAD_CHARS_MAX or not payload.startswith(f"{FORMAT_ID}02{FORMAT_VERSION}"):
        raise QrUnknown
    checked, checksum = payload[:-4], payload[-4:]
    if not checked.endswith(_CHECKSUM_HEAD) or checksum.upper() != compute_checksum(checked):
        raise QrDamaged
    objects = read_template(checked.removesuffix(_CHECKSUM_HEAD))
    if CHECKSUM_ID in objects:
        raise QrDamaged
    return objects


def read_template(value: str) -> dict[str, str]:
    """
    Read a line of objects, and return their values by id.

    :raises QrDamaged: if objects overrun, are empty or repeated
    """
    objects: dict[str, str] = {}
    at = 0
    while at < len(value):
        head = _HEAD.match(value, at)
        if head is None or head["id"] in objects:
            raise QrDamaged
        at = head.end() + int(head["length"])
        objects[head["id"]] = value[head.end() : at]
        if not objects[head["id"]] or at > len(value):
            raise QrDamaged
    return objects


def write_objects(objects: Iterable[tuple[str, str]]) -> str:
    """
    Write a payload of these objects, in their order, with its format and its checksum.

    :raises ValueError: if an object or the whole is too long, or an object is empty
    """
    checked = write_template([(FORMAT_ID, FORMAT_VERSION), *objects]) + _CHECKSUM_HEAD
    payload = checked + compute_checksum(checked)
    if len(payload) > PAYLOAD_CHARS_MAX:
        raise ValueError(f"a payload of {len(payload)} characters")
    return payload


def write_template(objects: Iterable[tuple[str, str]]) -> str:
    """
    Write a line of objects, in their order.

    :raises ValueError: if one is too long or empty
    """
    line = []
    for name, value in objects:
        if not 1 <= len(value) <= VALUE_CHARS_MAX:
            raise ValueError(f"object {name} has {len(value)} characters")
        line.append(f"{name}{len(value):02}{value}")
    return "".join(line)


def compute_checksum(text: str) -> str:
    """Return CRC-16/IBM-3740 (polynomial 0x1021, from 0xFFFF, not reflected) of a text in UTF-8, as four digits."""
    # Half a surrogate is no text, but a payload from outside may have one, and its checksum is wrong anyway.
    return f"{binascii.crc_hqx(text.encode(errors='replace'), 0xFFFF):04X}"
