"""A page in a browser: its text, what axe minds, and where its links lead."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urldefrag, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from superapp.core import clock
from tests.harness.browsers import DESK, PHONE
from tests.screens import world
from tests.web_check.pages import Page
from tests.web_check.structured import faults_of_structure

# All its rules. It may not fetch our style sheets by itself: it would ask for them at wrong addresses.
AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}
COLOURS_CHANGE_MS = 300
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ADDRESSES = """() => [...document.querySelectorAll("[href], [src]")]
  .map((one) => one.getAttribute("href") ?? one.getAttribute("src"))"""


class Visitor:
    """A visitor of pages, one browser for each person, that remembers what was reached."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium = chromium
        self._url = url
        self._contexts: dict[str | None, BrowserContext] = {}
        self._reached: dict[tuple[str | None, str], int] = {}

    def visit(self, page: Page) -> tuple[str, list[str]]:
        """The text that the server sent, and what is wrong with it, its markup aside."""
        context = self._of(page.number)
        answer = context.request.get(page.path)
        text = answer.text()
        tab = context.new_page()
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(f"script: {error}"))
        tab.goto(page.path)
        tab.wait_for_load_state("networkidle")
        if answer.status != page.status:
            faults.append(f"is answered with {answer.status}")
        faults += [f"structured data: {fault}" for fault in faults_of_structure(text, kinds=page.kinds)]
        faults += self._faults_of_links(page, tab)
        # Last: it writes into the page.
        faults += _faults_of_use(tab)
        tab.close()
        return text, faults

    def _of(self, number: str | None) -> BrowserContext:
        context = self._contexts.get(number)
        if context is None:
            context = self._contexts[number] = self._chromium.new_context(
                base_url=self._url,
                viewport={"width": PHONE[0], "height": PHONE[1]},
                locale="id-ID",
                timezone_id="Asia/Jakarta",
                bypass_csp=True,  # For axe, which tries styles on; that pages keep their policy is tested elsewhere.
            )
            if number is not None:
                session = world.log_in(number, language="id", now=clock.now())
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self._url}])
        return context

    def _faults_of_links(self, page: Page, tab: Tab) -> list[str]:
        faults = []
        for address in sorted(set(tab.evaluate(ADDRESSES))):
            absolute, fragment = urldefrag(tab.evaluate("(a) => new URL(a, document.baseURI).href", address))
            parts = urlsplit(absolute)
            if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != self._url:
                continue
            if absolute == urldefrag(tab.url)[0]:
                if fragment and not _has(tab, fragment):
                    faults.append(f"link: {address} leads to nothing on this page")
            elif (status := self._status(page.number, absolute)) >= 400:
                faults.append(f"link: {address} leads to {status}")
        return faults

    def _status(self, number: str | None, address: str) -> int:
        """Asked once: another page of the same person may lead there, too."""
        key = (number, address)
        if key not in self._reached:
            self._reached[key] = self._of(number).request.get(address).status
        return self._reached[key]


def _has(tab: Tab, fragment: str) -> bool:
    return bool(tab.evaluate("(id) => document.getElementById(id) !== null", fragment))


def _faults_of_use(tab: Tab) -> list[str]:
    """On a phone and on a desk, by day and by night."""
    faults = []
    for look, (width, height) in {"phone": PHONE, "desk": DESK}.items():
        tab.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            tab.wait_for_timeout(COLOURS_CHANGE_MS)
            violations: list[dict[str, Any]] = Axe().run(tab, options=AXE_OPTIONS).response["violations"]
            faults += [
                f"axe: {look}, {scheme}: {one['id']}: {node['html'][:160]}"
                for one in violations
                for node in one["nodes"]
            ]
    return faults
