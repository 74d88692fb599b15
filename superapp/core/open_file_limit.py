"""
Raise the limit of open files and connections of a process.

Linux starts a process with a low soft limit (often 1,024), which it may raise itself up to the hard limit that the
operator sets. Processes that hold thousands of sockets do so; otherwise they would refuse visitors beyond the first.
"""

from __future__ import annotations

import resource

# LimitNOFILE of the systemd unit in docs/running.md; no process needs more.
OPEN_FILES_WANTED = 65_536


def raise_limit() -> int:
    """Raise the soft limit of this process and its children; return the limit that holds, in files."""
    now_is, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    may_be = OPEN_FILES_WANTED if at_most == resource.RLIM_INFINITY else min(at_most, OPEN_FILES_WANTED)
    if now_is == resource.RLIM_INFINITY or now_is >= may_be:
        return OPEN_FILES_WANTED if now_is == resource.RLIM_INFINITY else now_is
    resource.setrlimit(resource.RLIMIT_NOFILE, (may_be, at_most))
    return may_be
