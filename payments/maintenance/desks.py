"""Desks of payments at the operator's console."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from payments.domain.feature_gates import is_enabled
from payments.queries.desk_accounts import count_frozen_accounts
from payments.queries.top_ups import count_pending_top_ups
from superapp.console.api import Desk, Role, register_desk

FINANCE = frozenset({Role.FINANCE})

register_desk(
    Desk(
        "payments.trial_balance",
        pgettext_lazy("desk", "Trial balance"),
        "payments:desk_trial_balance",
        FINANCE,
        icon="landmark",
    )
)
register_desk(
    Desk(
        "payments.counter_top_ups",
        pgettext_lazy("desk", "Top-ups at the counter"),
        "payments:desk_top_ups",
        FINANCE,
        badge=count_pending_top_ups,
        icon="banknote",
        is_offered=is_enabled,
    )
)
register_desk(
    Desk(
        "payments.freezes",
        pgettext_lazy("desk", "Frozen accounts"),
        "payments:desk_freezes",
        frozenset({Role.FINANCE, Role.SUPPORT}),
        badge=count_frozen_accounts,
        icon="lock",
    )
)
register_desk(
    Desk("payments.limits", pgettext_lazy("desk", "Limits"), "payments:desk_limits", FINANCE, icon="list-checks")
)
register_desk(
    Desk(
        "payments.promotions",
        pgettext_lazy("desk", "Promotions"),
        "payments:desk_promotions",
        FINANCE,
        icon="tag",
        is_offered=is_enabled,
    )
)
register_desk(
    Desk(
        "payments.manual_journals",
        pgettext_lazy("desk", "Journals by hand"),
        "payments:desk_manual_journals",
        FINANCE,
        icon="notebook-pen",
    )
)
