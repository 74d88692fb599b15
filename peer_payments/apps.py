from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class PeerPaymentsConfig(AppConfig):
    name = "peer_payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register guards, facts, commands and periodic tasks, and the links of the wallet."""
        from payments.api import WalletLink, register_wallet_link
        from peer_payments.queries.requests import count_requests_to_pay

        for module in ("events", "maintenance.guards", "maintenance.periodic_tasks", "endpoints.requests"):
            import_module(f"peer_payments.{module}")
        label = pgettext_lazy("wallet", "Request")
        register_wallet_link(
            WalletLink(
                view="peer_payments:requests", label=label, icon="hand-coins", count_waiting=count_requests_to_pay
            )
        )
        label = pgettext_lazy("wallet", "Split")
        register_wallet_link(WalletLink(view="peer_payments:splits", label=label, icon="receipt-text"))
        label = pgettext_lazy("wallet", "Scheduled")
        register_wallet_link(WalletLink(view="peer_payments:schedules", label=label, icon="clock"))
