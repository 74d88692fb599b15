"""Root URL configuration."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("superapp.web.urls")),
    path("", include("superapp.media.urls")),
    path("", include("superapp.accounts.urls")),
    path("", include("superapp.accounts.pages.urls")),
    path("", include("superapp.notifications.urls")),
    path("", include("superapp.addresses.urls")),
    path("", include("superapp.console.urls")),
    path("", include("chat.urls")),
    path("", include("payments.urls")),
    path("", include("peer_payments.urls")),
    path("", include("angpao.urls")),
    path("", include("shop.urls")),
    path("", include("superapp.wiring.urls")),
    path("api/v1/", include("superapp.realtime.rest")),
]

handler400 = "superapp.error_handlers.bad_request"
handler403 = "superapp.error_handlers.forbidden"
handler404 = "superapp.error_handlers.not_found"
handler500 = "superapp.error_handlers.server_error"
