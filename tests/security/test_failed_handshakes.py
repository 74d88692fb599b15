"""A handshake that fails is the client's mistake: it is refused, and nothing of it stands in the log as ours."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

HEADERS = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def shake(port: int, **changes: str) -> bytes:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    with socket.create_connection(("localhost", port), timeout=10) as line:
        lines = ["GET /ws HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        line.sendall("\r\n".join(lines).encode())
        return line.recv(4096)


@pytest.mark.timeout(60)
def test_failed_handshake_writes_no_traceback(site, real_db):
    port = urlsplit(site.url).port
    answers = [
        shake(port, Sec_WebSocket_Version="99"),
        shake(port, Origin="nowhere"),
        shake(port, Origin="http://["),
        shake(port, Sec_WebSocket_Key="x"),
    ]
    site.stop()

    written = "".join(path.read_text() for path in real_db.var_dir.glob("*.log"))
    assert [int(answer.split()[1]) // 100 for answer in answers] == [4] * 4
    assert "Traceback" not in written
    assert "has no attribute" not in written
