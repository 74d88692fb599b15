"""Addresses of the pages of selling."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "shop"
urlpatterns: list[URLPattern] = []
