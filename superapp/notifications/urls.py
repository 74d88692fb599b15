"""URLs of notifications."""

from __future__ import annotations

from django.urls import path

from superapp.notifications.pages import settings

app_name = "notifications"
urlpatterns = [path("saya/notifikasi/", settings.notifications, name="settings")]
