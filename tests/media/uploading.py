"""A process that stores chunks, encodes photos, and dies where it is told to."""

from __future__ import annotations

import base64
import os
import signal
from typing import Any
from uuid import UUID

from superapp.core import clock, jobs
from superapp.core.models import Job
from superapp.media.actions import encoding, uploads
from superapp.media.adapters import storage


def obey(order: dict[str, Any]) -> dict[str, Any]:
    if order.get("dies") == "before the row":
        uploads._count_chunk = die  # type: ignore[assignment]  # It never returns, whatever it stands in for.
    if order.get("dies") == "before ready":
        encoding._settle_ready = die  # type: ignore[assignment]  # It never returns, whatever it stands in for.
    if order.get("dies") == "before the chunks go":
        storage.delete_folder = die  # type: ignore[assignment]  # It never returns, whatever it stands in for.
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
