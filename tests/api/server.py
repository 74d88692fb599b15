"""``manage.py`` as it is, for somebody who may ask without end: a limit would answer in place of what is tried."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")

from django.core.management import execute_from_command_line

from superapp.realtime.rate_limits import command_throttle

command_throttle._burst = command_throttle._per_second = 1e12
execute_from_command_line(sys.argv)
