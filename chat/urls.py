"""Addresses of the pages of chat."""

from __future__ import annotations

from django.urls import path

from chat import views

app_name = "chat"
urlpatterns = [
    path("obrolan/", views.conversation_list, name="list"),
    path("obrolan/luring/", views.shell, name="shell"),
    path("obrolan/tersembunyi/", views.hidden_list, name="hidden"),
    path("obrolan/buka/", views.open_with, name="open"),
    path("obrolan/<uuid:conversation>/", views.conversation, name="conversation"),
    path("obrolan/<uuid:conversation>/rincian/", views.details, name="details"),
    path("obrolan/<uuid:conversation>/kirim/", views.send, name="send"),
    path("obrolan/<uuid:conversation>/sisi/", views.keep, name="keep"),
]
