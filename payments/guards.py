"""The catalogue of what the database itself refuses about money: see ``superapp.core.guards``."""

from __future__ import annotations

from pathlib import Path

from payments.rules import Rule
from superapp.core import guards
from superapp.core.guards import GuardsMissing, Watch, require

__all__ = [
    "GUARDED",
    "SQL",
    "GuardsMissing",
    "InstallGuards",
    "Watch",
    "install",
    "install_guards",
    "missing",
    "remove",
    "require",
]

SQL = Path(__file__).parent / "sql"
GUARDED = ("account", "journal", "transfer", "posting", "request", "inbox", "openhold", "refundable")

_catalogue = guards.catalogue(
    "payments",
    SQL,
    tables=GUARDED,
    further=("postgres_posting.sql",),
    foreign_keys={"transfer": ("payments_transfer_debit_asset", "payments_transfer_credit_asset")},
    triggered=Rule,
)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The last operation of every migration that touches a guarded table."""

    app = "payments"


install_guards = InstallGuards
