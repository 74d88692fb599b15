"""Every template of the house compiles, whether or not a test happens to draw it."""

from __future__ import annotations

import pytest
from django.template.loader import get_template

from superapp.core import generated_docs

TEMPLATES = sorted(
    str(path.relative_to(app / "templates"))
    for app in generated_docs.own_app_directories()
    for path in (app / "templates").rglob("*")
    if path.is_file()
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name):
    get_template(name)
