from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

_WALLET = {
    "view": "payments:wallet",
    "prefix": "/dompet/",
    "label": pgettext_lazy("place", "Wallet"),
    "icon": "wallet",
    "order": 40,
    "badge": "wallet",
}


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    @property
    def navigation_items(self) -> tuple[dict[str, Any], ...]:
        """The wallet's navigation item, if payments are enabled."""
        from payments.domain.feature_gates import is_enabled

        return (_WALLET,) if is_enabled() else ()

    def ready(self) -> None:
        """Import the modules that register guard checks, facts, commands, subscribers and periodic tasks."""
        for module in (
            "maintenance.guards",
            "actions.desk_proposals",
            "maintenance.desks",
            "writers.ledger",
            "queries.qris",
            "events",
            "actions.holds",
            "actions.charges",
            "actions.bank_history",
            "actions.withdrawals",
            "actions.sealing",
            "maintenance.periodic_tasks",
            "maintenance.reconciling",
            "maintenance.float_cap",
            "maintenance.audit_words",
            "maintenance.bank_checks",
            "maintenance.bank_desks",
            "maintenance.bank_proposals",
            "endpoints.wallet",
            "endpoints.pins",
            "subscribers",
        ):
            import_module(f"payments.{module}")
