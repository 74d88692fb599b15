"""One scene, photographed in a browser of its own."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from superapp.core import clock
from tests.harness.browsers import PHONE
from tests.screens import world
from tests.screens.scenes import Scene

LOCALES = {"id": "id-ID", "en": "en-GB"}
# Until what moves stands still.
SETTLED_MS = 500


def photograph(chromium: Browser, scene: Scene, url: str) -> bytes:
    """
    A picture of the scene as PNG. It fails on what nobody should see: an error of a module, a breach of policy, a page
    that is wider than its screen.
    """
    context = _context(chromium, scene, url)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(scene.address())
    page.wait_for_load_state("networkidle")
    if scene.letters:
        page.evaluate("(size) => document.documentElement.style.setProperty('font-size', size)", scene.letters)
    for prepare in scene.prepare:
        prepare(page, context)
    page.wait_for_timeout(SETTLED_MS)
    picture = page.screenshot()
    sideways_px = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert faults == [], f"{scene.file}: {faults}"
    assert sideways_px == 0, f"{scene.file} is {sideways_px} px too wide"
    return picture


def _context(chromium: Browser, scene: Scene, url: str) -> BrowserContext:
    context = chromium.new_context(
        base_url=url,
        viewport={"width": scene.size[0], "height": scene.size[1]},
        has_touch=scene.size == PHONE,
        is_mobile=scene.size == PHONE,
        color_scheme=scene.scheme,  # type: ignore[arg-type]  # One of Playwright's literals.
        locale=LOCALES[scene.language],
        timezone_id="Asia/Jakarta",
        reduced_motion="reduce",
    )
    if scene.number is not None:
        session_key = world.log_in(scene.number, language=scene.language, now=clock.now())
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": url}])
    return context
