"""A client of the simulated bank, for tests: it orders as the product would, and answers as the product would."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from payments.adapters import snap_signatures
from payments.adapters.bank_keys import BankKeys

Answer = tuple[int, dict[str, Any]]
_numbers = itertools.count(time.time_ns())


def moment() -> str:
    return snap_signatures.format_timestamp(datetime.now(UTC))


def rupiah(amount: int) -> dict[str, str]:
    return {"value": f"{amount}.00", "currency": "IDR"}


class SnapClient:
    """Requests to the bank, signed as it wants them; a test changes what is to be refused."""

    def __init__(self, port: int, keys: BankKeys) -> None:
        self.port = port
        self.keys = keys
        self._token: str | None = None

    def send(self, path: str, raw: bytes, headers: dict[str, str], *, method: str = "POST") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, raw, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def ask_token(self, body: Any = None, **changed: str | None) -> Answer:
        timestamp = changed.get("X-TIMESTAMP") or moment()
        client_id = changed.get("X-CLIENT-KEY") or self.keys.client_id
        signature = snap_signatures.sign_token_request(
            self.keys.client_private, client_id=client_id, timestamp=timestamp
        )
        headers = {"X-CLIENT-KEY": client_id, "X-TIMESTAMP": timestamp, "X-SIGNATURE": signature, **changed}
        raw = json.dumps({"grantType": "client_credentials"} if body is None else body).encode()
        return self.send("/v1.0/access-token/b2b", raw, _without_none(headers))

    @property
    def token(self) -> str:
        if self._token is None:
            status, answer = self.ask_token()
            assert status == 200, answer
            self._token = answer["accessToken"]
        return self._token

    def forget_token(self) -> None:
        self._token = None

    def order(self, path: str, body: Any = None, *, raw: bytes | None = None, **changed: str | None) -> Answer:
        """Send a signed request; ``changed`` headers replace the right ones after signing, None leaves one out."""
        path = f"/v1.0{path}"
        raw = json.dumps(body or {}).encode() if raw is None else raw
        timestamp = changed.get("X-TIMESTAMP") or moment()
        signature = snap_signatures.sign_request(
            self.keys.client_secret,
            method="POST",
            path=path,
            access_token=self.token,
            body=raw,
            timestamp=timestamp,
        )
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature,
            "X-PARTNER-ID": self.keys.partner_id,
            "X-EXTERNAL-ID": f"{next(_numbers)}",
            "CHANNEL-ID": self.keys.channel_id,
            **changed,
        }
        return self.send(path, raw, _without_none(headers))

    def control(self, path: str, **body: Any) -> Answer:
        """Use a door of the bank that is there for tests."""
        return self.send(path, json.dumps(body).encode(), {})

    def fault(self, name: str, *, times: int = 1, value: str = "") -> None:
        status, answer = self.control("/faults", name=name, times=times, value=value)
        assert status == 200, answer

    def books(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get("/books")[1])
        return found


def _without_none(headers: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value is not None}


class StubProduct:
    """The other end: it issues tokens, checks what the bank signed, and keeps what it was told."""

    def __init__(self, port: int) -> None:
        self.keys: BankKeys | None = None
        self.bills: dict[str, Answer] = {}
        self.told: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.wrong: list[str] = []
        # Answers to be given instead of the good one, first to last; a function may also wait, or raise.
        self.next_answers: list[Answer | Callable[[], Answer]] = []
        self.next_tokens: list[Answer] = []
        self.is_away = False
        self._external_ids: set[str] = set()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                given = stub.answer(self.path, dict(self.headers), body)
                if given is None:
                    return
                content = json.dumps(given[1]).encode()
                self.send_response(given[0])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        self.bills.clear()
        self.told.clear()
        self.wrong.clear()
        self.next_answers.clear()
        self.next_tokens.clear()
        self.is_away = False

    def payments(self) -> list[dict[str, Any]]:
        return [body for path, body, _headers in self.told if path.endswith("/transfer-va/payment")]

    def notices(self) -> list[dict[str, Any]]:
        return [body for path, body, _headers in self.told if path.endswith("/qr/qr-mpm-notify")]

    def answer(self, path: str, headers: dict[str, str], raw: bytes) -> Answer | None:
        if self.is_away:
            return 503, {}
        assert self.keys is not None
        if path == "/bank/v1.0/access-token/b2b":
            return self._issue_token(headers)
        self._check(path, headers, raw)
        body = json.loads(raw)
        if path.endswith("/transfer-va/inquiry"):
            return self.bills.get(body["customerNo"], (404, {"responseCode": "4042412", "responseMessage": "Unknown"}))
        self.told.append((path, body, headers))
        if self.next_answers:
            following = self.next_answers.pop(0)
            return following() if callable(following) else following
        service = "25" if path.endswith("/transfer-va/payment") else "52"
        return 200, {"responseCode": f"200{service}00", "responseMessage": "Successful"}

    def _issue_token(self, headers: dict[str, str]) -> Answer:
        assert self.keys is not None
        is_signed = snap_signatures.is_token_request_signed(
            headers["X-SIGNATURE"],
            self.keys.bank_public,
            client_id=headers["X-CLIENT-KEY"],
            timestamp=headers["X-TIMESTAMP"],
        )
        if not is_signed:
            self.wrong.append("token")
        if self.next_tokens:
            return self.next_tokens.pop(0)
        return 200, {"responseCode": "2007300", "accessToken": "stub-token", "tokenType": "Bearer", "expiresIn": "900"}

    def _check(self, path: str, headers: dict[str, str], raw: bytes) -> None:
        assert self.keys is not None
        signed = {"method": "POST", "path": path, "body": raw, "timestamp": headers["X-TIMESTAMP"]}
        signature, token = headers["X-SIGNATURE"], headers.get("Authorization", "").removeprefix("Bearer ")
        if path.endswith("/qr/qr-mpm-notify"):
            is_signed = snap_signatures.is_notification_signed(signature, self.keys.bank_public, **signed)
        else:
            secret = self.keys.client_secret
            is_signed = snap_signatures.is_request_signed(signature, secret, access_token=token, **signed)
        if not is_signed or headers["X-EXTERNAL-ID"] in self._external_ids:
            self.wrong.append(path)
        self._external_ids.add(headers["X-EXTERNAL-ID"])
