"""Catalog of the database guards (constraints and triggers) of the shop; see ``superapp.core.guards``."""

from __future__ import annotations

from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from shop.domain.order_states import ALLOWED_TRANSITIONS
from superapp.core import guards

SQL = Path(__file__).parent.parent / "sql"
GUARDED = (
    "stock",
    "stockmove",
    "order",
    "orderevent",
    "orderline",
    "attempt",
    "ordercounter",
    "shipment",
    "reviewcase",
    "transition",
)


def _other_transitions(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the transitions that differ between the database's table and ``ALLOWED_TRANSITIONS``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, from_state, to_state, who FROM shop_transition")
        there = {tuple(row) for row in cursor.fetchall()}
    wanted = {tuple(move) for move in ALLOWED_TRANSITIONS}
    return [f"transition {' '.join(filter(None, row))}" for row in wanted ^ there]


_catalogue = guards.register_catalog("shop", SQL, tables=GUARDED, extra_check=_other_transitions)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that reinstalls the guards; the last one of each migration of a guarded table."""

    app = "shop"


install_guards = InstallGuards
