"""
Reading of rate tables: a TOML file with ``[[service]]`` tables, whose ``zones`` stand on a line each.

docs/selling.md describes its fields. What is wrong in it is said with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, cast

from django.conf import settings

from shop.domain.shipping_rates import CourierService, Zone

SERVICES_MAX, ZONES_MAX = 50, 500
RUPIAH_MAX, GRAMS_MAX, DAYS_MAX = 10_000_000, 500_000, 90
# As in the settings of a shop and in what an order copies.
ID_CHARS_MAX, LABEL_CHARS_MAX = 30, 60
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REGION = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_KEY = re.compile(r"\s*(\w+)\s*=")
_SERVICE_FIELDS = {"id", "courier", "name", "step_grams", "tolerance_grams", "max_grams", "volume_divisor", "zones"}
_ZONE_FIELDS = {"from", "to", "within", "first", "next", "days"}


class RatesInvalid(ValueError):
    """A rate table cannot be used; the text is a sentence that names the line and the field."""


@lru_cache(maxsize=4)
def parse_rates(text: str) -> tuple[CourierService, ...]:
    """
    Return the services of a rate table, in its order.

    :raises RatesInvalid: if something in it is wrong, missing or said twice
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RatesInvalid(f"is no TOML: {error}") from None
    if unknown := set(table) - {"regions", "service"}:
        raise RatesInvalid(f"has an unknown table {min(unknown)!r}; there are [regions] and [[service]]")
    return _Reader(text, table).read()


def get_services() -> tuple[CourierService, ...]:
    """Return the services of this installation."""
    return parse_rates(settings.SHIPPING_RATES)


class _Reader:
    def __init__(self, text: str, table: Mapping[str, Any]) -> None:
        self._lines = text.splitlines()
        self._table = table
        self._place: tuple[int, int] = (-1, -1)

    def read(self) -> tuple[CourierService, ...]:
        regions, rows = self._table.get("regions", {}), self._table.get("service", [])
        if not isinstance(regions, dict) or not isinstance(rows, list) or not 0 < len(rows) <= SERVICES_MAX:
            raise RatesInvalid(f"needs [[service]] tables, {SERVICES_MAX} at most")
        self._groups = {name: self._codes(codes, name) for name, codes in regions.items()}
        services: list[CourierService] = []
        for number, row in enumerate(rows):
            self._place = (number, -1)
            service = self._service(row)
            self._place = (number, -1)
            self._require(all(one.id != service.id for one in services), "id", f"names {service.id} twice")
            self._require(all(one.label != service.label for one in services), "name", f"names {service.label} twice")
            services.append(service)
        return tuple(services)

    def _service(self, row: Mapping[str, Any]) -> CourierService:
        self._require_known(row, _SERVICE_FIELDS)
        identity, courier, name = (self._text(row, field) for field in ("id", "courier", "name"))
        self._require(_ID.fullmatch(identity) is not None and len(identity) <= ID_CHARS_MAX, "id", "needs a to z and -")
        self._require(len(f"{courier} {name}") <= LABEL_CHARS_MAX, "name", "is too long")
        step_grams = self._number(row, "step_grams", 1, GRAMS_MAX)
        zones = row.get("zones")
        self._require(isinstance(zones, list) and 0 < len(zones) <= ZONES_MAX, "zones", f"needs 1 to {ZONES_MAX} zones")
        return CourierService(
            id=identity,
            courier=courier,
            name=name,
            step_grams=step_grams,
            tolerance_grams=self._number(row, "tolerance_grams", 0, step_grams - 1),
            max_grams=self._number(row, "max_grams", 1, GRAMS_MAX),
            volume_divisor=self._number(row, "volume_divisor", 1, 100_000),
            zones=self._zones(cast("list[Any]", zones)),
        )

    def _zones(self, rows: list[Any]) -> tuple[Zone, ...]:
        found: list[Zone] = []
        pairs: set[tuple[str, str, str]] = set()
        for number, row in enumerate(rows):
            self._place = (self._place[0], number)
            zone = self._zone(row)
            said = {(zone.within, origin, to) for origin in zone.origins for to in zone.destinations}
            self._require(not said <= pairs, "to", "never counts: earlier zones say prices of all of these regions")
            pairs |= said
            found.append(zone)
        return tuple(found)

    def _zone(self, row: Any) -> Zone:
        self._require(isinstance(row, dict), "zones", "needs zones in braces: { first = 9000, … }")
        self._require_known(row, _ZONE_FIELDS)
        within = row.get("within", "")
        self._require(within in ("", "regency", "province"), "within", 'is "regency", "province" or left out')
        days = row.get("days")
        is_span = isinstance(days, list) and len(days) == 2 and all(type(one) is int for one in days)
        self._require(is_span, "days", "needs two numbers: [2, 3]")
        least, most = cast("list[int]", days)
        self._require(0 <= least <= most <= DAYS_MAX, "days", f"go from 0 to {DAYS_MAX}, the smaller first")
        return Zone(
            origins=self._codes(row.get("from", [""]), "from"),
            destinations=self._codes(row.get("to", [""]), "to"),
            within=cast("Literal['', 'regency', 'province']", within),
            first_sen=self._number(row, "first", 1, RUPIAH_MAX) * 100,
            next_sen=self._number(row, "next", 0, RUPIAH_MAX) * 100,
            days=(least, most),
        )

    def _codes(self, written: Any, field: str) -> tuple[str, ...]:
        self._require(isinstance(written, list) and bool(written), field, "needs a list of regions")
        codes: list[str] = []
        for one in written:
            if isinstance(one, str) and (not one or _REGION.fullmatch(one)):
                codes.append(one)
            else:
                is_group = isinstance(one, str) and one in getattr(self, "_groups", {})
                self._require(is_group, field, f"has {one!r}, which is no code of a region and no name in [regions]")
                codes += self._groups[one]
        return tuple(codes)

    def _text(self, row: Mapping[str, Any], field: str) -> str:
        value = row.get(field)
        self._require(
            isinstance(value, str) and bool(value.strip()) and value.isprintable(), field, "needs a text in one line"
        )
        return str(value)

    def _number(self, row: Mapping[str, Any], field: str, least: int, most: int) -> int:
        value = row.get(field)
        self._require(
            type(value) is int and least <= value <= most, field, f"needs a whole number from {least} to {most}"
        )
        return cast("int", value)

    def _require_known(self, row: Mapping[str, Any], fields: set[str]) -> None:
        for field in sorted(set(row) - fields):
            self._require(False, field, f"is unknown; there are {', '.join(sorted(fields))}")

    def _require(self, is_right: bool, field: str, sentence: str) -> None:
        if not is_right:
            raise RatesInvalid(f"line {self._find_line(field)}: {field} {sentence}")

    def _find_line(self, field: str) -> int:
        """Return the line of a field where the reader is, the nearest one above if it is missing there."""
        service, zone = self._place
        seen_service, seen_zone, line = -1, -1, 1
        for number, text in enumerate(self._lines, start=1):
            stripped = text.strip()
            if stripped == "[[service]]":
                seen_service, seen_zone = seen_service + 1, -1
                if seen_service > service:
                    break
                line = number if seen_service == service else line
            elif seen_service != service:
                continue
            elif stripped.startswith("{"):
                seen_zone += 1
                if seen_zone == zone:
                    return number
            elif zone < 0 and (key := _KEY.match(text)) and key[1] == field:
                return number
        return line
