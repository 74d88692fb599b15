"""Pages and files of the shell."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from superapp.web import assets
from superapp.web.navigation import offline_shells

DAY_S = 24 * 3600
# The background colour of the light theme; a manifest has only one.
BACKGROUND_COLOR = "#fbf8f3"


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show that the device is offline; the service worker stores this page in advance for pages that are not stored."""
    return render(request, "web/offline.html", {"is_shell": True})


@require_safe
@ensure_csrf_cookie
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show the API reference (Swagger UI) for the logged-in user."""
    return render(request, "web/api_reference.html")


@require_safe
@cache_control(max_age=DAY_S, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest."""
    icons = [
        {"src": staticfiles_storage.url(f"web/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}
        for name, sizes, kind, purpose in (
            ("app.svg", "any", "image/svg+xml", "any"),
            ("app-192.png", "192x192", "image/png", "any"),
            ("app-512.png", "512x512", "image/png", "any"),
            ("app-maskable-512.png", "512x512", "image/png", "maskable"),
        )
    ]
    return JsonResponse(
        {
            "id": "/",
            "name": settings.BRAND_NAME,
            "short_name": settings.BRAND_NAME,
            "lang": get_language(),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": BACKGROUND_COLOR,
            "theme_color": BACKGROUND_COLOR,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@require_safe
@never_cache
def current_user(request: HttpRequest) -> HttpResponse:
    """Return the public id of the logged-in user, or null, so that a device drops another user's cache."""
    public_id = getattr(request.user, "public_id", None)
    return JsonResponse({"person": str(public_id) if public_id else None})


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest) -> HttpResponse:
    """List the files that a device stores to open the app offline."""
    return JsonResponse(
        {
            "version": assets.version(),
            "offline": reverse("web:offline"),
            "pages": {prefix: reverse(view) for prefix, view in offline_shells().items()},
            "files": list(assets.shell_files()),
        }
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker; it is served from the root, since it controls only paths below its own."""
    return HttpResponse(assets.read_file("js/sw.js"), content_type="text/javascript")
