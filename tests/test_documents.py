"""What is written about the product: every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md")]
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)|\bsrc=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    # What stands in code is an example of a link, and no link.
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    targets = [first or second for first, second in LINK.findall(text)]

    dead = [
        target for target in targets if "://" not in target and not (page.parent / target.removesuffix("/")).exists()
    ]

    assert dead == []
