"""Limits of sessions at the console."""

from __future__ import annotations

from datetime import timedelta

IDLE_MAX = timedelta(minutes=15)
LENGTH_MAX = timedelta(hours=8)
# That a session is in use is noted at most this often.
TOUCH_INTERVAL = timedelta(minutes=1)
