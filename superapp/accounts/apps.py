from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "superapp.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each registers what it serves: facts, commands, the authenticator, checks, chores.
        from superapp.accounts import checks, chores, sessions, socket, subscribers  # noqa: F401
