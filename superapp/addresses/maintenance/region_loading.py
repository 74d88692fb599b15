"""Loading of the regions that came along, or of the operator's newer file, whenever a database was migrated."""

from __future__ import annotations

import hashlib
import lzma
from pathlib import Path

import structlog
from django.conf import settings

from superapp.addresses.adapters.region_files import OWN_FILE, RegionFile, read_region_file
from superapp.addresses.domain.region_words import WORDS_VERSION
from superapp.addresses.models import RegionDataset
from superapp.addresses.writers.regions import replace_regions
from superapp.core import clock
from superapp.core.reference_data import ReferenceDataBroken, reference_data

log = structlog.get_logger(__name__)


@reference_data
def load_regions() -> None:
    """
    Load the file of regions, unless exactly this one is loaded, with the words that this code makes of it.

    :raises ReferenceDataBroken: if it cannot be read, or is no such file; the regions are then what they were
    """
    try:
        _load(read_region_file(Path(settings.REGIONS_FILE) if settings.REGIONS_FILE else OWN_FILE))
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise ReferenceDataBroken(f"REGIONS_FILE cannot be loaded: {error}") from error


def _load(file: RegionFile) -> None:
    digest = hashlib.sha256(f"{WORDS_VERSION}\n".encode() + file.content).hexdigest()
    if RegionDataset.objects.filter(digest=digest).exists():
        return
    version = file.read_version()
    replace_regions(file.list_regions(), version=version, digest=digest, now=clock.now())
    # At debug level, since the first start prints sentences, not log lines.
    log.debug("regions_loaded", version=version)
