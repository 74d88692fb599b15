"""The demo world, running: the embedded product on a throw-away data directory, for whoever looks at its pages."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from tests.harness.ports import free_port
from tests.harness.servers import Process

# Beside other work on the machine the imports alone may take a minute.
READY_SECONDS_MAX = 180
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running() -> Iterator[str]:
    """Make the demo world and some odd people, serve it inside the block, and say where. Django is set up after it."""
    with tempfile.TemporaryDirectory(prefix="demo-site-") as var_dir:
        url = f"http://localhost:{(port := free_port())}"
        os.environ |= {
            "VAR_DIR": var_dir,
            # One person opens every page here, as fast as it can.
            "READ_TOKENS_PER_SECOND": "1000000",
            "PORT": str(port),
            "PUBLIC_URL": url,
            "DJANGO_SETTINGS_MODULE": "superapp.settings",
            # Playwright keeps a loop on this thread, which Django would take for ours.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        _make_world()
        server = _server(url, port, Path(var_dir))
        server.start()
        try:
            yield url
        finally:
            server.stop()


def _make_world() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from superapp.core import clock
    from tests.screens import world

    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0, stdout=StringIO())
    world.make_odd_people(now=clock.now())


def _server(url: str, port: int, var_dir: Path) -> Process:
    from tests.harness.running_site import answers

    return Process(
        "serve",
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        log_path=var_dir / "serve.log",
        is_ready=lambda: answers(url),
        env=dict(os.environ),
        cwd=ROOT,
        ready_seconds_max=READY_SECONDS_MAX,
    )
