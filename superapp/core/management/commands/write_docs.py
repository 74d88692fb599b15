"""``manage.py write_docs``: write the pages of ``docs/`` that are generated from the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from superapp.core import generated_docs


class Command(BaseCommand):
    help = "Write docs/settings.md, docs/errors.md and docs/events.md from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        directory = settings.BASE_DIR / "docs"
        for name, page in generated_docs.render_pages().items():
            path = directory / name
            before = path.read_text() if path.exists() else ""
            if name == "errors.md" and (gone := generated_docs.find_removed_codes(before)):
                raise CommandError(f"Codes are frozen for ever, and these are gone: {', '.join(gone)}")
            if before != page and check:
                raise CommandError(f"docs/{name} is not what the code says; run `make docs`")
            if before != page:
                path.write_text(page)
                self.stdout.write(f"wrote docs/{name}")
