"""Responses with objects of the storage: ranges, validators, and what sends files by the proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from superapp.core import media as media_responses
from superapp.media.adapters import object_names, storage
from superapp.media.domain.pictures import SIZES
from superapp.media.errors import StorageUnavailable

PICTURE_TYPE = "image/webp"
BLOCK_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
log = structlog.get_logger(__name__)


def respond_with_picture(
    request: HttpRequest, *, kind: str, sha256: str, size: int, cache_control: str
) -> HttpResponseBase:
    """
    Serve the file of a picture whose longest side is ``size`` pixels, as a whole: it has some tens of kilobytes.

    The caller has checked that this person may see it.
    """
    if size not in SIZES[kind] or not _SHA256.fullmatch(sha256):
        return media_responses.not_found()
    name = object_names.picture_name(kind, sha256, size)
    if (path := _path_for_proxy(name)) is not None:
        if not path.exists():
            return media_responses.not_found()
        return media_responses.serve_file(path, content_type=PICTURE_TYPE, cache_control=cache_control)
    etag = f'"{sha256[:32]}-{size}"'
    if request.headers.get("If-None-Match") == etag:
        return _with_headers(HttpResponse(status=304), PICTURE_TYPE, etag, cache_control)
    try:
        content = storage.read_object(name)
    except FileNotFoundError:
        return media_responses.not_found()
    except StorageUnavailable as refusal:
        return _unavailable(refusal)
    return _with_headers(HttpResponse(content), PICTURE_TYPE, etag, cache_control)


def respond_with_file(
    request: HttpRequest, name: str, *, content_type: str, etag: str, cache_control: str
) -> HttpResponseBase:
    """Serve the file of a medium that a row says is there, in parts and ranges."""
    if (path := _path_for_proxy(name)) is not None:
        if not path.exists():
            # The proxy's own 404 would keep the headers of the file, and stay in caches for a week.
            return _missing(name)
        return media_responses.serve_file(path, content_type=content_type, cache_control=cache_control)
    if request.headers.get("If-None-Match") == etag:
        return _with_headers(HttpResponse(status=304), content_type, etag, cache_control)
    try:
        opened = storage.open_object(name)
        size = opened.seek(0, 2)
    except FileNotFoundError:
        return _missing(name)
    except StorageUnavailable as refusal:
        return _unavailable(refusal)
    response = _with_headers(_respond(request, opened, size, etag), content_type, etag, cache_control)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _path_for_proxy(name: str) -> Path | None:
    """Return the path of an object that the proxy sends, or None where we send it."""
    return storage.find_path(name) if media_responses.is_sent_by_proxy() else None


def _missing(name: str) -> HttpResponse:
    log.error("media_file_missing", name=name)
    return media_responses.not_found()


def _unavailable(refusal: StorageUnavailable) -> HttpResponse:
    return HttpResponse(status=503, content_type="text/plain", headers={"Retry-After": str(refusal.retry_after)})


def _respond(request: HttpRequest, opened: IO[bytes], size: int, etag: str) -> HttpResponseBase:
    """Return the whole file, or the range that was asked for (RFC 9110, one range)."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.headers.get("If-Range", etag) != etag:
        asked = None
    first, last = _limits(asked, size) if asked else (0, size - 1)
    if first > last:
        opened.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    opened.seek(first)
    response = StreamingHttpResponse(FilePart(opened, last - first + 1), status=206 if asked else 200)
    response.headers["Content-Length"] = str(last - first + 1)
    if asked:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _limits(asked: re.Match[str], size: int) -> tuple[int, int]:
    """Return the first and the last byte; the first is behind the last if nothing of the range exists."""
    first, last = asked.groups()
    if first:
        return int(first), min(int(last), size - 1) if last else size - 1
    return (max(0, size - int(last)), size - 1) if last and int(last) else (1, 0)


class FilePart:
    """A part of an open file in blocks; it is closed with the response, read or not."""

    def __init__(self, opened: IO[bytes], length: int) -> None:
        self._opened = opened
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        while self._left and (block := self._opened.read(min(BLOCK_BYTES, self._left))):
            self._left -= len(block)
            yield block

    def close(self) -> None:
        self._opened.close()


def _with_headers(response: HttpResponseBase, content_type: str, etag: str, cache_control: str) -> HttpResponseBase:
    media_responses.set_headers(response, content_type=content_type, cache_control=cache_control)
    response.headers["ETag"] = etag
    return response
