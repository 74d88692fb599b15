"""Files of media through the real nginx: sent by it when a view says so, in ranges, and to nobody who asks directly."""

from __future__ import annotations

import http.server
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import get, nginx_over

FILE = "berkas/7f/0198c0de-0000-7000-8000-00000000007f/original"
CONTENT = bytes(range(256)) * 40


class View(http.server.BaseHTTPRequestHandler):
    """A view that lets the proxy send a file, as ``superapp.core.media`` does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Accel-Redirect", f"/-/media/{FILE}")
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Cache-Control", "private, max-age=604800, immutable")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a proxy over a directory with one file, in front of that view."""
    home = Path(tempfile.mkdtemp(prefix="nusa-media-"))
    home.chmod(0o755)
    (home / FILE).parent.mkdir(parents=True)
    (home / FILE).write_bytes(CONTENT)
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), View)
    thread = threading.Thread(target=pages.serve_forever)
    thread.start()
    with nginx_over(home, pages=pages.server_port) as address:
        yield address
    pages.shutdown()
    pages.server_close()
    thread.join()
    shutil.rmtree(home)


def test_file_is_sent_with_headers_that_keep_it_from_running(url):
    answer = get(f"{url}/media/berkas/0198c0de-0000-7000-8000-00000000007f/original", {"Accept-Encoding": "gzip"})

    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=604800, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in answer.headers


def test_range_of_a_file_is_sent(url):
    answer = get(f"{url}/media/berkas/0198c0de-0000-7000-8000-00000000007f/original", {"Range": "bytes=100-199"})

    assert (answer.status, answer.body) == (206, CONTENT[100:200])
    assert answer.headers["content-range"] == f"bytes 100-199/{len(CONTENT)}"


def test_media_file_is_404_past_the_view(url):
    answers = [get(f"{url}/{path}") for path in (f"-/media/{FILE}", f"-/media/../media/{FILE}")]

    assert [answer.status for answer in answers] == [404, 404]
    assert all(CONTENT not in answer.body for answer in answers)
