"""Every link in the documentation leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md")]
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)|\bsrc=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_documentation_links_resolve(page):
    # What stands in code is an example of a link, and no link.
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    targets = [first or second for first, second in LINK.findall(text)]

    dead = [
        target for target in targets if "://" not in target and not (page.parent / target.removesuffix("/")).exists()
    ]

    assert dead == []


def test_documented_metrics_exist():
    watched = set(re.findall(r"`(nusa_[a-z_]+)", (ROOT / "docs" / "running.md").read_text()))
    code = [
        path.read_text()
        for app in ("superapp", "chat", "payments", "peer_payments", "angpao", "shop")
        for path in (ROOT / app).rglob("*.py")
    ]
    # Some are made by name: of what is proved, and of the pool.
    declared = set(re.findall(r'"(nusa_[a-z_]+)"', "\n".join(code)))
    declared |= {f"nusa_{what}_findings" for what in ("ledger", "orders")}
    declared |= {f"nusa_database_{name}" for name in ("pool_size", "pool_available", "requests_waiting")}

    assert len(watched) > 12
    assert {name for name in watched if name not in declared and name.removesuffix("_total") not in declared} == set()
