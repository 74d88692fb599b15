"""
Reads QR codes out of single frames of a camera, for browsers that cannot.

A frame is read in threads of its own, a few at once: pages keep theirs, and no frame holds a request for longer than
``SECONDS_MAX``. Nothing of a frame is stored or logged.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ReadTimeout
from functools import cache

from PIL import Image

from payments.errors import FrameInvalid
from superapp.core.errors import Busy
from superapp.core.fair_semaphore import FairSemaphore

# A frame is grey, one byte for each of its pixels, and of either orientation.
LONG_SIDE_MAX, SHORT_SIDE_MAX, SIDE_MIN = 640, 480, 64
FRAME_BYTES_MAX = LONG_SIDE_MAX * SHORT_SIDE_MAX
TEXT_CHARS_MAX = 2_000
THREADS, WAITING_MAX = 2, 2
SECONDS_MAX = 2

_turns = FairSemaphore(THREADS, waiting_max=WAITING_MAX)


def read_frame(grey: bytes, *, width: int, height: int) -> str:
    """
    Return the text of the first QR code in a frame; empty if there is none.

    :raises FrameInvalid: if the size is not that of a frame, or the bytes are not as many as its pixels
    :raises Busy: if too many frames are read at this moment, or this one took too long
    """
    require_frame(width=width, height=height, length=len(grey))
    with _turns.acquired(SECONDS_MAX, timeout_error=Busy):
        try:
            return _pool().submit(_read, grey, width, height).result(SECONDS_MAX)
        except ReadTimeout:
            raise Busy(retry_after=1) from None


def require_frame(*, width: int, height: int, length: int) -> None:
    """
    Check sizes before a byte is looked at.

    :raises FrameInvalid: if they are not those of a frame
    """
    short, long = sorted((width, height))
    if short < SIDE_MIN or long > LONG_SIDE_MAX or short > SHORT_SIDE_MAX or length != width * height:
        raise FrameInvalid


def _read(grey: bytes, width: int, height: int) -> str:
    import zxingcpp  # Only a process that reads frames loads it.

    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(Image.frombytes("L", (width, height), grey), formats=formats)
    return next((one.text for one in found if 0 < len(one.text) <= TEXT_CHARS_MAX), "")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="frames")
