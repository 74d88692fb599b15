"""
PostgreSQL as Django speaks it, except that a process asks once by itself before it fills a pool.

A pool that cannot connect tries again and again, writes a line each time, and says after three seconds no more than
that it had no connection. Whoever has just started a command wants to know at once which server was asked, and what it
answered. Later, in a process that has reached it before, the pool does what it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from superapp.core.machine_faults import DatabaseUnreachable, unreachable_postgres

# Of the first question alone, for each address of the host.
CONNECT_SECONDS_MAX = 5


class DatabaseWrapper(base.DatabaseWrapper):
    # Of the process: whether PostgreSQL has answered it yet.
    _has_answered = False
    # Django's own, which its stubs do not know.
    _connection_pools: ClassVar[dict[str, ConnectionPool[Any]]]
    _configure_connection: Callable[[psycopg.Connection[Any]], None]

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """The pool of this process, as Django makes it, except that one dead connection ends all that lie idle."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            # Several threads may make one: the first wins, and the others were never opened.
            self._connection_pools.setdefault(self.alias, self._make_pool(options))
        return self._connection_pools[self.alias]

    def _make_pool(self, options: dict[str, Any]) -> ConnectionPool[Any]:
        def check(connection: psycopg.Connection[Any]) -> None:
            """
            Try a connection before it is handed out.

            PostgreSQL that restarts ends all of them. The pool would try the idle ones one by one and wait in between,
            a second and then two: with four of them it says after three seconds that it has none.
            """
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                pool.drain()
                raise

        pool: ConnectionPool[Any] = ConnectionPool(
            kwargs={**self.get_connection_params(), "autocommit": True},
            open=False,
            configure=self._configure_connection,
            check=check,
            **options,
        )
        return pool

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
