"""Looking up who connects: all who come while one look is under way are looked up together by the next."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, connection

from superapp.core.batching import Batcher
from superapp.core.errors import DomainError, NotLoggedIn
from superapp.realtime import registry, serving
from superapp.realtime.registry import Welcome


def look(session_keys: Sequence[str]) -> list[Welcome | DomainError]:
    """Whose each of these sessions is; ``NotLoggedIn`` for a stranger."""
    wanted = set(session_keys)
    try:
        found = _found(wanted)
    except (DatabaseError, InterfaceError) as error:
        # It is away for everybody; asking once more for each of them would keep all of them waiting.
        return [serving.refusal(error, "arrivals")] * len(session_keys)
    return [found.get(key) or NotLoggedIn() for key in session_keys]


def _found(session_keys: set[str]) -> registry.Welcomes:
    try:
        return registry.welcomes(session_keys)
    except (DatabaseError, InterfaceError):
        # The connection is kept from look to look, and may have ended since, as when PostgreSQL was started anew.
        connection.close()
        return registry.welcomes(session_keys)


arrivals: Batcher[str, Welcome] = Batcher("arrivals", look)
