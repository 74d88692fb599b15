"""
Signatures of a courier's messages, and the key that it shares with us.

A message is signed as the Standard Webhooks specification says: HMAC-SHA256 over its id, its time and its body. The
same key lets us in when we ask.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

KEY_FILE = "key"


def sign_message(key: str, *, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the value of ``webhook-signature`` for a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key.encode(), signed, 'sha256')).decode()}"


def is_message_signed(signatures: str, key: str, *, message_id: str, timestamp: str, body: bytes) -> bool:
    """Return whether one of these signatures, separated by blanks, is that of the message under this key."""
    expected = sign_message(key, message_id=message_id, timestamp=timestamp, body=body).encode()
    return any(hmac.compare_digest(expected, one.encode(errors="replace")) for one in signatures.split()[:5])


def ensure_key(directory: Path) -> str:
    """Return the key in this directory; whichever side comes first makes it."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / KEY_FILE
    if not path.exists():
        # Linked to its name only when it is complete; of two processes the second finds the first one's file.
        fresh = directory / f"{KEY_FILE}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text().strip()
