from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "superapp.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register periodic tasks and jobs."""
        import_module("superapp.notifications.maintenance.periodic_tasks")
