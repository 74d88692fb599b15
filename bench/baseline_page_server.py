"""
``python -m bench.baseline_page_server kept PORT``: the pages as they are served, and beside them ``/bare/``, which does
nothing.

With ``afresh`` in place of ``kept`` no public page is kept: each is made for whoever asks.
"""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def main(port: int, *, afresh: bool) -> None:
    import django
    from django.conf import settings

    django.setup()
    settings.ROOT_URLCONF = "bench.baseline_page_server"
    from shop.pages import page_cache
    from superapp.core.management.commands.serve_pages import Gunicorn

    if afresh:
        page_cache.PAGES_MAX = 0
    Gunicorn("127.0.0.1", port).run()


if __name__ == "__main__":
    main(int(sys.argv[2]), afresh=sys.argv[1] == "afresh")
else:
    from superapp import urls

    urlpatterns = [path("bare/", bare), *urls.urlpatterns]
