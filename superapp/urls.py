"""Where every path leads."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from superapp.core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("-/live", health.live),
    path("-/ready", health.ready),
    path("", include("superapp.web.urls")),
    path("", include("superapp.accounts.urls")),
    path("", include("superapp.accounts.pages.urls")),
    path("", include("chat.urls")),
    path("api/v1/", include("superapp.realtime.rest")),
]

handler400 = "superapp.web.faults.bad_request"
handler403 = "superapp.web.faults.forbidden"
handler404 = "superapp.web.faults.not_found"
handler500 = "superapp.web.faults.broken"
