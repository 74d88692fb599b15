from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy, pgettext_lazy

_SHOPPING = {
    "view": "shop:shops",
    "prefix": "/toko/",
    "other_prefixes": ("/cari/", "/pesanan/", "/tokoku/", "/beli/"),
    "label": pgettext_lazy("place", "Shopping"),
    "icon": "shopping-bag",
    "order": 30,
    "badge": "shop",
    "newcomer_label": gettext_lazy("Browse shops"),
}


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"
    receipt_kinds = {
        "shop.order_paid": gettext_lazy("Order, paid"),
        "shop.order_completed": gettext_lazy("Order, completed"),
    }

    @property
    def navigation_items(self) -> tuple[dict[str, Any], ...]:
        """The shop's entry in the navigation bar; empty where the legal profile has no shops."""
        from shop.domain.feature_gates import is_storefront_enabled

        return (_SHOPPING,) if is_storefront_enabled() else ()

    @property
    def offline_shells(self) -> dict[str, str]:
        """
        The pages a device keeps for offline use, as path to view name: purchases always, the merchant's page where
        there are shops.
        """
        from shop.domain.feature_gates import is_storefront_enabled

        today = {"/tokoku/": "shop:today_shell"} if is_storefront_enabled() else {}
        return {"/pesanan/": "shop:purchases_shell"} | today

    def ready(self) -> None:
        """Import the modules that register events, guards, timers, integrity checks and periodic tasks."""
        for module in (
            "events",
            "actions.dispute_proposals",
            "maintenance.desks",
            "maintenance.guards",
            # Before the timers: what a silent courier stops is stopped before they run.
            "maintenance.courier_turns",
            "maintenance.courier_checks",
            "maintenance.order_timers",
            "maintenance.integrity_checks",
            "maintenance.pending_purchases",
            "maintenance.periodic_tasks",
            "queries.product_documents",
            "subscribers",
        ):
            import_module(f"shop.{module}")
