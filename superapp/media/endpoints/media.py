"""Commands for media, on the socket and under ``/api/v1``."""

from __future__ import annotations

from django.conf import settings

from superapp.media import queries
from superapp.media.actions.uploads import CHUNK_BYTES_MAX, MEGABYTE
from superapp.media.contracts import MediaRow
from superapp.media.endpoints.schemas import MediaRequest
from superapp.realtime import registry
from superapp.realtime.registry import Caller, register_command

registry.limits["chunk_bytes"] = CHUNK_BYTES_MAX
registry.limits["photo_bytes"] = settings.MEDIA_PHOTO_MEGABYTES * MEGABYTE


@register_command("media.state", MediaRequest, rest="GET media/<uuid:media>", response=MediaRow)
def state(caller: Caller, request: MediaRequest) -> MediaRow:
    """Return the state of a medium of the caller."""
    return queries.media_row(queries.fetch_own(caller.user_id, request.media))
