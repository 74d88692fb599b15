from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "superapp.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    navigation_items = (
        {
            "view": "accounts_pages:contacts",
            "prefix": "/kontak/",
            "label": pgettext_lazy("place", "Contacts"),
            "icon": "users-round",
            "order": 20,
            "badge": "contacts",
        },
        {
            "view": "accounts_pages:me",
            "prefix": "/saya/",
            "label": pgettext_lazy("place", "Me"),
            "icon": "user-round",
            "order": 90,
        },
    )

    def ready(self) -> None:
        """Import the modules that register facts, commands, the authenticator, checks and periodic tasks."""
        for module in (
            "maintenance.checks",
            "maintenance.periodic_tasks",
            "sessions",
            "endpoints.contacts",
            "endpoints.devices",
            "endpoints.profile",
            "endpoints.sync",
            "subscribers",
        ):
            import_module(f"superapp.accounts.{module}")
