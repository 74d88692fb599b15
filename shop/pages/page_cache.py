"""
In-process cache of public pages, keyed by everything that a page shows.

A change of price, name, photo or stock changes the key, so entries are never stale and need no invalidation.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# A page takes about 30 kB with its compressed form.
PAGES_MAX = 400
GZIP_LEVEL = 6
_ACCEPTS_GZIP = re.compile(r"\bgzip\b")


@dataclass(frozen=True, slots=True)
class _CachedPage:
    """
    A page, plain and compressed. ``nonce`` is the CSP nonce in it, to be replaced; empty for a page without scripts.
    """

    plain: bytes
    zipped: bytes
    nonce: bytes


_pages: OrderedDict[Hashable, _CachedPage] = OrderedDict()
_lock = threading.Lock()


def cached_response(request: HttpRequest, cache_key: Hashable, make: Callable[[], HttpResponse]) -> HttpResponse:
    """
    Return the page under this key, made by ``make`` if it is not cached.

    The page must be the same for everybody with the same key, except for the CSP nonce of its scripts, which differs in
    each response, and must contain no secret.
    """
    nonce = request.csp_nonce  # type: ignore[attr-defined]  # Set by the middleware of django-csp.
    page = _find_page(cache_key)
    if page is None:
        made = make()
        if made.status_code != 200:
            return made
        # The lazy nonce is true only if the page used it.
        used = str(nonce).encode() if nonce else b""
        # The page contains no secret, so compression leaks nothing through its length (BREACH).
        page = _CachedPage(made.content, b"" if used else gzip.compress(made.content, GZIP_LEVEL, mtime=0), used)
        _store_page(cache_key, page)
    if page.nonce:
        return HttpResponse(page.plain.replace(page.nonce, str(nonce).encode()))
    if not _ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(page.plain)
    response = HttpResponse(page.zipped, headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _find_page(cache_key: Hashable) -> _CachedPage | None:
    with _lock:
        page = _pages.get(cache_key)
        if page is not None:
            _pages.move_to_end(cache_key)
        return page


def _store_page(cache_key: Hashable, page: _CachedPage) -> None:
    with _lock:
        _pages[cache_key] = page
        while len(_pages) > PAGES_MAX:
            _pages.popitem(last=False)
