"""Registration of the database guards of the console (see ``superapp.core.guards``)."""

from __future__ import annotations

from pathlib import Path

from superapp.core import guards
from superapp.core.guards import GuardTrigger

SQL = Path(__file__).parent.parent / "sql"
GUARDED = ("auditentry", "proposal")
TRIGGERS = (
    GuardTrigger("auditentry", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("proposal", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("proposal", "begins_open", "BEFORE INSERT", "proposal_opening_guard"),
    GuardTrigger("proposal", "decided_once", "BEFORE UPDATE", "proposal_guard"),
    *(GuardTrigger(table, "not_truncated", "BEFORE TRUNCATE", "refuse", "is not truncated") for table in GUARDED),
)

_catalogue = guards.register_catalog("console", SQL, tables=GUARDED, triggers=TRIGGERS)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that installs the guards; the last one of each migration that touches a guarded table."""

    app = "console"
