"""
Database session store that reads with a prepared statement, since every page begins with that read.

It does not take a database that cannot be written for a session that is gone.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection

from superapp.core import infrastructure_errors, prepared

_OPEN_SESSION = """
    SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > now()
"""


class SessionStore(db.SessionStore):
    """Django's database session store, reading with a prepared statement."""

    def save(self, must_create: bool = False) -> None:
        """
        Save the session.

        :raises UpdateError: if it was deleted meanwhile, as by a log-out in another window
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django says so of every error of the database, and answers that the request was malformed.
            if isinstance(error.__context__, Exception) and infrastructure_errors.is_passing(error.__context__):
                raise error.__context__ from None
            raise

    def _get_session_from_db(self) -> Session | None:
        if connection.vendor != "postgresql":
            found: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # Not in the stubs.
            return found
        rows = prepared.execute_deferred(_OPEN_SESSION, [self.session_key])()
        if rows:
            return Session.from_db(connection.alias, ("session_key", "session_data", "expire_date"), rows[0])
        self._session_key = None
        return None
