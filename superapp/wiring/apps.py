from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "superapp.wiring"
    label = "wiring"
