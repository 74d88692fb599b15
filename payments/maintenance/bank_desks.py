"""Desks about the bank at the operator's console."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from payments.adapters import banks
from payments.domain.feature_gates import is_enabled
from payments.queries.reconciliation import count_open_breaks
from payments.queries.suspense import count_suspended
from superapp.console.api import Desk, Role, register_desk

FINANCE = frozenset({Role.FINANCE})


def _is_offered() -> bool:
    return is_enabled() and banks.is_connected()


register_desk(
    Desk(
        "payments.reconciliation",
        pgettext_lazy("desk", "Reconciliation"),
        "payments:desk_reconciliation",
        FINANCE,
        badge=lambda: count_open_breaks()[0],
        icon="list-checks",
        is_offered=_is_offered,
    )
)
register_desk(
    Desk(
        "payments.suspense",
        pgettext_lazy("desk", "Suspense"),
        "payments:desk_suspense",
        FINANCE,
        badge=lambda: count_suspended()[0],
        icon="inbox",
        is_offered=is_enabled,
    )
)
register_desk(
    Desk(
        "payments.float",
        pgettext_lazy("desk", "Float"),
        "payments:desk_float",
        FINANCE,
        icon="landmark",
        is_offered=_is_offered,
    )
)
