"""Catalog of the database guards (constraints and triggers) of angpao; see ``superapp.core.guards``."""

from __future__ import annotations

from pathlib import Path

from superapp.core import guards
from superapp.core.guards import GuardTrigger

SQL = Path(__file__).parent.parent / "sql"
GUARDED = ("packet", "slot")
TRIGGERS = (
    GuardTrigger("packet", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("packet", "begins_open", "BEFORE INSERT", "packet_opening_guard"),
    GuardTrigger("packet", "closed_once", "BEFORE UPDATE", "packet_guard"),
    GuardTrigger("slot", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("slot", "begins_unopened", "BEFORE INSERT", "slot_filling_guard"),
    GuardTrigger("slot", "opened_once", "BEFORE UPDATE", "slot_guard"),
    *(GuardTrigger(table, "not_truncated", "BEFORE TRUNCATE", "refuse", "is not truncated") for table in GUARDED),
)

_catalogue = guards.register_catalog("angpao", SQL, tables=GUARDED, triggers=TRIGGERS)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that reinstalls the guards; the last one of each migration of a guarded table."""

    app = "angpao"


install_guards = InstallGuards
