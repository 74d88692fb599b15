"""The time zones that a person can choose: those of Indonesia, then the regions of the world, the nearest first."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOME_ZONES = (
    ("Asia/Jakarta", "WIB · Jakarta"),
    ("Asia/Makassar", "WITA · Makassar"),
    ("Asia/Jayapura", "WIT · Jayapura"),
)
# Zones of no region name no place.
REGIONS: dict[str, str | Promise] = {
    "Asia": _("Asia"),
    "Australia": _("Australia"),
    "Pacific": _("Pacific"),
    "Indian": _("Indian Ocean"),
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "America": _("America"),
    "Atlantic": _("Atlantic"),
}

Zones = list[tuple[str, str]]


def list_zones(own: str, *, now: datetime) -> list[tuple[str | Promise, Zones]]:
    """List the zones by region, each with its city and its distance from UTC now; ``own`` is always among them."""
    home = {zone for zone, _label in HOME_ZONES}
    found: dict[str, Zones] = {region: [] for region in REGIONS}
    for zone in (zoneinfo.available_timezones() | {own}) - home:
        region, _slash, place = zone.partition("/")
        if region in REGIONS:
            found[region].append((zone, f"{_city(place)} (UTC{_offset(zone, now)})"))
    groups: list[tuple[str | Promise, Zones]] = [("Indonesia", list(HOME_ZONES))]
    if own not in home and own.partition("/")[0] not in REGIONS:
        groups[0][1].append((own, own))
    return groups + [(REGIONS[region], sorted(zones, key=lambda one: one[1])) for region, zones in found.items()]


def _city(place: str) -> str:
    return place.rpartition("/")[2].replace("_", " ")


def _offset(zone: str, now: datetime) -> str:
    minutes = int((now.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{sign}{hours}" + (f":{rest:02}" if rest else "")
