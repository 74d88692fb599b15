"""Photos of Ana in the world that outsiders attack."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from superapp.accounts.models import User
from superapp.core import jobs
from superapp.core.models import Job
from superapp.media.actions import uploads
from superapp.media.models import Media
from tests.shop.image_files import photo


def make(ana: User, now: datetime) -> dict[str, dict[str, Any]]:
    """Make a photo that is ready, and one that she is still uploading; return their ids."""
    begun, ready = (_upload(ana, photo(), declared_more=more, now=now) for more in (1, 0))
    for job_id in Job.objects.filter(state=Job.State.QUEUED, name=uploads.ENCODING_JOB).values_list("pk", flat=True):
        jobs.run(job_id)
    assert Media.objects.filter(state="ready").count() == 1
    return {
        "media": {"begun": begun, "ready": ready},
        "attachment": {"photos": {"type": "photos", "media": [ready]}},
    }


def _upload(owner: User, content: bytes, *, declared_more: int, now: datetime) -> str:
    length = len(content) + declared_more
    begun = uploads.create_upload(owner_id=owner.pk, length=length, fields={"kind": "photo"}, metadata="", now=now)
    uploads.append_chunk(owner_id=owner.pk, media=begun.media, offset=0, content=content, now=now)
    return str(begun.media)
