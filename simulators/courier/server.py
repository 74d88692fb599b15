"""The web server of the simulated courier: the wire, its pages, and doors for tests; a thread for each connection."""

from __future__ import annotations

import json
import os
import socket
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shop.adapters.courier_signatures import ensure_key
from simulators.courier import faults, pages, pushes, tracking
from simulators.courier.books import Books
from simulators.courier.vocabulary import COURIERS

BODY_BYTES_MAX = 64 * 1024
WAYBILL_CHARS_MAX = 40
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Courier:
    """The courier of one directory: its books and its key, and where its client answers."""

    books: Books
    key: str
    client_url: str
    takes_unknown: bool

    @classmethod
    def open(cls, directory: Path, *, client_url: str, takes_unknown: bool) -> Courier:
        """Open the books and the key of a directory; what is missing is made."""
        return cls(Books(directory), ensure_key(directory), client_url.rstrip("/"), takes_unknown)


def serve(courier: Courier, *, host: str, port: int) -> None:
    """Serve until the process ends, and tell the client of scans meanwhile."""
    threading.Thread(target=_push, args=[courier], name="pushes", daemon=True).start()

    class Handler(_Handler):
        of = courier
        names = LOOPBACK_NAMES if host in LOOPBACK_NAMES else None

    with ThreadingHTTPServer((host, port), Handler) as server:
        server.daemon_threads = True
        server.serve_forever()


def _push(courier: Courier) -> None:
    # A courier that serves but tells nobody looks healthy, and is not: whoever runs it starts it again.
    try:
        pushes.run_worker(courier.books, client_url=courier.client_url, key=courier.key)
    finally:
        traceback.print_exc()
        os._exit(1)


class _Handler(BaseHTTPRequestHandler):
    of: Courier
    # The names under which it answers; None for all.
    names: set[str] | None
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  The name is the one of http.server.
        """Print no line for each request."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        parts = address.path.strip("/").split("/")
        if self._is_foreign():
            return
        if len(parts) == 3 and parts[0] == "v1" and parts[1] in COURIERS and parts[2] == "track":
            self._track(parts[1], parse_qs(address.query).get("waybill", [""])[0])
        elif address.path == "/":
            self._send(HTTPStatus.OK, pages.show_parcels(self.of.books), "text/html; charset=utf-8")
        elif address.path == "/gangguan/":
            self._send(HTTPStatus.OK, pages.show_faults(self.of.books), "text/html; charset=utf-8")
        elif address.path == "/kabar/":
            self._send(HTTPStatus.OK, pages.show_pushes(self.of.books), "text/html; charset=utf-8")
        elif address.path == "/style.css":
            self._send(HTTPStatus.OK, pages.STYLE.read_bytes(), "text/css")
        elif address.path == "/books":
            self._send_json(HTTPStatus.OK, {"parcels": self.of.books.list_parcels(), "pushes": self._open_pushes()})
        else:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "not found"})

    def do_POST(self) -> None:
        if self._is_foreign():
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length) <= BODY_BYTES_MAX):
            self._send_json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too much"})
            return
        body, kind = self.rfile.read(int(length)), self.headers.get_content_type()
        if kind == "application/json":
            self._control(body)
        elif kind == "application/x-www-form-urlencoded":
            self._take_form({name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()})
        else:
            self._send_json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "JSON, please"})

    def _is_foreign(self) -> bool:
        """Refuse requests under names that are not ours, and forms of other sites; return whether it was one."""
        host = self.headers.get("Host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        origin = self.headers.get("Origin")
        is_foreign = (self.names is not None and name not in self.names) or (
            self.command == "POST" and origin is not None and urlsplit(origin).netloc != host
        )
        if is_foreign:
            self._send_json(HTTPStatus.FORBIDDEN, {"error": "foreign"})
        return is_foreign

    def _track(self, courier: str, waybill: str) -> None:
        given = self.headers.get("Authorization", "")
        if not compare_digest(given.encode(errors="replace"), f"Bearer {self.of.key}".encode()):
            self._send_json(HTTPStatus.UNAUTHORIZED, {"error": "key"})
            return
        if not 0 < len(waybill) <= WAYBILL_CHARS_MAX:
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": "waybill"})
            return
        try:
            status, body = tracking.answer(self.of.books, courier, waybill, takes_unknown=self.of.takes_unknown)
        except tracking.Silent:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(status, body, "application/json")

    def _control(self, body: bytes) -> None:
        try:
            fields = json.loads(body)
            if self.path == "/scans":
                self._scan(fields)
            elif self.path == "/faults":
                self._set_fault(fields)
            else:
                self._send_json(HTTPStatus.NOT_FOUND, {"error": "not found"})
                return
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            return
        self._send_json(HTTPStatus.OK, {"faults": self.of.books.list_faults()})

    def _take_form(self, fields: Mapping[str, str]) -> None:
        page, act = {"/": (pages.show_parcels, self._scan), "/gangguan/": (pages.show_faults, self._set_fault)}.get(
            self.path, (None, None)
        )
        if page is None or act is None:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "not found"})
            return
        try:
            act(fields)
        except (ValueError, KeyError):
            content = page(self.of.books, error="Isian itu tidak bisa dipakai.")
            self._send(HTTPStatus.OK, content, "text/html; charset=utf-8")
            return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", self.path)
        self.end_headers()

    def _scan(self, fields: Mapping[str, Any]) -> None:
        courier, waybill = str(fields["courier"]), " ".join(str(fields["waybill"]).upper().split())
        if courier not in COURIERS or not 0 < len(waybill) <= WAYBILL_CHARS_MAX:
            raise ValueError("no such courier, or no waybill")
        at = datetime.fromisoformat(fields["at"]) if fields.get("at") else None
        code, text = str(fields.get("code", "")), str(fields.get("text", ""))
        tracking.scan(self.of.books, courier, waybill, str(fields["step"]), at=at, code=code, text=text)

    def _set_fault(self, fields: Mapping[str, Any]) -> None:
        faults.set_fault(
            self.of.books, str(fields["name"]), times=int(fields.get("times", 1)), value=str(fields.get("value", ""))
        )

    def _open_pushes(self) -> int:
        return sum(bool(push["is_open"]) for push in self.of.books.list_pushes())

    def _send_json(self, status: int, fields: dict[str, Any]) -> None:
        self._send(status, json.dumps(fields).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        with suppress(OSError):  # Whoever asked did not wait.
            self.wfile.write(content)
