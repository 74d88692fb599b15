"""Constraints on single rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class TriggeredCheck(models.CheckConstraint):
    """
    A CHECK on SQLite; on PostgreSQL a trigger of ``sql/postgres_guards.sql`` under the same name.

    PostgreSQL reads and plans the text of every CHECK anew for each statement, and that was about a quarter of what a
    transfer cost. The body of a trigger it keeps.
    """

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().constraint_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().create_sql(model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().remove_sql(model, schema_editor)


def is_triggered(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Return whether this database enforces the rules by triggers."""
    return bool(schema_editor.connection.vendor == "postgresql")
