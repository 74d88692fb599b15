"""People at browsers, and the processes that serve them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, sync_playwright

from tests.harness.databases import ClonedDatabase
from tests.harness.network import is_here
from tests.harness.running_site import Site
from tests.harness.servers import find

PHONE = (390, 844)
DESK = (1440, 900)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# What a page measures depends on its letters, so no browser of the tests sees others than these.
FONTS = Path(__file__).with_name("fonts.conf")
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`))
"""


def launch_chromium(playwright: Playwright, *, arguments: Sequence[str] = ()) -> Chromium:
    """Start a headless Chromium that sees the fonts of ``fonts.conf`` and no other host."""
    return playwright.chromium.launch(
        executable_path=find("chromium"),
        args=[*CHROMIUM_ARGUMENTS, *arguments],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
    )


_has_failed = pytest.StashKey[bool]()


class Browser:
    """
    A Chromium in which several people are logged in, each with cookies of their own.

    Whatever should never happen is a fault: an error in the console, a breach of the content security policy, a request
    to another host. The test fails when one happened that it did not ``forgive``.
    """

    def __init__(self, playwright: Playwright, *, arguments: Sequence[str] = ()) -> None:
        self.chromium = launch_chromium(playwright, arguments=arguments)
        self._forgiven: list[re.Pattern[str]] = []
        self.contexts: dict[str, BrowserContext] = {}
        self.faults: list[str] = []

    def person(
        self,
        name: str,
        url: str,
        *,
        size: tuple[int, int] = PHONE,
        language: str = "id",
        scheme: str = "light",
        **options: Any,
    ) -> Page:
        """A page of this person's own browser; the first call decides what device it is."""
        context = self.contexts.get(name)
        if context is None:
            context = self.contexts[name] = self.chromium.new_context(
                base_url=url,
                viewport={"width": size[0], "height": size[1]},
                has_touch=size == PHONE,
                locale={"id": "id-ID", "en": "en-GB"}[language],
                timezone_id="Asia/Jakarta",
                color_scheme=scheme,  # type: ignore[arg-type]  # One of Playwright's literals.
                **options,
            )
            context.add_init_script(REPORT_VIOLATIONS)
            context.set_default_timeout(10_000)
            self._watch(name, context)
        return context.new_page()

    def forgive(self, pattern: str) -> None:
        """Expect faults that match: a server that was killed on purpose leaves lines in the console."""
        self._forgiven.append(re.compile(pattern))

    @property
    def unforgiven(self) -> list[str]:
        return [fault for fault in self.faults if not any(pattern.search(fault) for pattern in self._forgiven)]

    def close(self) -> None:
        self.chromium.close()

    def _watch(self, name: str, context: BrowserContext) -> None:
        def console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.faults.append(f"{name}: console: {message.text} ({message.location.get('url', '')})")

        def request(made: Request) -> None:
            address = urlsplit(made.url)
            if address.scheme not in ("data", "blob") and not is_here(address.hostname or ""):
                self.faults.append(f"{name}: asked another host: {made.url}")

        context.on("console", console)
        context.on("weberror", lambda error: self.faults.append(f"{name}: {error.error}"))
        context.on("request", request)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:  # type: ignore[attr-defined]  # What a wrapper's yield returns has no type.
        item.stash[_has_failed] = True
    return report


@pytest.fixture
def chromium_arguments() -> Sequence[str]:
    """More arguments of the command line, for tests that need a camera."""
    return ()


@pytest.fixture
def browser(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, chromium_arguments: Sequence[str]
) -> Iterator[Browser]:
    """A Chromium for several people: ``browser.person("ana", site.url)``."""
    # Playwright keeps an event loop on this thread; Django would take our queries for a coroutine's.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = Browser(playwright, arguments=chromium_arguments)
        try:
            yield browser
            if request.node.stash.get(_has_failed, False):
                _picture(browser, tmp_path)
        finally:
            browser.close()
    assert browser.unforgiven == []


def _picture(browser: Browser, directory: Any) -> None:
    for name, context in browser.contexts.items():
        for number, page in enumerate(context.pages):
            path = directory / f"{name}-{number}.png"
            page.screenshot(path=path)
            print(f"{name} saw {page.url}: {path}")  # For whoever reads why the test failed.


@pytest.fixture
def make_site(real_db: ClonedDatabase) -> Iterator[Callable[..., Site]]:
    """Start the product on the test's database: ``site = make_site(web_processes=2)``. It is gone after the test."""
    sites: list[Site] = []

    def make(**options: Any) -> Site:
        site = Site(real_db, **options)
        sites.append(site)
        site.start()
        return site

    yield make
    for site in sites:
        site.stop()
        for process in site.processes:
            print(f"--- {process.name}\n{process.log[-4_000:]}")


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """The product, running on the test's database."""
    return make_site()
