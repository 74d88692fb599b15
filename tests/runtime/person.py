"""A client with a browser's cookies and no browser, talking to a real server."""

from __future__ import annotations

import base64
import http.cookiejar
import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

SECONDS_MAX = 60


class Person:
    """Logged in over the API, with the code from the developer's inbox."""

    def __init__(self, url: str, read_text: Callable[[str], str], phone: str) -> None:
        self.url = url
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._opener.open(f"{url}/masuk/", timeout=SECONDS_MAX).close()
        self.must("POST", "login/code", {"phone": phone})
        code = read_text(phone).rsplit("#", 1)[1]
        self.id = self.must("POST", "login", {"phone": phone, "code": code})["user"]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request to an absolute path; a refusal is an answer, too."""
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": token or "", **headers}
        request = urllib.request.Request(self.url + path, data=content, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=SECONDS_MAX) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, {k.lower(): v for k, v in refused.headers.items()}, refused.read()

    def must(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the API that is not refused."""
        status, _, content = self.ask(method, f"/api/v1/{path}", body)
        assert status == 200, (status, content)
        return json.loads(content)

    @contextmanager
    def socket(self, **options: Any) -> Iterator[ClientConnection]:
        """An open socket, past its ``ready``."""
        address = self.url.replace("http", "ws", 1) + "/ws"
        cookie = {"Cookie": self.cookie}
        origin, spoken = Origin(self.url), [Subprotocol("app.v1")]
        with connect(address, origin=origin, subprotocols=spoken, additional_headers=cookie, **options) as line:
            assert "ready" in json.loads(line.recv(SECONDS_MAX))
            yield line

    def show_picture(self) -> str:
        """Upload a picture, and return its address."""
        picture = io.BytesIO()
        Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
        body = (
            b'--edge\r\nContent-Disposition: form-data; name="picture"; filename="p.png"\r\n'
            b"Content-Type: image/png\r\n\r\n" + picture.getvalue() + b"\r\n--edge--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        status, _, content = self.ask("PUT", "/api/v1/me/avatar", body, **headers)
        assert status == 200, (status, content)
        return str(json.loads(content)["avatar"])

    def begin_upload(self, length: int) -> str:
        """Begin the resumable upload of a photo, and return its path."""
        described = {"Upload-Length": str(length), "Upload-Metadata": f"kind {base64.b64encode(b'photo').decode()}"}
        return self.tus("POST", "/media/unggahan/", **described)[1]["location"]

    def tus(self, method: str, path: str, content: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
        """One request of a resumable upload: its status and headers."""
        chunk = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}
        status, answered, _ = self.ask(method, path, content, **{**chunk, **headers})
        return status, answered

    def append(self, path: str, offset: int, content: bytes) -> tuple[int, dict[str, str]]:
        """Append a chunk to an upload: the status and headers of the answer."""
        return self.tus("PATCH", path, content, **{"Upload-Offset": str(offset)})


def hint(line: ClientConnection, say: str, *, seconds_max: float = SECONDS_MAX) -> dict[str, Any]:
    """The next hint of that name; others pass by."""
    while True:
        frame = json.loads(line.recv(seconds_max))
        if frame.get("say") == say:
            return frame
