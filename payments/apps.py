from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    places = (
        {
            "view": "payments:wallet",
            "prefix": "/dompet/",
            "word": pgettext_lazy("place", "Wallet"),
            "icon": "wallet",
            "order": 40,
        },
    )

    def ready(self) -> None:
        """Have what registers itself known: the check of the guards, the facts, and the work of the loop."""
        for module in ("guards", "ledger", "events", "actions.holds", "nightly", "subscribers"):
            import_module(f"payments.{module}")
