"""``manage.py reindex``: index everything that is searched anew."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from superapp.core import clock
from superapp.core.operator_command import OperatorCommand
from superapp.search.actions import indexing
from superapp.search.queries import index_states
from superapp.search.queries.collections import collections

PAUSE_SECONDS = 0.2


class Command(OperatorCommand):
    help = (
        "Index all that is searched anew, as after rows were changed by hand. Searches go on meanwhile, and say that"
        " something may be missing. A command that is interrupted is finished by the running instance."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("collection", nargs="*", help=f"{', '.join(sorted(collections))}; all, if none is named")

    def handle(self, *_args: Any, **options: Any) -> None:
        unknown = [name for name in options["collection"] if name not in collections]
        if unknown:
            raise CommandError(f"argument collection: '{unknown[0]}': it is one of {', '.join(sorted(collections))}")
        for name in options["collection"] or sorted(collections):
            indexing.begin_rebuilding(name)
            while not index_states.is_built(name):
                # The running instance builds it, too, and may just be doing so.
                if not indexing.continue_building(name, now=clock.now()):
                    time.sleep(PAUSE_SECONDS)
            self.stdout.write(f"{name}: indexed")
