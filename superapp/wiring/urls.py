"""URLs of pages that connect two apps."""

from __future__ import annotations

from django.urls import path

from superapp.wiring import contact_shop, play_money

app_name = "wiring"
urlpatterns = [
    path("obrolan/toko/<slug:handle>/", contact_shop.contact_shop, name="ask_shop"),
    path("dompet/isi/percobaan/", play_money.take_play_money, name="play_money"),
]
