"""Messages to the client of what was scanned, tried until the client takes them."""

from __future__ import annotations

import http.client
import logging
import secrets
import time
from urllib.parse import urlsplit

from shop.adapters.courier_signatures import sign_message
from simulators.courier.books import Books, Push
from superapp.core import clock

PATH = "/kurir/v1/{courier}/"
TIMEOUT_SECONDS, PAUSE_SECONDS = 10.0, 0.25
FIRST_DELAY_SECONDS, DELAY_SECONDS_MAX = 0.5, 60.0
ATTEMPTS_MAX = 50
# The request was refused for now, and not for what it says.
TEMPORARY = {401, 408, 409, 425, 429}

log = logging.getLogger(__name__)


def run_worker(books: Books, *, client_url: str, key: str) -> None:
    """Tell the client what is due, for as long as the process lives."""
    while True:
        if not send_due(books, client_url=client_url, key=key):
            time.sleep(PAUSE_SECONDS)


def send_due(books: Books, *, client_url: str, key: str) -> bool:
    """Tell the client what is due, and return whether there was anything."""
    due = books.list_due_pushes(clock.now().timestamp())
    for push in due:
        _send(books, push, client_url, key)
    return bool(due)


def _send(books: Books, push: Push, client_url: str, key: str) -> None:
    try:
        status = _post(push, client_url, key)
    except (OSError, http.client.HTTPException) as error:
        _put_off(books, push, f"{type(error).__name__}: {error}")
        return
    if status == http.client.OK or (400 <= status < 500 and status not in TEMPORARY):
        books.close_push(push, str(status))
        if status != http.client.OK:
            log.warning("client refused message %s: %s", push.number, status)
        elif books.strike("push_twice") is not None:
            _post(push, client_url, key)
    else:
        _put_off(books, push, str(status))


def _put_off(books: Books, push: Push, answer: str) -> None:
    if push.attempts >= ATTEMPTS_MAX:
        books.close_push(push, answer)
        return
    delay = min(FIRST_DELAY_SECONDS * 2 ** min(push.attempts, 10), DELAY_SECONDS_MAX)
    books.put_off_push(push, answer, clock.now().timestamp() + delay)


def _post(push: Push, client_url: str, key: str) -> int:
    address = urlsplit(client_url)
    message_id, timestamp = f"msg_{secrets.token_hex(12)}", str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign_message(key, message_id=message_id, timestamp=timestamp, body=push.body),
    }
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", address.path + PATH.format(courier=push.courier), push.body, headers)
        response = connection.getresponse()
        response.read(65_536)
        return response.status
    finally:
        connection.close()
