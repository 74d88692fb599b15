"""Where every path leads."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from superapp.core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("-/live", health.live),
    path("-/ready", health.ready),
]
for prefix, module in (
    ("api/v1/", "superapp.realtime.rest"),
    ("", "superapp.web.urls"),
    ("", "superapp.accounts.urls"),
    ("", "superapp.accounts.pages.urls"),
    ("", "chat.urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))

handler400 = "superapp.web.faults.bad_request"
handler403 = "superapp.web.faults.forbidden"
handler404 = "superapp.web.faults.not_found"
handler500 = "superapp.web.faults.broken"
