from importlib import import_module

from django.apps import AppConfig


class AddressesConfig(AppConfig):
    name = "superapp.addresses"
    label = "addresses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the data that comes along, and the endpoints."""
        for module in ("maintenance.region_loading", "endpoints.regions"):
            import_module(f"superapp.addresses.{module}")
