"""Icons that are named are in the sprite: one that is not is drawn as nothing, and nobody is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from superapp.web.brand_images import ICONS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("angpao", "chat", "payments", "peer_payments", "shop", "superapp")


@pytest.mark.parametrize(
    ("files", "pattern", "at_least"),
    [("*.html", r'{% icon "([^"]+)"', 50), ("*.py", r'\bicon(?:_\w+)?"?[=:] ?"([a-z0-9-]+)"', 10)],
)
def test_every_used_icon_is_in_the_sprite(files, pattern, at_least):
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for app in APPS
        for path in (ROOT / app).rglob(files)
        for name in re.findall(pattern, path.read_text())
    }

    assert len(named) > at_least
    assert sorted((path, name) for path, name in named if name not in ICONS) == []
