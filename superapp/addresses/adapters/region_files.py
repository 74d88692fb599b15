"""
Files of regions: a line for each, its code and its name with a tab between them, sorted by code.

Lines above them begin with a # and tell where the data is from; one of them is "# version: …". A file whose name ends
with .xz is compressed.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from superapp.addresses.domain.regions import NAME_CHARS_MAX, get_parent, is_region_code

OWN_FILE = Path(__file__).resolve().parents[1] / "data" / "regions.tsv.xz"
_VERSION = re.compile(r"^# version: (\S{1,20})$", re.MULTILINE)


class RegionFileBroken(ValueError):
    """A file of regions has no version, or a line that is no region."""


@dataclass(frozen=True)
class RegionFile:
    """A file of regions that was read."""

    path: Path
    content: bytes

    def read_version(self) -> str:
        """Return the version of the dataset. :raises RegionFileBroken: if the file names none"""
        found = _VERSION.search(self._text)
        if found is None:
            raise RegionFileBroken(f"{self.path} has no line '# version: …'")
        return found[1]

    def list_regions(self) -> Iterator[tuple[str, str]]:
        """
        List the codes and names of all regions.

        :raises RegionFileBroken: if a line is no region, or names one twice or before its parent
        """
        before: set[str] = {""}
        for number, line in enumerate(self._text.splitlines(), start=1):
            if line.startswith("#"):
                continue
            code, _, name = line.partition("\t")
            is_new = is_region_code(code) and code not in before and get_parent(code) in before
            if not is_new or not 0 < len(name) <= NAME_CHARS_MAX:
                raise RegionFileBroken(f"{self.path}:{number} is no region: {line[:80]!r}")
            before.add(code)
            yield code, name

    @cached_property
    def _text(self) -> str:
        plain = lzma.decompress(self.content) if self.path.suffix == ".xz" else self.content
        return plain.decode()


def read_region_file(path: Path) -> RegionFile:
    """Read a file of regions."""
    return RegionFile(path, path.read_bytes())
