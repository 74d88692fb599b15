"""Addresses that lead from one product into another."""

from __future__ import annotations

from django.urls import path

from superapp.wiring import asking, play_money

app_name = "wiring"
urlpatterns = [
    path("obrolan/toko/<slug:handle>/", asking.ask_shop, name="ask_shop"),
    path("dompet/isi/percobaan/", play_money.take, name="play_money"),
]
