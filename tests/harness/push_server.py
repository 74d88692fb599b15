"""A push service as the makers of browsers run them, on this machine: it takes messages over TLS and decrypts them."""

from __future__ import annotations

import json
import os
import ssl
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk, jwt

HOST = "push.example"


class BrowserKeys:
    """The keys of a subscription, as a browser makes them."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    @property
    def p256dh(self) -> str:
        return encode(self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return encode(self._auth)

    def decrypt(self, body: bytes) -> Any:
        """Return the message that was encrypted for this browser (RFC 8291)."""
        return json.loads(http_ece.decrypt(body, private_key=self._private, auth_secret=self._auth))


class PushServer:
    """
    The service: ``received`` are (path, headers, body) of every message, and ``status`` what it answers.

    ``context`` trusts its certificate, which is for ``push.example`` and nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 201
        self.headers: dict[str, str] = {}
        self.answers: list[bytes] = [b""]
        self.pause_seconds = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.received.append((self.path, dict(self.headers), body))
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for part in server.answers:
                        self.wfile.write(part)
                        self.wfile.flush()
                        threading.Event().wait(server.pause_seconds)
                except OSError:
                    return  # Whoever sends a message does not wait for all of a long answer.

            def log_message(self, *args: Any) -> None:
                pass

        certificate = _write_certificate(folder)
        self.context = ssl.create_default_context(cafile=str(certificate))
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = own.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def verify_vapid(authorization: str) -> tuple[dict[str, Any], str]:
    """Return the claims of an Authorization header (RFC 8292) whose signature is right, and the public key."""
    kind, _, rest = authorization.partition(" ")
    assert kind == "vapid"
    fields = dict(part.split("=", 1) for part in rest.split(","))
    point = urlsafe_b64decode(fields["k"] + "=" * (-len(fields["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return jwt.decode(fields["t"], jwk.ECKey.import_key(pem), algorithms=["ES256"]).claims, fields["k"]


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _write_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "push.pem"
    private = key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path
