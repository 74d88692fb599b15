"""
Objects of the storage that the setting ``STORAGES`` names: this machine's disk, or a store that speaks S3.

Every failure of it is raised as ``StorageFull`` or ``StorageUnavailable``.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from prometheus_client import Counter

from superapp.core import images
from superapp.core.outage import Outage
from superapp.media.errors import StorageFull, StorageUnavailable

log = structlog.get_logger(__name__)
failures = Counter("nusa_media_storage_failures_total", "Refused uses of the storage of media, by reason.", ["reason"])
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# What S3 stores answer when there is no room.
_FULL_CODES = frozenset({"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"})


class DiskStorage(FileSystemStorage):
    """The disk of this machine: a file is written as a whole or not at all, and replaces one of its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_overwrite=True)

    def _save(self, name: str, content: Any) -> str:
        images.write_atomically(Path(self.path(name)), content.read())
        return name


def write_object(name: str, content: bytes) -> None:
    """Write an object as a whole, over one of the same name."""
    with _failures_named(name):
        default_storage.save(name, ContentFile(content))


def open_object(name: str) -> IO[bytes]:
    """
    Open an object for reading.

    :raises FileNotFoundError: if there is none
    """
    with _failures_named(name):
        opened: IO[bytes] = default_storage.open(name)
        opened.seek(0)  # Fetches it from S3 now, so that failures are raised as ours.
        return opened


def read_object(name: str) -> bytes:
    """
    Read an object.

    :raises FileNotFoundError: if there is none
    """
    with _failures_named(name), default_storage.open(name) as file:
        content: bytes = file.read()
        return content


def count_bytes(name: str) -> int:
    """
    Return how many bytes an object has.

    :raises FileNotFoundError: if there is none
    """
    with _failures_named(name):
        return int(default_storage.size(name))


def has_object(name: str) -> bool:
    """Return whether there is such an object."""
    with _failures_named(name):
        return bool(default_storage.exists(name))


def delete_object(name: str) -> None:
    """Delete an object if there is one."""
    with _failures_named(name):
        default_storage.delete(name)


def delete_folder(folder: str) -> None:
    """Delete all objects of a folder, and the folder where the storage has such a thing."""
    with _failures_named(folder):
        try:
            _folders, names = default_storage.listdir(folder)
        except FileNotFoundError:
            return
        for name in names:
            default_storage.delete(f"{folder}/{name}")
        try:
            default_storage.delete(folder)
        except OSError as error:
            # Somebody has just written into it; the next sweep finds that.
            if error.errno != errno.ENOTEMPTY:
                raise


def list_folders(folder: str) -> list[str]:
    """List the names of the folders in a folder."""
    with _failures_named(folder):
        try:
            folders, _names = default_storage.listdir(folder)
        except FileNotFoundError:
            return []
        return sorted(folders)


def find_path(name: str) -> Path | None:
    """Return the path of an object on this machine's disk, there or not; None where objects are stored in S3."""
    return Path(default_storage.path(name)) if not settings.MEDIA_S3_BUCKET else None


def _refuse() -> StorageUnavailable:
    failures.labels("unavailable").inc()
    return StorageUnavailable(retry_after=5)


outage = Outage(_refuse)


@contextmanager
def _failures_named(name: str) -> Iterator[None]:
    with outage.one_at_a_time():
        try:
            yield
        except FileNotFoundError:
            outage.is_noticed = False
            raise
        except _store_errors() as error:
            # An error code of S3 is an answer, so the store is up; a disk has no outages.
            outage.is_noticed = bool(settings.MEDIA_S3_BUCKET) and not _s3_code(error)
            is_full = getattr(error, "errno", None) in _FULL or _s3_code(error) in _FULL_CODES
            failures.labels("full" if is_full else "unavailable").inc()
            log.error("media_storage_fails", name=name, error=repr(error))
            if is_full:
                raise StorageFull(retry_after=60) from error
            raise StorageUnavailable(retry_after=5) from error
        outage.is_noticed = False


def _s3_code(error: BaseException) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _store_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a storage raises when it fails."""
    return (OSError, *_s3_errors()) if settings.MEDIA_S3_BUCKET else (OSError,)


@cache
def _s3_errors() -> tuple[type[Exception], ...]:
    """Return the errors of the client of S3, which is loaded only where it is used."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return (Boto3Error, BotoCoreError, ClientError)
