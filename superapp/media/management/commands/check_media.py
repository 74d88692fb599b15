"""``manage.py check_media``: check that the storage has the files of all pictures, and print what is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from superapp.core.operator_command import OperatorCommand, refusals
from superapp.media import queries
from superapp.media.maintenance import file_check


class Command(OperatorCommand):
    help = (
        "Check that the files of all pictures are in the storage (photos of messages, avatars, and photos of shops),"
        " and list each that is missing. For use after a restore, and after a move to another storage. Changes"
        " nothing. Exits with 1 if a file is missing."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = 0
        with refusals({}):
            for missing in file_check.find_missing():
                self.stderr.write(str(missing))
                count += 1
        if count:
            raise CommandError(f"{count} of {queries.count_ready()} pictures lack a file.")
        self.stdout.write(f"All files of {queries.count_ready()} pictures are there.")
