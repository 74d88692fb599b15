"""URLs of the shell."""

from __future__ import annotations

from django.urls import path

from superapp.web import receipt_pages, views

app_name = "web"
urlpatterns = [
    path("api/", views.api_reference, name="api_reference"),
    path("luring/", views.offline, name="offline"),
    path("bukti/periksa/", receipt_pages.check_receipt, name="receipt_check"),
    path("bukti/kunci.json", receipt_pages.public_keys, name="receipt_keys"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("siapa.json", views.current_user, name="who"),
    path("shell.json", views.shell, name="shell"),
    path("sw.js", views.service_worker, name="service_worker"),
]
