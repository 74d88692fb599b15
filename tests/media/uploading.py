"""A process that stores chunks, encodes photos, and dies where it is told to."""

from __future__ import annotations

import base64
import os
import signal
from typing import Any
from unittest import mock
from uuid import UUID

from superapp.core import clock, jobs
from superapp.core.models import Job
from superapp.media.actions import encoding, uploads
from superapp.media.adapters import storage


def obey(order: dict[str, Any]) -> dict[str, Any]:
    if order.get("dies") == "before the row":
        mock.patch.object(uploads, "_count_chunk", die).start()
    if order.get("dies") == "before ready":
        mock.patch.object(encoding, "_settle_ready", die).start()
    if order.get("dies") == "before the chunks go":
        mock.patch.object(storage, "delete_folder", die).start()
    if "run" in order:
        jobs.run(order["run"])
        return {"state": Job.objects.get(pk=order["run"]).state}
    appended = uploads.append_chunk(
        owner_id=order["owner"],
        media=UUID(order["media"]),
        offset=order["offset"],
        content=base64.b64decode(order["content"]),
        now=clock.now(),
    )
    if order.get("dies") == "after the row":
        die()
    return {"offset": appended.offset}


def die(*_args: object, **_named: object) -> Any:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
