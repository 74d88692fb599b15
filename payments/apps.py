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
        """The wallet's place in the bar, where there are wallets."""
        from payments.domain.feature_gates import is_enabled

        return (_WALLET,) if is_enabled() else ()

    def ready(self) -> None:
        """Have what registers itself known: the check of the guards, the facts, and the work of the loop."""
        for module in (
            "maintenance.guards",
            "writers.ledger",
            "events",
            "actions.holds",
            "maintenance.periodic_tasks",
            "endpoints.wallet",
            "endpoints.pins",
            "subscribers",
        ):
            import_module(f"payments.{module}")
