"""The template that is kept between runs is another one as soon as anything that it is made of is another."""

from __future__ import annotations

import pytest

from tests.harness import kept

MADE_OF = [
    "payments/migrations/0001_initial.py",
    "payments/sql/postgres_guards.sql",
    "payments/models/accounts.py",
    "payments/maintenance/guards.py",
    "superapp/core/sql_functions.py",
    "superapp/core/management/commands/migrate.py",
    "tests/harness/databases.py",
    "tests/harness/kept.py",
    "superapp/settings.py",
    "tests/fixtures/regions.tsv",
    "chat/domain/enums.py",
]
NOT_MADE_OF = ["payments/pages/wallet.py", "chat/endpoints/socket.py", "shop/actions/orders.py"]


@pytest.fixture
def tree(tmp_path):
    for name in [*MADE_OF, *NOT_MADE_OF, "requirements/base.lock"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    return tmp_path


def digest(tree):
    return kept.digest(tree, kept.sources_of_template(tree))


@pytest.mark.parametrize("name", [*MADE_OF, "requirements/base.lock"])
def test_change_of_a_source_of_the_template_makes_a_new_one(tree, name):
    before = digest(tree)

    (tree / name).write_text("another")

    assert digest(tree) != before


def test_added_or_removed_source_file_makes_a_new_template(tree):
    before = digest(tree)
    (tree / "payments/migrations/0002_more.py").write_text("")
    with_more = digest(tree)
    (tree / MADE_OF[0]).unlink()

    assert len({before, with_more, digest(tree)}) == 3


@pytest.mark.parametrize("name", NOT_MADE_OF)
def test_change_of_a_page_or_an_action_keeps_the_template(tree, name):
    before = digest(tree)

    (tree / name).write_text("another")

    assert digest(tree) == before


def test_other_database_version_makes_a_new_template(tree):
    sources = kept.sources_of_template(tree)

    assert kept.digest(tree, sources, "16.1") != kept.digest(tree, sources, "16.2")
