"""Returning freed memory to the system, which the allocator of C would keep for later."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable


def return_freed_memory() -> None:
    """
    Return the memory that was freed to the system, where the C library can (glibc). It takes some milliseconds.

    For after large work that is rare, such as encoding a photo: without it, the process keeps up to a hundred
    megabytes of its buffers.
    """
    trim = _find_trim()
    if trim is not None:
        trim(0)


@functools.cache
def _find_trim() -> Callable[[int], int] | None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim if callable(trim) else None
