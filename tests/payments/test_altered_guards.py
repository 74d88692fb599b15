"""Guards of PostgreSQL that are there and would let wrong through: nothing serves, and they are healed."""

from __future__ import annotations

import pytest
from django.db import connection

from payments import guards

pytestmark = pytest.mark.served_only

REMADE = (
    "CREATE OR REPLACE TRIGGER payments_transfer_sound BEFORE INSERT ON payments_transfer FOR EACH ROW {};"
    "ALTER TABLE payments_transfer ENABLE ALWAYS TRIGGER payments_transfer_sound"
)
# A body that is right, and would still do wrong or let wrong through.
ALTERED = {
    "with the caller's power": ("ALTER FUNCTION payments_post(jsonb) SECURITY INVOKER", "payments_post"),
    "with its owner's power": ("ALTER FUNCTION payments_refuse() SECURITY DEFINER", "payments_refuse"),
    "on another search path": (
        "ALTER FUNCTION payments_post_one(jsonb) SET search_path = pg_temp, public",
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
        REMADE.format("EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
        "payments_transfer_sound",
    ),
    "on a condition": (
        REMADE.format("WHEN (false) EXECUTE FUNCTION payments_transfer_guard()"),
        "payments_transfer_sound",
    ),
    "for a replica alone": (
        "ALTER TABLE payments_account ENABLE REPLICA TRIGGER payments_account_changes",
        "payments_account_changes",
    ),
}


@pytest.mark.parametrize("how", ALTERED)
def test_guard_that_is_there_and_altered_is_named_and_healed(how, db):
    statement, name = ALTERED[how]
    with connection.cursor() as cursor:
        cursor.execute(statement)

    with pytest.raises(guards.GuardsMissing, match=rf"(function|trigger \w+) {name}\b"):
        guards.require()

    guards.install(connection)
    guards.require()


def test_function_that_a_call_might_find_instead_is_named(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION payments_post(p text) RETURNS text LANGUAGE sql AS $$SELECT p$$")

    assert guards.missing(connection) == ["function payments_post"]
