"""Functions of the database are those that the files say, on every instance that was migrated."""

from __future__ import annotations

import pytest
from django.db import connection

from superapp.core import sql_functions
from superapp.core.sql_functions import InstallFunctions
from tests.harness import sql_digests

digest = sql_functions.file_digest


def test_changed_file_of_functions_without_a_migration_is_refused(monkeypatch):
    as_it_is = sql_digests.changed_files()
    monkeypatch.setattr(sql_functions, "file_digest", lambda path: "another" if "contacts" in path else digest(path))

    assert "chat/sql/postgres_append.sql" in sql_digests.installed_digests()
    assert as_it_is == {}
    assert sql_digests.changed_files() == {"superapp/accounts/sql/postgres_contacts.sql": "another"}


@pytest.mark.served_only
def test_sql_functions_are_removed_and_restored_by_their_migration(real_db):
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
def test_tables_of_the_message_path_have_few_check_constraints(db):
    """PostgreSQL reads the words of every ``CHECK`` of a table anew for each statement that writes there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = ANY(%s::regclass[])",
            [["chat_message", "chat_conversation", "chat_member", "realtime_me"]],
        )
        rules = {name for (name,) in cursor.fetchall()}
    assert rules == {"chat_message_says_something", "chat_conversation_direct_has_key"}
