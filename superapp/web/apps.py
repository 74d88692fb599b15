from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "superapp.web"
    label = "web"
    offline_shells = {"/bukti/periksa/": "web:receipt_check"}

    def ready(self) -> None:
        """Have the command of the bar known."""
        from superapp.web import badges  # noqa: F401
