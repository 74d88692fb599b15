"""Forms that pay are sent without leaving their page (``web/js/ui/kept_form.js``), on every page that says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in sorted(ROOT.glob("**/templates/**/*.html"))
    if ".venv" not in path.parts
}
FORM = re.compile(r"<form[^>]*data-keeps-trying.*?</form>", re.DOTALL)
BUTTON = re.compile(r"<button[^>]*>")
INCLUDED = re.compile(r'{% include "([^"]+)"')
FORMS = {name: FORM.findall(source) for name, source in TEMPLATES.items() if FORM.search(source)}
PAGES = [name for name, source in TEMPLATES.items() if '"web/_unknown.html"' in source]


def with_parts(source: str) -> str:
    """Return a part of a template, and what it includes."""
    parts = [text for part in INCLUDED.findall(source) for path, text in TEMPLATES.items() if path.endswith(part)]
    return "\n".join([source, *parts])


@pytest.mark.parametrize("name", FORMS)
def test_form_that_pays_has_a_button_without_a_name(name):
    # One with a name leads to another page: the form would be sent as any other, and a lost answer would leave nothing.
    for form in FORMS[name]:
        pays = [tag for tag in BUTTON.findall(with_parts(form)) if "name=" not in tag and 'type="button"' not in tag]
        assert pays, form


@pytest.mark.parametrize("name", PAGES)
def test_page_that_speaks_of_a_lost_answer_has_a_form_that_finds_it(name):
    assert "data-keeps-trying" in with_parts(TEMPLATES[name])


def test_there_are_such_forms():
    assert len(FORMS) > 3
    assert len(PAGES) > 5
