"""
The limit of open files and connections of a process, and how to raise it.

Linux starts a process with a low soft limit (often 1,024), which the process may raise up to the hard limit that
the operator sets. Processes with thousands of sockets do so; otherwise they would refuse connections beyond the
limit.
"""

from __future__ import annotations

import resource

# LimitNOFILE of the systemd unit in docs/running.md; no process needs more.
OPEN_FILES_WANTED = 65_536


def raise_limit() -> int:
    """Raise the soft limit of this process and its children, and return the resulting limit, in files."""
    now_is, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    may_be = OPEN_FILES_WANTED if at_most == resource.RLIM_INFINITY else min(at_most, OPEN_FILES_WANTED)
    if now_is == resource.RLIM_INFINITY or now_is >= may_be:
        return OPEN_FILES_WANTED if now_is == resource.RLIM_INFINITY else now_is
    resource.setrlimit(resource.RLIMIT_NOFILE, (may_be, at_most))
    return may_be
