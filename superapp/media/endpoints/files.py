"""Files of media over HTTP, for whoever may see what shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from superapp.core import media as media_responses
from superapp.media import queries
from superapp.media.adapters import object_names, storage
from superapp.media.domain.enums import PhotoFile
from superapp.media.errors import StorageUnavailable
from superapp.media.models import Media

# The files of a medium never change. A week, since what was recalled must not stay in caches for ever.
CACHE_CONTROL = "private, max-age=604800, immutable"
BLOCK_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
log = structlog.get_logger(__name__)


@require_safe
def media_file(request: HttpRequest, media: UUID, file: str) -> HttpResponseBase:
    """Serve a file of a medium; somebody who may not see it gets the answer for one that does not exist."""
    if file not in PhotoFile.values or not request.user.is_authenticated:
        return media_responses.not_found()
    found = queries.find_visible(media, int(request.user.pk))
    if found is None:
        return media_responses.not_found()
    return _serve(request, found, PhotoFile(file))


def _serve(request: HttpRequest, media: Media, file: PhotoFile) -> HttpResponseBase:
    content_type = media.original_type if file == PhotoFile.ORIGINAL else "image/webp"
    object_name = object_names.file_name(media.files_id, file.value)
    path = storage.find_path(object_name)
    if path is not None and media_responses.is_sent_by_proxy():
        return media_responses.serve_file(path, content_type=content_type, cache_control=CACHE_CONTROL)
    etag = f'"{media.sha256[:32]}-{file.name.lower()}"'
    if request.headers.get("If-None-Match") == etag:
        return _with_headers(HttpResponse(status=304), content_type, etag)
    try:
        opened = storage.open_object(object_name)
        size = opened.seek(0, 2)
    except FileNotFoundError:
        log.error("media_file_missing", media=str(media.public_id), file=file.value)
        return media_responses.not_found()
    except StorageUnavailable as refusal:
        return HttpResponse(status=503, content_type="text/plain", headers={"Retry-After": str(refusal.retry_after)})
    return _with_headers(_respond(request, opened, size, etag), content_type, etag)


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


def _with_headers(response: HttpResponseBase, content_type: str, etag: str) -> HttpResponseBase:
    media_responses.set_headers(response, content_type=content_type, cache_control=CACHE_CONTROL)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    return response
