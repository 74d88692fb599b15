"""Ending together with the process that started this one."""

from __future__ import annotations

import os


def end_with_stdin() -> None:
    """Wait until standard input is closed, and end this process: a parent that is killed cannot say so itself."""
    while os.read(0, 1024):
        pass
    os._exit(0)
