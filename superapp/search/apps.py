from importlib import import_module

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "superapp.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module that registers the periodic task."""
        import_module("superapp.search.maintenance.periodic_tasks")
