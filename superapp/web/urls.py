"""Addresses of the shell itself."""

from __future__ import annotations

from django.urls import path

from superapp.web import receipts, views

app_name = "web"
urlpatterns = [
    path("api/", views.api_reference, name="api_reference"),
    path("luring/", views.offline, name="offline"),
    path("bukti/periksa/", receipts.check, name="receipt_check"),
    path("bukti/kunci.json", receipts.keys, name="receipt_keys"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("siapa.json", views.who, name="who"),
    path("shell.json", views.shell, name="shell"),
    path("sw.js", views.service_worker, name="service_worker"),
]
