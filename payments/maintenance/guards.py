"""Registration of the database guards of payments (see ``superapp.core.guards``)."""

from __future__ import annotations

from pathlib import Path

from payments.models.constraints import TriggeredCheck
from superapp.core import guards
from superapp.core.guards import GuardMonitor, GuardsMissing, require_all

__all__ = [
    "GUARDED",
    "SQL",
    "GuardMonitor",
    "GuardsMissing",
    "InstallGuards",
    "install",
    "install_guards",
    "missing",
    "remove",
    "require_all",
]

SQL = Path(__file__).parent.parent / "sql"
GUARDED = ("account", "journal", "transfer", "posting", "request", "inbox", "openhold", "refundable")

_catalogue = guards.register_catalog(
    "payments",
    SQL,
    tables=GUARDED,
    extra_files=("postgres_posting.sql",),
    foreign_keys={"transfer": ("payments_transfer_debit_asset", "payments_transfer_credit_asset")},
    trigger_rules=TriggeredCheck,
)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that installs the guards; the last one of each migration that touches a guarded table."""

    app = "payments"


install_guards = InstallGuards
