"""Makes the file of regions from the npm package idn-area-data; see ``make regions``."""

from __future__ import annotations

import csv
import json
import lzma
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from superapp.addresses.adapters.region_files import OWN_FILE

ABOUT = """\
# Regions of Indonesia: provinces, regencies and cities, districts, villages.
# Contains information from idn-area-data, which is made available under the Open Database License (ODbL) 1.0,
# opendatacommons.org/licenses/odbl/1-0; so is this file. Copyright of idn-area-data: Fityan.
# Changed: islands left out, names of provinces and regencies in lower case, the quotes in names written alike.
# Made by `make regions`.
# source: npm package idn-area-data
# version: {version}
"""
TABLES = ("provinces", "regencies", "districts", "villages")
IN_CAPITALS = ("provinces", "regencies")
# Words of the names in capitals that are not written like others.
AS_THEY_ARE = {"DKI": "DKI", "DAN": "dan"}


class Command(BaseCommand):
    help = "Generate the file of regions from the unpacked npm package idn-area-data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("package", type=Path, help="directory of the unpacked package")
        parser.add_argument("--target", type=Path, default=OWN_FILE, help="the file to write (default: %(default)s)")

    def handle(self, *args: Any, package: Path, target: Path, **options: Any) -> None:
        version = json.loads((package / "package.json").read_text())["version"]
        regions = sorted(row for table in TABLES for row in _read_table(package / "data" / f"{table}.csv"))
        text = ABOUT.format(version=version) + "".join(f"{code}\t{name}\n" for code, name in regions)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
        self.stdout.write(f"{len(regions)} regions of version {version} in {target}")


def _read_table(path: Path) -> list[tuple[str, str]]:
    clean = _lower_case if path.stem in IN_CAPITALS else _clean_name
    with path.open(newline="") as file:
        return [(row["code"], clean(row["name"])) for row in csv.DictReader(file)]


def _clean_name(written: str) -> str:
    return " ".join(written.replace('"', "'").replace("’", "'").strip(" *").split())


def _lower_case(written: str) -> str:
    return " ".join(AS_THEY_ARE.get(word, word.capitalize()) for word in _clean_name(written).split())
