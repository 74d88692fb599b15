"""
Signatures of SNAP BI, the open API standard of Bank Indonesia, by which banks and providers know each other's requests.

Requests under an access token are signed with the shared secret (HMAC-SHA512); the request for a token, and
notifications of a bank, with the private key of the sender (RSA, SHA-256). What is signed names method, path, body and
time. The standard's own examples print hexadecimal; banks send Base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

WESTERN_INDONESIA = timezone(timedelta(hours=7))
# A text of JSON as it is, or blanks between texts. A text that is never closed goes to the end, and nothing is read
# twice: a stranger's body is hashed, too, before its signature is found to be wrong.
_TEXT_OR_BLANKS = re.compile(rb'("(?:[^"\\]|\\.)*+"?)|[ \t\r\n]+', re.DOTALL)


def format_timestamp(moment: datetime) -> str:
    """Return a time as ``X-TIMESTAMP`` has it: ``2027-03-01T09:03:04+07:00``."""
    return moment.astimezone(WESTERN_INDONESIA).isoformat(timespec="seconds")


def hash_body(body: bytes) -> str:
    """Return the SHA-256 of a JSON body without blanks between its texts, in hexadecimal."""
    return hashlib.sha256(_TEXT_OR_BLANKS.sub(rb"\1", body)).hexdigest()


def sign_request(secret: str, *, method: str, path: str, access_token: str, body: bytes, timestamp: str) -> str:
    """Return the signature of a request under an access token."""
    signed = ":".join((method, path, access_token, hash_body(body), timestamp))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), "sha512")).decode()


def is_request_signed(
    signature: str, secret: str, *, method: str, path: str, access_token: str, body: bytes, timestamp: str
) -> bool:
    """Return whether a request under an access token was signed with this secret."""
    expected = sign_request(secret, method=method, path=path, access_token=access_token, body=body, timestamp=timestamp)
    return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def sign_token_request(key: RSAPrivateKey, *, client_id: str, timestamp: str) -> str:
    """Return the signature of the request for an access token."""
    return _sign(key, f"{client_id}|{timestamp}")


def is_token_request_signed(signature: str, key: RSAPublicKey, *, client_id: str, timestamp: str) -> bool:
    """Return whether the request for an access token was signed by the owner of this key."""
    return _is_signed(signature, key, f"{client_id}|{timestamp}")


def sign_notification(key: RSAPrivateKey, *, method: str, path: str, body: bytes, timestamp: str) -> str:
    """Return the signature of a request without an access token."""
    return _sign(key, f"{method}:{path}:{hash_body(body)}:{timestamp}")


def is_notification_signed(
    signature: str, key: RSAPublicKey, *, method: str, path: str, body: bytes, timestamp: str
) -> bool:
    """Return whether a request without an access token was signed by the owner of this key."""
    return _is_signed(signature, key, f"{method}:{path}:{hash_body(body)}:{timestamp}")


def _sign(key: RSAPrivateKey, signed: str) -> str:
    return base64.b64encode(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256())).decode()


def _is_signed(signature: str, key: RSAPublicKey, signed: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), signed.encode(), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
