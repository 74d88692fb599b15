"""Migrations say what the models say, and every one has a way back."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from superapp.core import generated_docs
from superapp.core.models import Instance

OURS = [app.label for app in apps.get_app_configs() if app.path in map(str, generated_docs.own_app_directories())]


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.split("_")[0] in OURS}


def test_models_and_migrations_agree(db, capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=3)
    except SystemExit:
        pytest.fail(f"a migration is missing:\n{capsys.readouterr().out}")


@pytest.mark.timeout(120)
def test_migrations_can_be_undone_and_repeated(real_db):
    before = tables()

    for label in reversed(OURS):
        if apps.get_app_config(label).models_module:
            call_command("migrate", label, "zero", verbosity=0)
    between = tables()
    call_command("migrate", verbosity=0)

    assert len(before) > 8
    assert between == set()
    assert tables() == before
    assert Instance.objects.get().epoch == 1
