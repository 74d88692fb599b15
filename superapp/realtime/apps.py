from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RealtimeConfig(AppConfig):
    name = "superapp.realtime"
    label = "realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Every app's commands, parts of ``sync`` and topics stand in its module ``socket``.
        autodiscover_modules("socket")
