"""Looks at every page of the table on the demo world, and ends with 1 if anything at all is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness import demo_site
from tests.harness.browsers import launch_chromium


def main() -> int:
    with demo_site.running() as url:
        faults = list(_look(url, jar=Path(sys.argv[1])))
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{len(faults)} errors\n")
    return 1 if faults else 0


def _look(url: str, *, jar: Path) -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    from tests.web_check.markup import faults_of_markup
    from tests.web_check.pages import PAGES
    from tests.web_check.visit import Visitor

    texts: dict[str, str] = {}
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        visitor = Visitor(chromium, url)
        for page in PAGES:
            name = f"{page.path} ({page.number or 'a stranger'})"
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
            texts[name], faults = visitor.visit(page)
            yield from (f"{name}: {fault}" for fault in faults)
        chromium.close()
    yield from faults_of_markup(texts, jar=jar)


if __name__ == "__main__":
    sys.exit(main())
