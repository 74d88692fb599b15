"""Draws the screens: starts the embedded server on the demo world, and photographs each scene."""

from __future__ import annotations

import os
import sys
import tempfile
from io import BytesIO, StringIO
from pathlib import Path
from time import monotonic

from tests.harness.ports import free_port
from tests.harness.servers import Process

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screens"
BYTES_MAX = 6_000_000
WEBP_QUALITY = 82


def main() -> None:
    """Draw all scenes, or those whose files begin with what was said on the command line."""
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="screens-") as var_dir:
        port = free_port()
        os.environ |= {
            "VAR_DIR": var_dir,
            "PORT": str(port),
            "PUBLIC_URL": f"http://localhost:{port}",
            "DJANGO_SETTINGS_MODULE": "superapp.settings",
            # Playwright keeps a loop on this thread, which Django would take for ours.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        _make_world()
        server = _server(port, Path(var_dir))
        server.start()
        try:
            drawn = _draw(f"http://localhost:{port}", wanted=tuple(sys.argv[1:]))
        finally:
            server.stop()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    assert total <= BYTES_MAX, f"the pictures take {total} bytes"
    sys.stdout.write(f"{drawn} screens in {monotonic() - began:.0f} s, {total // 1000} kB\n")


def _make_world() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from superapp.core import clock
    from tests.screens import world

    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0, stdout=StringIO())
    world.make_odd_people(now=clock.now())


def _server(port: int, var_dir: Path) -> Process:
    from tests.harness.site import answers

    url = f"http://localhost:{port}"
    return Process(
        "serve",
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        log_path=var_dir / "serve.log",
        is_ready=lambda: answers(url),
        env=dict(os.environ),
        cwd=ROOT,
    )


def _draw(url: str, *, wanted: tuple[str, ...]) -> int:
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from tests.harness.people import CHROMIUM_ARGUMENTS
    from tests.harness.servers import find
    from tests.screens.photograph import photograph
    from tests.screens.scenes import scenes

    FOLDER.mkdir(parents=True, exist_ok=True)
    drawn = 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find("chromium"), args=CHROMIUM_ARGUMENTS)
        for scene in scenes():
            if wanted and not scene.file.startswith(wanted):
                continue
            picture = photograph(chromium, scene, url)
            Image.open(BytesIO(picture)).convert("RGB").save(
                FOLDER / scene.file, "WEBP", quality=WEBP_QUALITY, method=6
            )
            sys.stdout.write(f"{scene.file}\n")
            sys.stdout.flush()
            drawn += 1
        chromium.close()
    return drawn


if __name__ == "__main__":
    main()
