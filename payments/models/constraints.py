"""A check constraint that PostgreSQL enforces by trigger."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class TriggeredCheck(models.CheckConstraint):
    """
    A CHECK on SQLite; on PostgreSQL a trigger of ``sql/postgres_guards.sql`` under the same name.

    PostgreSQL parses and plans every CHECK anew for each statement, which was about a quarter of the cost of a
    transfer. It caches the body of a trigger.
    """

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().constraint_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().create_sql(model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return None if is_triggered(schema_editor) else super().remove_sql(model, schema_editor)


def is_triggered(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Return whether this database enforces the constraints by triggers."""
    return bool(schema_editor.connection.vendor == "postgresql")
