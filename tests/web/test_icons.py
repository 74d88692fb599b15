"""Icons of templates are in the sprite: one that is not is drawn as nothing, and nobody is told."""

from __future__ import annotations

import re
from pathlib import Path

from superapp.web.brand_images import ICONS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("chat", "payments", "shop", "superapp")


def test_every_icon_that_a_template_names_is_in_the_sprite():
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for app in APPS
        for path in (ROOT / app).rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }

    assert len(named) > 50
    assert sorted((path, name) for path, name in named if name not in ICONS) == []
