from importlib import import_module

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "superapp.media"
    label = "media"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the modules that register commands, limits, jobs and periodic tasks."""
        for module in (
            "endpoints.media",
            "actions.encoding",
            "maintenance.periodic_tasks",
            "maintenance.queue_metrics",
        ):
            import_module(f"superapp.media.{module}")
