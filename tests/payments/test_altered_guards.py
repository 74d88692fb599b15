"""Guards of PostgreSQL that are there and would let wrong through: nothing serves, and they are healed."""

from __future__ import annotations

import pytest
from django.db import connection

from payments.maintenance import guards
from superapp.core.guards import catalogs

pytestmark = pytest.mark.served_only


def anew(name: str, at: str, does: str, *, how: str = "FOR EACH ROW", kind: str = "TRIGGER") -> str:
    """A guard that is dropped, and made again to be there at these times, in this way, and do this."""
    table = "_".join(name.split("_")[:2])
    return (
        f"DROP TRIGGER {name} ON {table};"
        f"CREATE {kind} {name} {at} ON {table} {how} EXECUTE FUNCTION {does};"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    )


# A body that is right, and would still do wrong or let wrong through.
ALTERED = {
    "with the caller's power": ("ALTER FUNCTION payments_post(jsonb) SECURITY INVOKER", "payments_post"),
    "with its owner's power": ("ALTER FUNCTION payments_refuse() SECURITY DEFINER", "payments_refuse"),
    "on another search path": (
        "ALTER FUNCTION payments_post_one SET search_path = pg_temp, public",
        "payments_post_one",
    ),
    "on whichever search path": ("ALTER FUNCTION payments_roll(bigint, int) RESET search_path", "payments_roll"),
    "with a setting more": ("ALTER FUNCTION payments_account_guard() SET row_security = off", "payments_account_guard"),
    "answering from memory": ("ALTER FUNCTION payments_posting_guard() IMMUTABLE", "payments_posting_guard"),
    "with a newer look": ("ALTER FUNCTION payments_answered(text, text, text) VOLATILE", "payments_answered"),
    "of another owner": ("ALTER FUNCTION payments_post(jsonb) OWNER TO pg_database_owner", "payments_post"),
    "disabled": ("ALTER TABLE payments_posting DISABLE TRIGGER USER", "payments_posting_append_only"),
    "for no replica": (
        "ALTER TABLE payments_journal ENABLE TRIGGER payments_journal_append_only",
        "payments_journal_append_only",
    ),
    "calling another": (
        anew("payments_transfer_sound", "BEFORE INSERT", "suppress_redundant_updates_trigger()"),
        "payments_transfer_sound",
    ),
    "calling another of that name": (
        "CREATE SCHEMA elsewhere;"
        "CREATE FUNCTION elsewhere.payments_transfer_guard() RETURNS trigger LANGUAGE plpgsql"
        " AS $$BEGIN RETURN NEW; END$$;"
        + anew("payments_transfer_sound", "BEFORE INSERT", "elsewhere.payments_transfer_guard()"),
        "payments_transfer_sound",
    ),
    "on fewer occasions": (
        anew("payments_posting_append_only", "BEFORE DELETE", "payments_refuse('is append-only')"),
        "payments_posting_append_only",
    ),
    "for fewer columns": (
        anew("payments_account_identity", "BEFORE UPDATE OF id, code", "payments_account_identity_guard()"),
        "payments_account_identity",
    ),
    "for one column": (
        anew("payments_account_changes", "BEFORE UPDATE OF credits", "payments_account_guard()"),
        "payments_account_changes",
    ),
    "once a statement": (
        anew("payments_inbox_unchanged", "BEFORE UPDATE", "payments_refuse('')", how="FOR EACH STATEMENT"),
        "payments_inbox_unchanged",
    ),
    "when all is done": (
        anew(
            "payments_openhold_leaves_resolved",
            "AFTER DELETE",
            "payments_openhold_guard()",
            how="DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
            kind="CONSTRAINT TRIGGER",
        ),
        "payments_openhold_leaves_resolved",
    ),
    "on a condition": (
        anew("payments_transfer_sound", "BEFORE INSERT", "payments_transfer_guard()", how="FOR EACH ROW WHEN (false)"),
        "payments_transfer_sound",
    ),
    "on a condition of its own": (
        anew("payments_refundable_only_grows", "BEFORE UPDATE", "payments_refuse('')", how="FOR EACH ROW WHEN (false)"),
        "payments_refundable_only_grows",
    ),
    "for a replica alone": (
        "ALTER TABLE payments_account ENABLE REPLICA TRIGGER payments_account_changes",
        "payments_account_changes",
    ),
}


@pytest.mark.parametrize("how", ALTERED)
def test_altered_guard_is_named_and_repaired(how, db):
    statement, name = ALTERED[how]
    with connection.cursor() as cursor:
        cursor.execute(statement)

    with pytest.raises(guards.GuardsMissing, match=rf"(function|trigger \w+) {name}\b"):
        guards.require_all()

    guards.install(connection)
    guards.require_all()


def test_shadowing_function_is_named(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION payments_post(p text) RETURNS text LANGUAGE sql AS $$SELECT p$$")

    assert guards.missing(connection) == ["function payments_post"]


@pytest.mark.parametrize("app", catalogs)
def test_every_installed_trigger_is_checked(app, db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'trigger ' || c.relname || ' ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND starts_with(c.relname, %s)",
            [f"{app}_"],
        )
        there = {name for (name,) in cursor.fetchall()}

    catalogs[app].remove(connection)

    assert len(there) > 5
    assert {absent for absent in catalogs[app].missing(connection) if absent.startswith("trigger ")} == there


def test_posting_functions_are_not_executable_by_public(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc"
            " WHERE proname LIKE 'payments%' AND prosecdef"
        )
        anybody = dict(cursor.fetchall())

    assert len(anybody) == 6
    assert not any(anybody.values())
