"""Draws the screens: starts the embedded server on the demo world, and photographs each scene."""

from __future__ import annotations

import sys
from io import BytesIO
from time import monotonic

from tests.harness import demo_site

FOLDER = demo_site.ROOT / "docs" / "screens"
BYTES_MAX = 6_000_000
WEBP_QUALITY = 82


def main() -> None:
    """Draw all scenes, or those whose files begin with what was said on the command line."""
    began = monotonic()
    with demo_site.running() as url:
        drawn = _draw(url, wanted=tuple(sys.argv[1:]))
    total = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    assert total <= BYTES_MAX, f"the pictures take {total} bytes"
    sys.stdout.write(f"{drawn} screens in {monotonic() - began:.0f} s, {total // 1000} kB\n")


def _draw(url: str, *, wanted: tuple[str, ...]) -> int:
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from tests.harness.browsers import launch_chromium
    from tests.screens.messenger import messenger_scenes
    from tests.screens.photograph import photograph
    from tests.screens.scenes import scenes

    FOLDER.mkdir(parents=True, exist_ok=True)
    drawn = 0
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        for scene in (*scenes(), *messenger_scenes()):
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
