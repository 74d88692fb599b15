from importlib import import_module

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what registers itself known: the check of the guards, and the facts."""
        for module in ("guards", "events"):
            import_module(f"shop.{module}")
