"""``manage.py raise_epoch``: raise the epoch after the database was restored from a back-up."""

from __future__ import annotations

from typing import Any

from superapp.core import clock, epoch
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = "Raise the epoch, so that every client discards its cached state and syncs again. For use after a restore."

    def handle(self, *_args: Any, **_options: Any) -> None:
        was, now_is = epoch.raise_manually(clock.now())
        self.stdout.write(f"The epoch was {was} and is {now_is}. Every device reads afresh; nothing needs a restart.")
