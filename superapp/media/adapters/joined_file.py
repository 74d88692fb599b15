"""The temporary file in which the chunks of an upload are joined before they are decoded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import structlog

from superapp.core import infrastructure_errors
from superapp.media.adapters import storage
from superapp.media.errors import StorageFull

MEMORY_BYTES_MAX = 1024 * 1024

log = structlog.get_logger(__name__)


@contextmanager
def open_joined_file() -> Iterator[IO[bytes]]:
    """
    Open a temporary file, in memory while it is small.

    :raises StorageFull: if its directory has no room or may not be written, which is not the fault of the upload
    """
    try:
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX) as file:
            yield file
    except OSError as error:
        # Not found is the directory: Python looks for one that it can write to.
        if not isinstance(error, FileNotFoundError) and not infrastructure_errors.is_of_disk(error):
            raise
        storage.failures.labels("full").inc()
        log.error("temporary_directory_refuses", error=str(error))
        raise StorageFull(retry_after=60) from error
