"""The files of pictures, for whoever builds something else of them."""

from __future__ import annotations

from superapp.media.adapters import object_names, storage


def read_picture(*, kind: str, sha256: str, size: int) -> bytes | None:
    """
    Read the file of a picture whose longest side is ``size`` pixels; None if it is not stored.

    :raises StorageUnavailable: if the storage cannot be reached
    """
    try:
        return storage.read_object(object_names.picture_name(kind, sha256, size))
    except FileNotFoundError:
        return None


def count_picture_bytes(*, kind: str, sha256: str, size: int) -> int | None:
    """
    Return how many bytes the file of a picture whose longest side is ``size`` pixels has; None if it is not stored.

    :raises StorageUnavailable: if the storage cannot be reached
    """
    try:
        return storage.count_bytes(object_names.picture_name(kind, sha256, size))
    except FileNotFoundError:
        return None
