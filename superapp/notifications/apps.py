from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "superapp.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register periodic tasks and jobs, and have it written down when people were active."""
        import_module("superapp.notifications.maintenance.periodic_tasks")
        from superapp.notifications.actions.presence import record_activity
        from superapp.realtime.presence import board

        board.set_recorder(record_activity)
