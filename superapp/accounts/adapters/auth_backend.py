"""Authentication backend that reads the session's user with a prepared statement, since every page needs it."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from superapp.accounts.models import User
from superapp.core import prepared


class SessionUserBackend(ModelBackend):
    """Django's model backend, reading the session's user with a prepared statement."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user with this primary key if they may log in, else None."""
        if connection.vendor != "postgresql":
            return super().get_user(user_id)
        rows = prepared.execute_deferred(_user_by_id(), [user_id])()
        user = User.from_db(connection.alias, _columns(), rows[0]) if rows else None
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _columns() -> tuple[str, ...]:
    return tuple(field.attname for field in User._meta.concrete_fields)


@cache
def _user_by_id() -> str:
    columns = ", ".join(f'"{field.column}"' for field in User._meta.concrete_fields)
    return f"SELECT {columns} FROM {User._meta.db_table} WHERE id = %s"  # noqa: S608  # Constant names.
