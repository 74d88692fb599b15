from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RealtimeConfig(AppConfig):
    name = "superapp.realtime"
    label = "realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Every app registers its commands, parts of ``sync`` and topics in its endpoints.
        import_module("superapp.realtime.consumer")
        autodiscover_modules("endpoints")
