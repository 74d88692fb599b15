from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RealtimeConfig(AppConfig):
    name = "superapp.realtime"
    label = "realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app registers its commands, ``sync`` parts and topics in its module ``endpoints``.
        import_module("superapp.realtime.consumer")
        autodiscover_modules("endpoints")
