"""URLs of the console."""

from __future__ import annotations

from django.urls import path

from superapp.console.pages import audit, index, log_in, members, proposals

app_name = "console"
urlpatterns = [
    path("konsol/", index.index, name="index"),
    path("konsol/masuk/", log_in.log_in, name="log_in"),
    path("konsol/keluar/", log_in.log_out, name="log_out"),
    path("konsol/usulan/", proposals.proposals, name="proposals"),
    path("konsol/usulan/<uuid:proposal>/", proposals.proposal, name="proposal"),
    path("konsol/anggota/", members.members, name="members"),
    path("konsol/jejak/", audit.audit, name="audit"),
]
