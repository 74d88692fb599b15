"""
PostgreSQL as Django speaks it, except that a process asks once by itself before it fills a pool.

A pool that cannot connect tries again and again, writes a line each time, and says after three seconds no more than
that it had no connection. Whoever has just started a command wants to know at once which server was asked, and what it
answered. Later, in a process that has reached it before, the pool does what it is for.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from superapp.core.machine_faults import DatabaseUnreachable, unreachable_postgres

# Of the first question alone, for each address of the host.
CONNECT_SECONDS_MAX = 5


class DatabaseWrapper(base.DatabaseWrapper):
    # Of the process: whether PostgreSQL has answered it yet.
    _has_answered = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not DatabaseWrapper._has_answered:
            self._ask_once(conn_params)
            DatabaseWrapper._has_answered = True
        return super().get_new_connection(conn_params)

    def _ask_once(self, conn_params: dict[str, Any]) -> None:
        """
        Connect and disconnect.

        :raises DatabaseUnreachable: if PostgreSQL does not let us in, whatever the reason
        """
        try:
            psycopg.connect(**{"connect_timeout": CONNECT_SECONDS_MAX, **conn_params}).close()
        except psycopg.OperationalError as error:
            sentence = unreachable_postgres(
                host=str(conn_params.get("host", "")), port=str(conn_params.get("port", "")), error=str(error)
            )
            raise DatabaseUnreachable(sentence) from error
