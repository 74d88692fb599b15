from importlib import import_module

from django.apps import AppConfig


class AngpaoConfig(AppConfig):
    name = "angpao"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the modules that register guards, facts, commands, integrity checks and periodic tasks."""
        for module in (
            "events",
            "maintenance.guards",
            "maintenance.integrity_checks",
            "maintenance.periodic_tasks",
            "endpoints.packets",
        ):
            import_module(f"angpao.{module}")
