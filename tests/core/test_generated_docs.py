"""The generated pages say what the code says, and codes that clients know never vanish."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from superapp import env
from superapp.core import generated_docs

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.mark.parametrize("name", ["settings.md", "errors.md", "events.md"])
def test_generated_page_is_up_to_date(name):
    assert (DOCS / name).read_text() == generated_docs.render_pages()[name]


def test_every_variable_that_was_read_is_on_the_page_of_settings():
    read = {variable.name for variable in env.declared_variables}

    assert "VAR_DIR" in read
    assert read <= {variable.name for variable in generated_docs.all_variables()}


def test_default_of_each_mode_is_shown():
    [public_url] = [variable for variable in generated_docs.all_variables() if variable.name == "PUBLIC_URL"]

    assert (public_url.embedded, public_url.served) == ("`http://localhost:{PORT}`", "**must be set**")


def test_generated_pages_contain_no_secret(settings):
    assert [name for name, page in generated_docs.render_pages().items() if settings.SECRET_KEY in page] == []


def test_every_error_is_on_the_page_of_errors():
    codes = [error.code for error in generated_docs.all_errors()]

    assert len(codes) > 20
    assert [code for code in codes if f"| `{code}` |" not in (DOCS / "errors.md").read_text()] == []


def test_removed_error_code_is_noticed(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    page = "| `chat.sent_by_pigeon` | 409 | No. | Never. |\n"
    (tmp_path / "docs" / "errors.md").write_text(page)

    with pytest.raises(CommandError, match="these are gone"):
        call_command("write_docs")

    assert (tmp_path / "docs" / "errors.md").read_text() == page


def test_outdated_page_is_reported_and_not_written_by_check(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match=r"docs/settings\.md is not what the code says"):
        call_command("write_docs", check=True)

    assert list((tmp_path / "docs").iterdir()) == []
