"""``manage.py write_docker``: write the container files that are generated from the table of processes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from superapp.core import docker_files


class Command(BaseCommand):
    help = "Write docker/compose.yaml and docker/env.example from the table of processes."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for path, text in docker_files.render_files().items():
            path.write_text(text)
            self.stdout.write(f"wrote {path}")
