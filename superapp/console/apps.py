from importlib import import_module

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "superapp.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the guards, and the desks and proposals of the console itself."""
        for module in ("maintenance.guards", "queries.own_desks", "queries.own_subjects", "actions.role_changes"):
            import_module(f"superapp.console.{module}")
