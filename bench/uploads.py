"""
``python -m bench.uploads PORT SESSION...``: upload photos from as many phones at once, until this process is ended.

Runs beside another bench, which shows what uploads take from it. A phone sends 3 Mbit a second.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

from bench.media import SIZE, Phone
from tests.media.photo_files import camera_photo

BYTES_PER_SECOND = 3_000_000 / 8


def upload_for_ever(phone: Phone, content: bytes) -> None:
    """Upload the photo again and again, no faster than a phone's line."""
    while True:
        phone.upload(content, _pace(time.monotonic()))


def _pace(began: float) -> Callable[[int], None]:
    """Return a function that waits until a phone would have sent so many bytes."""
    return lambda sent: time.sleep(max(0.0, began + sent / BYTES_PER_SECOND - time.monotonic()))


def main() -> None:
    port, *sessions = sys.argv[1:]
    content = camera_photo(*SIZE)
    phones = [Phone(number, int(port), session) for number, session in enumerate(sessions)]
    for phone in phones:
        threading.Thread(target=upload_for_ever, args=(phone, content), daemon=True).start()
    print("uploading", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
