"""Catalog of the database guards (constraints and triggers) of the shop; see ``superapp.core.guards``."""

from __future__ import annotations

from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from shop.domain.order_states import ALLOWED_TRANSITIONS
from superapp.core import guards
from superapp.core.guards import GuardTrigger

SQL = Path(__file__).parent.parent / "sql"
GUARDED = (
    "product",
    "variant",
    "pricechange",
    "stock",
    "stockmove",
    "order",
    "orderevent",
    "orderline",
    "attempt",
    "ordercounter",
    "shipment",
    "reviewcase",
    "dispute",
    "pendingpurchase",
    "trackedparcel",
    "checkpoint",
    "transition",
)
# No trigger has a WHEN condition: conditions are in the functions, whose text is compared with ours. TRUNCATE is
# refused on every guarded table.
TRIGGERS = (
    GuardTrigger("product", "never_deleted", "BEFORE DELETE", "refuse", "is hidden, and never deleted"),
    GuardTrigger("product", "options_limited", "BEFORE INSERT OR UPDATE", "product_guard"),
    GuardTrigger("variant", "never_deleted", "BEFORE DELETE", "refuse", "is retired, and never deleted"),
    GuardTrigger("variant", "begins_within_limit", "BEFORE INSERT", "variant_opening_guard"),
    GuardTrigger("variant", "stays", "BEFORE UPDATE", "variant_guard"),
    GuardTrigger("pricechange", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("pricechange", "in_order", "BEFORE INSERT", "pricechange_guard"),
    GuardTrigger("stock", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("stock", "begins_empty", "BEFORE INSERT", "stock_opening_guard"),
    GuardTrigger("stock", "moves", "BEFORE UPDATE", "stock_guard"),
    GuardTrigger("stockmove", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("stockmove", "is_newest", "BEFORE INSERT", "stockmove_guard"),
    GuardTrigger("order", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("order", "begins_paid", "BEFORE INSERT", "order_begins"),
    GuardTrigger("order", "moves", "BEFORE UPDATE", "order_guard"),
    GuardTrigger("orderevent", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("orderevent", "is_legal", "BEFORE INSERT", "orderevent_guard"),
    GuardTrigger("orderline", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("attempt", "final", "BEFORE UPDATE OR DELETE", "refuse", "an answer is final"),
    GuardTrigger("ordercounter", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("ordercounter", "only_grows", "BEFORE UPDATE", "ordercounter_guard"),
    GuardTrigger("shipment", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("shipment", "identity", "BEFORE UPDATE", "shipment_guard"),
    GuardTrigger("reviewcase", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("reviewcase", "is_told", "BEFORE INSERT", "reviewcase_opening_guard"),
    GuardTrigger("reviewcase", "closed_once", "BEFORE UPDATE", "reviewcase_guard"),
    GuardTrigger("dispute", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("dispute", "is_told", "BEFORE INSERT", "dispute_opening_guard"),
    GuardTrigger("dispute", "closed_once", "BEFORE UPDATE", "dispute_guard"),
    GuardTrigger("pendingpurchase", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("pendingpurchase", "begins_open", "BEFORE INSERT", "pendingpurchase_opening_guard"),
    GuardTrigger("pendingpurchase", "closed_once", "BEFORE UPDATE", "pendingpurchase_guard"),
    GuardTrigger("trackedparcel", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("trackedparcel", "identity", "BEFORE UPDATE", "trackedparcel_guard"),
    GuardTrigger("checkpoint", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger(
        "transition", "closed", "BEFORE INSERT OR UPDATE OR DELETE", "refuse", "is changed by migrations alone"
    ),
    *(GuardTrigger(table, "not_truncated", "BEFORE TRUNCATE", "refuse", "is not truncated") for table in GUARDED),
)


def _differing_transitions(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the transitions that differ between the database's table and ``ALLOWED_TRANSITIONS``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, from_state, to_state, who FROM shop_transition")
        there = {tuple(row) for row in cursor.fetchall()}
    wanted = {tuple(move) for move in ALLOWED_TRANSITIONS}
    return [f"transition {' '.join(filter(None, row))}" for row in wanted ^ there]


_catalogue = guards.register_catalog("shop", SQL, tables=GUARDED, triggers=TRIGGERS, extra_check=_differing_transitions)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that reinstalls the guards; the last one of each migration of a guarded table."""

    app = "shop"


install_guards = InstallGuards
