"""URLs of the pages of chat."""

from __future__ import annotations

from django.urls import path

from chat.pages import conversations, starred

app_name = "chat"
urlpatterns = [
    path("obrolan/", conversations.conversation_list, name="list"),
    path("obrolan/luring/", conversations.shell, name="shell"),
    path("obrolan/arsip/", conversations.archived_list, name="archived"),
    path("obrolan/tersembunyi/", conversations.hidden_list, name="hidden"),
    path("obrolan/berbintang/", starred.starred, name="starred"),
    path("obrolan/buka/", conversations.open_direct, name="open"),
    path("obrolan/<uuid:conversation>/", conversations.conversation, name="conversation"),
    path("obrolan/<uuid:conversation>/rincian/", conversations.details, name="details"),
    path("obrolan/<uuid:conversation>/kirim/", conversations.send, name="send"),
    path("obrolan/<uuid:conversation>/sisi/", conversations.change_preferences, name="keep"),
]
