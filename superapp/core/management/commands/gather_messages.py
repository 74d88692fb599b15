"""``manage.py gather_messages``: update the translation catalogs with all sentences."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from superapp.core import generated_docs, translation_catalogs


class Command(BaseCommand):
    help = "Update every app's translation catalogue, and list the messages without a translation."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for directory in generated_docs.own_app_directories():
            if not translation_catalogs.extract_from_app(directory):
                continue
            path = translation_catalogs.catalog_path(directory)
            catalogue = translation_catalogs.render_catalog(directory)
            if not path.exists() or path.read_bytes() != catalogue:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(catalogue)
                self.stdout.write(f"wrote {path}")
            for sentence in translation_catalogs.list_untranslated(directory):
                self.stdout.write(f"{directory.name}: not translated: {sentence.text}")
