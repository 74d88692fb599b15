"""``python -m bench.manage_with_gc COMMAND …``: ``manage.py COMMAND …`` that collects garbage on SIGUSR1."""

from __future__ import annotations

import gc
import signal
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # Whether memory comes back must not hang on when Python would have looked by itself.
    signal.signal(signal.SIGUSR1, lambda *_: gc.collect())
    execute_from_command_line(["manage.py", *sys.argv[1:]])
