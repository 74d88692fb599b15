"""Catalog of the database guards of payments between people; see ``superapp.core.guards``."""

from __future__ import annotations

from pathlib import Path

from superapp.core import guards
from superapp.core.guards import GuardTrigger

SQL = Path(__file__).parent.parent / "sql"
GUARDED = ("moneyrequest", "billsplit", "occurrence")
TRIGGERS = (
    GuardTrigger("moneyrequest", "closed_once", "BEFORE UPDATE", "moneyrequest_guard"),
    GuardTrigger("billsplit", "unchanged", "BEFORE UPDATE", "billsplit_guard"),
    GuardTrigger("occurrence", "ended_once", "BEFORE UPDATE", "occurrence_guard"),
    *(GuardTrigger(table, "never_deleted", "BEFORE DELETE", "refuse", "is never deleted") for table in GUARDED),
    *(GuardTrigger(table, "not_truncated", "BEFORE TRUNCATE", "refuse", "is not truncated") for table in GUARDED),
)

_catalogue = guards.register_catalog("peer_payments", SQL, tables=GUARDED, triggers=TRIGGERS)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that reinstalls the guards; the last one of each migration of a guarded table."""

    app = "peer_payments"


install_guards = InstallGuards
