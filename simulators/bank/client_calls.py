"""Calls to the client: a token first, then signed requests; notifications of QR payments are signed without one."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from payments.adapters import snap_signatures
from payments.adapters.bank_keys import BankKeys
from simulators.bank import faults
from simulators.bank.settings import current

BASE_PATH = "/bank/v1.0"
TIMEOUT_SECONDS = 10
ANSWER_BYTES_MAX = 64 * 1024
# A token is renewed before it expires on the way.
TOKEN_MARGIN = timedelta(seconds=60)
_TOKEN, _SECONDS = re.compile(r"[!-~]{1,2000}"), re.compile(r"[0-9]{1,6}")


class ClientUnreachable(Exception):
    """The client gave no answer that can be read: nobody knows what it did."""


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """An answer of the client: its HTTP status and its JSON object."""

    status: int
    body: dict[str, Any]

    @property
    def case(self) -> str:
        """The last two digits of the response code; empty if there is none."""
        code = self.body.get("responseCode")
        return code[5:7] if isinstance(code, str) and len(code) == 7 else ""

    def __str__(self) -> str:
        return f"{self.status} {self.body.get('responseCode', '')} {self.body.get('responseMessage', '')}".strip()[:200]


_token: list[tuple[str, datetime]] = []
_token_guard = threading.Lock()


def call_with_token(path: str, body: dict[str, Any], now: datetime) -> ClientAnswer:
    """
    Call the client under a token, with a new X-EXTERNAL-ID.

    :raises ClientUnreachable: if no answer came
    """
    keys = current().keys
    token = _fetch_token(keys, now)
    raw, timestamp, path = json.dumps(body).encode(), _timestamp(now), _full_path(path)
    signature = snap_signatures.sign_request(
        keys.client_secret, method="POST", path=path, access_token=token, body=raw, timestamp=timestamp
    )
    answer = _post(
        path,
        raw,
        {**_headers(keys, timestamp, signature), "Authorization": f"Bearer {token}"},
    )
    if answer.status == 401:
        with _token_guard:
            _token.clear()
    return answer


def call_signed(path: str, body: dict[str, Any], now: datetime) -> ClientAnswer:
    """
    Call the client without a token, signed with the bank's private key.

    :raises ClientUnreachable: if no answer came
    """
    keys = current().keys
    raw, timestamp, path = json.dumps(body).encode(), _timestamp(now), _full_path(path)
    signature = snap_signatures.sign_notification(
        _private_key(keys), method="POST", path=path, body=raw, timestamp=timestamp
    )
    return _post(path, raw, _headers(keys, timestamp, signature))


def _fetch_token(keys: BankKeys, now: datetime) -> str:
    with _token_guard:
        if _token and _token[0][1] > now:
            return _token[0][0]
        timestamp = _timestamp(now)
        signature = snap_signatures.sign_token_request(
            _private_key(keys), client_id=keys.client_id, timestamp=timestamp
        )
        headers = {"X-CLIENT-KEY": keys.client_id, "X-TIMESTAMP": timestamp, "X-SIGNATURE": signature}
        answer = _post(_full_path("/access-token/b2b"), b'{"grantType":"client_credentials"}', headers)
        token, seconds = str(answer.body.get("accessToken", "")), str(answer.body.get("expiresIn", ""))
        # Kept, a token that fits into no header would fail every call until it expires.
        if answer.status != 200 or not _TOKEN.fullmatch(token) or not _SECONDS.fullmatch(seconds):
            raise ClientUnreachable(f"no token: {answer}")
        _token[:] = [(token, now + timedelta(seconds=int(seconds)) - TOKEN_MARGIN)]
        return token


def _private_key(keys: BankKeys) -> RSAPrivateKey:
    if keys.bank_private is None:
        raise RuntimeError("bank_private.pem is missing, and a bank cannot sign without it")
    return keys.bank_private


def _headers(keys: BankKeys, timestamp: str, signature: str) -> dict[str, str]:
    return {
        "X-TIMESTAMP": timestamp,
        "X-SIGNATURE": signature,
        "X-PARTNER-ID": keys.partner_id,
        "X-EXTERNAL-ID": f"{secrets.randbelow(10**30):030}",
        "CHANNEL-ID": keys.channel_id,
    }


def _timestamp(now: datetime) -> str:
    skew = timedelta(seconds=int(faults.strike("skewed_clock") or 0))
    return snap_signatures.format_timestamp(now + skew)


def _full_path(path: str) -> str:
    return f"{urlsplit(current().client_url).path}{BASE_PATH}{path}"


def _post(path: str, body: bytes, headers: dict[str, str]) -> ClientAnswer:
    address = urlsplit(current().client_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    try:
        with closing(kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)) as connection:
            connection.request("POST", path, body, {**headers, "Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read(ANSWER_BYTES_MAX)
    except (OSError, http.client.HTTPException) as fault:
        raise ClientUnreachable(f"{type(fault).__name__}: {fault}") from fault
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        fields = None
    return ClientAnswer(response.status, fields if isinstance(fields, dict) else {})
