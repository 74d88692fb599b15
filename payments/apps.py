from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what registers itself known: the check of the guards, the facts, and the work of the loop."""
        for module in ("guards", "ledger", "events", "actions.holds", "nightly"):
            import_module(f"payments.{module}")
