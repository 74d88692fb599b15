from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "superapp.web"
    label = "web"
    offline_shells = {"/bukti/periksa/": "web:receipt_check"}

    def ready(self) -> None:
        """Import the module of badges, which registers its command."""
        from superapp.web import badges  # noqa: F401
