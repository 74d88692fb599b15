from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy, pgettext_lazy


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"
    places = (
        {
            "view": "shop:purchases",
            "prefix": "/pesanan/",
            "also": ("/tokoku/", "/beli/"),
            "word": pgettext_lazy("place", "Shopping"),
            "icon": "shopping-bag",
            "order": 30,
        },
    )
    shells = {"/pesanan/": "shop:purchases_shell", "/tokoku/": "shop:today_shell"}
    receipt_kinds = {
        "shop.order_paid": gettext_lazy("Order, paid"),
        "shop.order_completed": gettext_lazy("Order, completed"),
    }

    def ready(self) -> None:
        """Have what registers itself known: the check of the guards, the facts, and the work of the loop."""
        for module in ("guards", "events", "actions.timing", "nightly", "chores"):
            import_module(f"shop.{module}")
