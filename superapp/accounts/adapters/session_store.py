"""Database session store that reads with a prepared statement, since every page begins with that read."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection

from superapp.core import prepared

_OPEN_SESSION = """
    SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > now()
"""


class SessionStore(db.SessionStore):
    """Django's database session store, reading with a prepared statement."""

    def _get_session_from_db(self) -> Session | None:
        if connection.vendor != "postgresql":
            found: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # Not in the stubs.
            return found
        rows = prepared.execute_deferred(_OPEN_SESSION, [self.session_key])()
        if rows:
            return Session.from_db(connection.alias, ("session_key", "session_data", "expire_date"), rows[0])
        self._session_key = None
        return None
