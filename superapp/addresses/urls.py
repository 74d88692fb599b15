"""URLs of addresses."""

from __future__ import annotations

from django.urls import path

from superapp.addresses.endpoints import regions
from superapp.addresses.pages import book

app_name = "addresses"
urlpatterns = [
    path("api/v1/regions", regions.regions, name="regions"),
    path("saya/alamat/", book.book, name="book"),
    path("saya/alamat/baru/", book.new, name="new"),
    path("saya/alamat/<uuid:address>/", book.edit, name="edit"),
    path("saya/alamat/<uuid:address>/utama/", book.make_primary, name="make_primary"),
    path("saya/alamat/<uuid:address>/hapus/", book.delete, name="delete"),
]
