"""
Command ``grant_app_role``: grant a PostgreSQL role what the application needs, without write access to the ledger's
tables.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection, transaction

from payments.maintenance import guards
from superapp.core.operator_command import OperatorCommand

FUNCTIONS = (
    "payments_post",
    "payments_post_one",
    "payments_answered",
    "payments_refuse_request",
    "payments_roll",
)


class Command(OperatorCommand):
    help = (
        "Grant an existing PostgreSQL role the privileges of the running product: it can read the ledger and post"
        " through its functions, but cannot write its tables or disable a guard. Run it as the owner after every"
        " migration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    def handle(self, *_args: Any, role: str, **_options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; an embedded instance belongs to whoever owns its file.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                raise CommandError(
                    f"argument role: '{role}': PostgreSQL has no such role; make it with createuser first."
                )
        name = connection.ops.quote_name(role)
        ledger = ", ".join(f"payments_{table}" for table in guards.GUARDED)
        appended, closed = (
            ", ".join(f"payments_{table}" for table in tables)
            for tables in (guards.APPENDED, (*guards.CLOSED, *guards.CHOSEN))
        )
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (
                f"GRANT USAGE ON SCHEMA public TO {name}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
                f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {ledger} FROM {name}",
                f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
                # Needed to open and freeze accounts and to set ceilings; triggers guard the other columns.
                f"GRANT INSERT, UPDATE (status, ceiling, version) ON payments_account TO {name}",
                # The cap of a closed loop follows the settings; triggers count what is owed.
                f"GRANT UPDATE (cap) ON payments_issuedmoney TO {name}",
                f"GRANT INSERT ON {appended} TO {name}",
                f"GRANT INSERT, UPDATE ON {closed} TO {name}",
                f"GRANT EXECUTE ON FUNCTION {', '.join(FUNCTIONS)} TO {name}",
            ):
                cursor.execute(statement)
        self.stdout.write(f"{role} may run the product and cannot touch the ledger's tables or guards.")
