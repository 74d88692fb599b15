from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "superapp.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    places = (
        {
            "view": "accounts_pages:contacts",
            "prefix": "/kontak/",
            "word": pgettext_lazy("place", "Contacts"),
            "icon": "users-round",
            "order": 20,
            "badge": "contacts",
        },
        {
            "view": "accounts_pages:me",
            "prefix": "/saya/",
            "word": pgettext_lazy("place", "Me"),
            "icon": "user-round",
            "order": 90,
        },
    )

    def ready(self) -> None:
        # Each registers what it serves: facts, commands, the authenticator, checks, chores.
        from superapp.accounts import checks, chores, sessions, socket, subscribers  # noqa: F401
