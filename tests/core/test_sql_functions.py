"""Functions of the database are those that the files say, on every instance that was migrated."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from superapp.core import sql_functions
from superapp.core.sql_functions import InstallFunctions


def installed() -> dict[str, str]:
    """By file, the text for which the last migration that names it was written."""
    found = {}
    for _key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, InstallFunctions):
                found[operation.path] = operation.text
    return found


def test_a_changed_file_of_functions_comes_with_a_migration():
    texts = installed()

    assert set(texts) == {
        "chat/sql/postgres_append.sql",
        "chat/sql/postgres_append_one.sql",
        "chat/sql/postgres_preferences.sql",
        "superapp/accounts/sql/postgres_contacts.sql",
        "superapp/realtime/sql/postgres_advance.sql",
    }
    assert texts == {path: sql_functions.file_digest(path) for path in texts}


@pytest.mark.served_only
def test_functions_go_and_come_back_with_their_migration(real_db):
    path = "chat/sql/postgres_append.sql"
    operation = InstallFunctions(path, text=sql_functions.file_digest(path))
    older = InstallFunctions(path, text="of an older file")

    def is_there():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'chat_append'")
            return bool(cursor.fetchone()[0])

    seen = [is_there()]
    for step in (operation._remove, older._install, operation._install):
        with connection.schema_editor() as editor:
            step(None, editor)
        seen.append(is_there())

    assert seen == [True, False, False, True]


@pytest.mark.served_only
def test_what_every_message_writes_has_few_rules_in_words(db):
    """PostgreSQL reads the words of every ``CHECK`` of a table anew for each statement that writes there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = ANY(%s::regclass[])",
            [["chat_message", "chat_conversation", "chat_member", "realtime_me"]],
        )
        rules = {name for (name,) in cursor.fetchall()}
    assert rules == {"chat_message_says_something", "chat_conversation_direct_has_key"}
