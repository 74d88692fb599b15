"""
Django's PostgreSQL backend with two changes to its connection pool.

The first connection of a process is made without the pool: a pool that cannot connect retries, logs each attempt
and reports after three seconds only that it had no connection, while an operator needs to read at once which server
refused and why. And a pool that finds one dead connection closes all idle ones, so that a restart of PostgreSQL
causes no waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from superapp.core.infrastructure_errors import DatabaseUnreachable, describe_unreachable_postgres

# For the first connection only, for each address of the host.
CONNECT_SECONDS_MAX = 5


class DatabaseWrapper(base.DatabaseWrapper):
    # True once PostgreSQL has accepted a connection of this process.
    _has_answered = False
    # Attributes of Django that its stubs lack.
    _connection_pools: ClassVar[dict[str, ConnectionPool[Any]]]
    _configure_connection: Callable[[psycopg.Connection[Any]], None]

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """The pool of this process, built as Django builds it except for the check of connections."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            # Several threads may make one: the first is used, and the others are never opened.
            self._connection_pools.setdefault(self.alias, self._make_pool(options))
        return self._connection_pools[self.alias]

    def _make_pool(self, options: dict[str, Any]) -> ConnectionPool[Any]:
        def check(connection: psycopg.Connection[Any]) -> None:
            """
            Test a connection before it is handed out; if it is dead, close all idle ones.

            A restart of PostgreSQL breaks all connections. The pool tests idle ones one by one and waits one
            second, then two, in between, so that four dead ones exceed its timeout of three seconds.
            """
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.Error:
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
            self._require_reachable(conn_params)
            DatabaseWrapper._has_answered = True
        return super().get_new_connection(conn_params)

    def _require_reachable(self, conn_params: dict[str, Any]) -> None:
        """
        Connect to PostgreSQL and disconnect.

        :raises DatabaseUnreachable: if the connection fails, for any reason
        """
        try:
            psycopg.connect(**{"connect_timeout": CONNECT_SECONDS_MAX, **conn_params}).close()
        except psycopg.OperationalError as error:
            sentence = describe_unreachable_postgres(
                host=str(conn_params.get("host", "")), port=str(conn_params.get("port", "")), error=str(error)
            )
            raise DatabaseUnreachable(sentence) from error
