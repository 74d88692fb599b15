"""One HTTP request to another system and its whole answer, within a time and a size."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit


def connect(url: str, *, seconds_max: float) -> http.client.HTTPConnection:
    """Return a connection, not opened yet, to the host of this address."""
    address = urlsplit(url)
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(address.netloc, timeout=seconds_max, context=context)
    return http.client.HTTPConnection(address.netloc, timeout=seconds_max)


def exchange(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds_max: float,
    bytes_max: int,
) -> tuple[int, bytes]:
    """
    Send a request and return the status and at most ``bytes_max`` bytes of the answer; the connection is closed after.

    Redirects are not followed.

    :raises OSError: if there was no whole answer within ``seconds_max``; the request may have arrived all the same
    :raises http.client.HTTPException: if the answer is no HTTP; the same holds
    """
    # Socket timeouts restart with each read, so a slow trickle of bytes would never time out.
    is_over = threading.Event()
    watchdog = threading.Timer(seconds_max, _abort, [connection, is_over])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        answer = response.read(bytes_max)
    finally:
        watchdog.cancel()
        connection.close()
    if is_over.is_set():  # A connection closed in the middle of the headers looks like their end.
        raise TimeoutError(f"no whole answer in {seconds_max} s")
    return response.status, answer


def _abort(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    """Abort the exchange from the watchdog thread; the blocked read then finds the connection closed."""
    is_over.set()
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(2)
        except OSError:  # The exchange ended at the same moment.
            return
