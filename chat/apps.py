from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ChatConfig(AppConfig):
    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"
    navigation_items = (
        {
            "view": "chat:list",
            "prefix": "/obrolan/",
            "label": pgettext_lazy("place", "Chats"),
            "icon": "message-circle",
            "order": 10,
            "badge": "chat",
            "shell_view": "chat:shell",
        },
    )

    def ready(self) -> None:
        """Register conversations as a source of notifications."""
        from chat.pages import notices
        from superapp.notifications.api import register_source

        register_source(notices.make_source())
