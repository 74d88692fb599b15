from importlib import import_module

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what registers itself known: the facts, and the work of the loop."""
        for module in ("events",):
            import_module(f"shop.{module}")
