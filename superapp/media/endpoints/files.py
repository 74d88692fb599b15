"""Files of media over HTTP, for whoever may see what shows them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from superapp.core import media as media_responses
from superapp.media import queries
from superapp.media.adapters import object_names, responses
from superapp.media.domain.enums import MediaKind, PhotoFile
from superapp.media.domain.pictures import FILE_SIZES, SIZES
from superapp.media.models import Media

# The files of a medium never change. A week, since what was recalled must not stay in caches for ever.
CACHE_CONTROL = "private, max-age=604800, immutable"


@require_safe
def media_file(request: HttpRequest, media: UUID, file: str) -> HttpResponseBase:
    """Serve a file of a medium; somebody who may not see it gets the answer for one that does not exist."""
    if file not in PhotoFile.values or not request.user.is_authenticated:
        return media_responses.not_found()
    found = queries.find_visible(media, int(request.user.pk))
    if found is None:
        return media_responses.not_found()
    if found.kind != MediaKind.PHOTO:
        return _serve_picture(request, found, PhotoFile(file))
    return responses.respond_with_file(
        request,
        object_names.file_name(found.files_id, file),
        content_type=found.original_type if file == PhotoFile.ORIGINAL else "image/webp",
        etag=f'"{found.sha256[:32]}-{PhotoFile(file).name.lower()}"',
        cache_control=CACHE_CONTROL,
    )


def _serve_picture(request: HttpRequest, picture: Media, file: PhotoFile) -> HttpResponseBase:
    place = FILE_SIZES.get(file)
    if place is None:
        return media_responses.not_found()
    size = SIZES[picture.kind][place]
    return responses.respond_with_picture(
        request, kind=picture.kind, sha256=picture.sha256, size=size, cache_control=CACHE_CONTROL
    )
