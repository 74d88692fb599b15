"""
Codes of Indonesia's regions, as the Ministry of Home Affairs gives them out.

A code contains those of its ancestors: 32.73.14.1002 is a village (kelurahan or desa) in the district
(kecamatan) 32.73.14, in the regency or city (kabupaten or kota) 32.73, in the province 32.
"""

from __future__ import annotations

import re
from enum import IntEnum

CODE_CHARS_MAX = 13
NAME_CHARS_MAX = 60
_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_LENGTHS = (2, 5, 8, CODE_CHARS_MAX)


class RegionLevel(IntEnum):
    PROVINCE = 1
    REGENCY = 2
    DISTRICT = 3
    VILLAGE = 4


def is_region_code(text: str) -> bool:
    """Return whether a text has the form of a code; the region need not exist."""
    return _CODE.fullmatch(text) is not None


def get_level(code: str) -> RegionLevel:
    """Return the level of a region by its code."""
    return RegionLevel(_LENGTHS.index(len(code)) + 1)


def list_ancestors(code: str) -> list[str]:
    """List the codes of the ancestors of a region, the widest first."""
    return [code[:length] for length in _LENGTHS if length < len(code)]


def get_parent(code: str) -> str:
    """Return the code of the parent of a region; empty for a province."""
    return code.rpartition(".")[0]
