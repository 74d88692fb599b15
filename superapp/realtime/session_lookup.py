"""Session lookup of connecting sockets, in batches: sockets that arrive during one lookup share the next."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, connection

from superapp.core.batching import Batcher
from superapp.core.errors import DomainError, NotLoggedIn
from superapp.realtime import command_execution, registry
from superapp.realtime.registry import SessionState


def look_up_sessions(session_keys: Sequence[str]) -> list[SessionState | DomainError]:
    """Return the state of each session, or ``NotLoggedIn`` for an unknown one."""
    wanted = set(session_keys)
    try:
        found = _authenticate(wanted)
    except (DatabaseError, InterfaceError) as error:
        # The database is unavailable for all; asking again for each session would only delay them.
        return [command_execution.to_domain_error(error, "arrivals")] * len(session_keys)
    return [found.get(key) or NotLoggedIn() for key in session_keys]


def _authenticate(session_keys: set[str]) -> registry.SessionStates:
    had_connection = connection.connection is not None
    try:
        return registry.authenticate(session_keys)
    except (DatabaseError, InterfaceError):
        connection.close()
        if not had_connection:
            raise  # The pool was waited for already: a second wait would outlast the handshake.
        # The connection is kept between lookups, and may have ended since, e.g. by a restart of PostgreSQL.
        return registry.authenticate(session_keys)


session_lookups: Batcher[str, SessionState] = Batcher("arrivals", look_up_sessions)
