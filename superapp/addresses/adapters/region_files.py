"""
Files of regions: a line for each, its code and its name with a tab between them, sorted by code.

Lines above them begin with a # and tell where the data is from; one of them is "# version: …". A file whose name ends
with .xz is compressed.
"""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from superapp.addresses.domain.regions import is_region_code

OWN_FILE = Path(__file__).resolve().parents[1] / "data" / "regions.tsv.xz"
_VERSION = re.compile(r"^# version: (\S{1,20})$", re.MULTILINE)


class RegionFileBroken(ValueError):
    """A file of regions has no version, or a line that is no region."""


@dataclass(frozen=True, slots=True)
class RegionFile:
    """A file of regions that was read; ``digest`` is the SHA-256 of its bytes."""

    path: Path
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def read_version(self) -> str:
        """Return the version of the dataset. :raises RegionFileBroken: if the file names none"""
        found = _VERSION.search(self._text())
        if found is None:
            raise RegionFileBroken(f"{self.path} has no line '# version: …'")
        return found[1]

    def list_regions(self) -> Iterator[tuple[str, str]]:
        """
        List the codes and names of all regions.

        :raises RegionFileBroken: if a line is no region, or names one twice or without the regions around it
        """
        before: set[str] = {""}
        for number, line in enumerate(self._text().splitlines(), start=1):
            if line.startswith("#"):
                continue
            code, _, name = line.partition("\t")
            if not is_region_code(code) or not name or code in before or code.rpartition(".")[0] not in before:
                raise RegionFileBroken(f"{self.path}:{number} is no region: {line[:80]!r}")
            before.add(code)
            yield code, name

    def _text(self) -> str:
        plain = lzma.decompress(self.content) if self.path.suffix == ".xz" else self.content
        return plain.decode()


def read_region_file(path: Path) -> RegionFile:
    """Read a file of regions."""
    return RegionFile(path, path.read_bytes())
