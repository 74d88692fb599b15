from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "superapp.web"
    label = "web"
    shells = {"/bukti/periksa/": "web:receipt_check"}
