from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "superapp.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app's events, their subscribers, and its periodic tasks and jobs.
        autodiscover_modules("events", "subscribers", "periodic_tasks")
        if settings.SERVED:
            import_module("superapp.celery")
