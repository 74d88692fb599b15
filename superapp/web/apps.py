from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "superapp.web"
    label = "web"
