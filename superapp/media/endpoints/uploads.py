"""The endpoint of resumable uploads: tus 1.0 with creation, expiration, checksum and termination."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.cache import never_cache

from superapp.core import clock
from superapp.core.errors import DomainError, NotLoggedIn
from superapp.core.form_pages import form_cost
from superapp.media import queries
from superapp.media.actions.uploads import CHUNK_BYTES_MAX, MEGABYTE, append_chunk, create_upload, delete_own
from superapp.media.contracts import UploadState
from superapp.media.domain import tus
from superapp.media.errors import (
    ChecksumMismatch,
    ChecksumUnsupported,
    ChunkLengthMissing,
    ChunkTooLarge,
    ChunkTypeInvalid,
    MetadataInvalid,
    OffsetInvalid,
    StorageFull,
    TusVersionUnsupported,
    UploadExpired,
    UploadLengthInvalid,
)
from superapp.realtime import command_execution
from superapp.realtime.errors import MethodNotAllowed

# The statuses that the protocol names for refusals; others have that of their kind.
STATUSES: Mapping[type[DomainError], int] = {
    ChecksumMismatch: 460,
    ChecksumUnsupported: 400,
    ChunkLengthMissing: 411,
    ChunkTypeInvalid: 415,
    MetadataInvalid: 400,
    MethodNotAllowed: 405,
    OffsetInvalid: 400,
    StorageFull: 507,
    TusVersionUnsupported: 412,
    UploadExpired: 410,
    UploadLengthInvalid: 400,
}
# Thirty photos at once, each created and sent in two chunks, are a hundred requests.
UPLOAD_COST = 2

View = Callable[..., HttpResponse]


def tus_view(*methods: str) -> Callable[[View], View]:
    """
    Decorate a view of the protocol: its method may be named in a header, and a refusal has our body of errors.

    ``OPTIONS`` is answered with what the protocol offers, to anybody and in any version.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
            # For clients that can send nothing but GET and POST. A GET never writes, whatever its headers say.
            method = request.method or ""
            if method == "POST":
                method = request.headers.get("X-HTTP-Method-Override", method)

            def call() -> HttpResponse:
                if method == "OPTIONS":
                    return _describe_protocol()
                if method not in methods:
                    raise MethodNotAllowed
                if not request.user.is_authenticated:
                    raise NotLoggedIn
                if request.headers.get("Tus-Resumable") != tus.VERSION:
                    raise TusVersionUnsupported
                return view(request, method, **parts)

            try:
                response = command_execution.call_safely(call)
            except DomainError as refusal:
                response = _refuse(refusal)
                if method == "HEAD":
                    response.content = b""
            response.headers["Allow"] = ", ".join((*methods, "OPTIONS"))
            if method != "OPTIONS":
                response.headers["Tus-Resumable"] = tus.VERSION
            if response.status_code == STATUSES[TusVersionUnsupported]:
                response.headers["Tus-Version"] = tus.VERSION
            return response

        return answer

    return decorate


@never_cache
@tus_view("POST")
@form_cost(UPLOAD_COST)
def uploads(request: HttpRequest, method: str) -> HttpResponse:
    """Begin an upload."""
    metadata = request.headers.get("Upload-Metadata", "")
    created = create_upload(
        owner_id=_user_id(request),
        length=tus.parse_length(request.headers.get("Upload-Length")),
        fields=tus.parse_metadata(metadata),
        metadata=metadata,
        now=clock.now(),
    )
    response = HttpResponse(status=201)
    response.headers["Location"] = reverse("media:upload", kwargs={"media": created.media})
    response.headers["Upload-Expires"] = created.expires_http
    return response


@never_cache
@tus_view("HEAD", "PATCH", "DELETE")
@form_cost(UPLOAD_COST)
def upload(request: HttpRequest, method: str, media: UUID) -> HttpResponse:
    """Report how far an upload is, append a chunk to it, or delete it."""
    user_id = _user_id(request)
    if method == "HEAD":
        return _report(queries.upload_state(queries.fetch_upload(user_id, media)))
    if method == "DELETE":
        delete_own(owner_id=user_id, media=media, now=clock.now())
        return HttpResponse(status=204)
    if request.content_type != tus.CHUNK_CONTENT_TYPE:
        raise ChunkTypeInvalid
    offset = tus.parse_offset(request.headers.get("Upload-Offset"))
    appended = append_chunk(
        owner_id=user_id,
        media=media,
        offset=offset,
        content=_read_chunk(request),
        checksum=request.headers.get("Upload-Checksum"),
        now=clock.now(),
    )
    response = HttpResponse(status=204)
    response.headers["Upload-Offset"] = str(appended.offset)
    response.headers["Upload-Expires"] = appended.expires_http
    return response


def _describe_protocol() -> HttpResponse:
    response = HttpResponse(status=204)
    response.headers["Tus-Resumable"] = tus.VERSION
    response.headers["Tus-Version"] = tus.VERSION
    response.headers["Tus-Extension"] = ",".join(tus.EXTENSIONS)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(tus.CHECKSUM_ALGORITHMS)
    response.headers["Tus-Max-Size"] = str(settings.MEDIA_PHOTO_MEGABYTES * MEGABYTE)
    return response


def _report(state: UploadState) -> HttpResponse:
    response = HttpResponse(status=200)
    response.headers["Upload-Offset"] = str(state.offset)
    response.headers["Upload-Length"] = str(state.length)
    response.headers["Upload-Expires"] = state.expires_http
    response.headers["Cache-Control"] = "no-store"
    if state.metadata:
        response.headers["Upload-Metadata"] = state.metadata
    return response


def _read_chunk(request: HttpRequest) -> bytes:
    """
    Read the body of a chunk; the declared length is checked first.

    :raises ChunkLengthMissing: if no length is declared, or the body has another one
    :raises ChunkTooLarge: if it is longer than ``CHUNK_BYTES_MAX``
    """
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared.isdecimal():
        raise ChunkLengthMissing
    if int(declared) > CHUNK_BYTES_MAX:
        raise ChunkTooLarge(bytes_max=CHUNK_BYTES_MAX)
    try:
        content = request.read(CHUNK_BYTES_MAX + 1)
    except UnreadablePostError:
        raise ChunkLengthMissing from None
    if len(content) != int(declared):
        raise ChunkLengthMissing
    return content


def _refuse(refusal: DomainError) -> HttpResponse:
    status = STATUSES.get(type(refusal), int(refusal.kind))
    response = HttpResponse(msgspec.json.encode(refusal.body()), status=status, content_type="application/json")
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _user_id(request: HttpRequest) -> int:
    return int(str(request.user.pk))
