"""
How many files and connections a process may have open.

Linux lets a process begin with few (often 1,024) and raise that by itself, up to a limit that the operator sets.
Whoever holds thousands of lines does so: otherwise the thousandth visitor is the last one.
"""

from __future__ import annotations

import resource

# What the unit in docs/running.md asks for; beyond it nobody of ours needs any.
WANTED = 65_536


def raise_limit() -> int:
    """Let this process, and those that it starts, open as many as it wants or may; return how many that is."""
    now_is, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    may_be = WANTED if at_most == resource.RLIM_INFINITY else min(at_most, WANTED)
    if now_is == resource.RLIM_INFINITY or now_is >= may_be:
        return WANTED if now_is == resource.RLIM_INFINITY else now_is
    resource.setrlimit(resource.RLIMIT_NOFILE, (may_be, at_most))
    return may_be
