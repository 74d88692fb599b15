"""Loading of the regions that came along, or of the operator's newer file, whenever a database was migrated."""

from __future__ import annotations

from pathlib import Path

import structlog
from django.conf import settings

from superapp.addresses.adapters.region_files import OWN_FILE, read_region_file
from superapp.addresses.models import RegionDataset
from superapp.addresses.writers.regions import replace_regions
from superapp.core import clock
from superapp.core.reference_data import reference_data

log = structlog.get_logger(__name__)


@reference_data
def load_regions() -> None:
    """Load the file of regions, unless exactly this one is loaded."""
    file = read_region_file(Path(settings.REGIONS_FILE) if settings.REGIONS_FILE else OWN_FILE)
    if RegionDataset.objects.filter(digest=file.digest).exists():
        return
    version = file.read_version()
    replace_regions(file.list_regions(), version=version, digest=file.digest, now=clock.now())
    # Not told: a first start says what it does in sentences.
    log.debug("regions_loaded", version=version)
