"""
Public pages as they were made for exactly one state of things, kept in this process so that they are not made again.

A page is found again by everything that it says: whoever changes a price, a name, a photo or the stock makes another
state, and with it another page. Nothing is ever forgotten by hand, and nothing old is shown.
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

# So many pages, of some thirty kilobytes each with their short form.
ROOM = 400
LEVEL = 6
_ACCEPTS_GZIP = re.compile(r"\bgzip\b")


@dataclass(frozen=True, slots=True)
class _Page:
    """``nonce`` is that of the answer for which it was made, by which its scripts may run; most pages have none."""

    plain: bytes
    zipped: bytes
    nonce: bytes


_pages: OrderedDict[Hashable, _Page] = OrderedDict()
_lock = threading.Lock()


def answer(request: HttpRequest, state: Hashable, make: Callable[[], HttpResponse]) -> HttpResponse:
    """
    The page of this state. It must be the same for everybody who asks with the same state, but for the nonce of its
    scripts, which is another in each answer, and hold no secret.
    """
    page = _found(state)
    if page is None:
        made = make()
        if made.status_code != 200:
            return made
        # Evaluated where the page has scripts; true from then on.
        nonce = str(request.csp_nonce).encode() if request.csp_nonce else b""  # type: ignore[attr-defined]
        # Nobody's secret is in it, so that its length tells nothing, however often somebody asks.
        page = _Page(made.content, b"" if nonce else gzip.compress(made.content, LEVEL, mtime=0), nonce)
        _keep(state, page)
    if page.nonce:
        own = str(request.csp_nonce).encode()  # type: ignore[attr-defined]
        return HttpResponse(page.plain.replace(page.nonce, own))
    if not _ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(page.plain)
    response = HttpResponse(page.zipped, headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _found(state: Hashable) -> _Page | None:
    with _lock:
        page = _pages.get(state)
        if page is not None:
            _pages.move_to_end(state)
        return page


def _keep(state: Hashable, page: _Page) -> None:
    with _lock:
        _pages[state] = page
        while len(_pages) > ROOM:
            _pages.popitem(last=False)
