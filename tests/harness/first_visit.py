"""A page opened by a phone that was never here: how much it asks for, and when something is first to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, CDPSession

# At 0.8 Mbit/s, with 300 ms to the server and back, and a processor six times slower than this one.
LINE = {"offline": False, "latency": 300, "downloadThroughput": 100_000, "uploadThroughput": 100_000}
PROCESSOR_SLOWER = 6
# What a page asks for once it is ready, such as pictures that have come into sight.
SETTLED_MS = 700
PAINTED = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime'


@dataclass
class Visit:
    """Requests that one page made, by their ids. ``bytes_of`` is what came over the line, headers too."""

    kinds: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    bytes_of: dict[str, int] = field(default_factory=dict)
    painted_ms: float = 0.0

    @property
    def requests(self) -> int:
        return len(self.kinds)

    @property
    def script_bytes(self) -> int:
        return sum(self.bytes_of.get(asked, 0) for asked, kind in self.kinds.items() if kind == "Script")

    @property
    def all_bytes(self) -> int:
        return sum(self.bytes_of.values())

    def __str__(self) -> str:
        lines = [
            f"{kind:12} {self.bytes_of.get(asked, 0):8} {self.addresses[asked]}" for asked, kind in self.kinds.items()
        ]
        return "\n".join(lines)


def visit(
    chromium: Browser, url: str, path: str, session_key: str, *, at_rest: str = "html", is_slow: bool = False
) -> Visit:
    """Open a page with an empty cache, and count until it is loaded and something matches the selector ``at_rest``."""
    context = chromium.new_context(
        base_url=url, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="id-ID"
    )
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": url}])
    page = context.new_page()
    session = context.new_cdp_session(page)
    found = Visit()
    _listen(session, found)
    if is_slow:
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR_SLOWER})
    page.goto(path, wait_until="load", timeout=60_000)
    page.wait_for_selector(at_rest, state="attached", timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    found.painted_ms = page.evaluate(PAINTED)
    context.close()
    return found


def _listen(session: CDPSession, found: Visit) -> None:
    def asked(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            found.kinds[event["requestId"]] = event.get("type", "Other")
            found.addresses[event["requestId"]] = event["request"]["url"]

    def done(event: dict[str, Any]) -> None:
        found.bytes_of[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", done)
    session.send("Network.enable")
