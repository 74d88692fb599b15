"""Files of media through the real nginx: sent by it when a view says so, in ranges, and to nobody who asks directly."""

from __future__ import annotations

import http.server
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


# As a product shows it.
PHOTO = f"{'7f' * 32}-420.webp"


@contextmanager
def proxy_over_a_file(*, has_store: bool = False) -> Iterator[tuple[str, Path]]:
    """The address of a proxy in front of that view, and the directory with one file that it is over."""
    home = Path(tempfile.mkdtemp(prefix="nusa-media-"))
    home.chmod(0o755)
    (home / FILE).parent.mkdir(parents=True)
    (home / FILE).write_bytes(CONTENT)
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), View)
    thread = threading.Thread(target=pages.serve_forever)
    thread.start()
    try:
        with nginx_over(home, pages=pages.server_port, has_store=has_store) as address:
            yield address, home
    finally:
        pages.shutdown()
        pages.server_close()
        thread.join()
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with proxy_over_a_file() as (address, _home):
        yield address


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


def test_photo_of_a_product_on_disk_is_sent_without_asking_pages():
    with proxy_over_a_file() as (url, home):
        (home / "photo/7f").mkdir(parents=True)
        (home / "photo/7f" / PHOTO).write_bytes(b"on disk")

        assert get(f"{url}/media/photo/{PHOTO}").body == b"on disk"


def test_photo_of_a_product_in_a_store_is_asked_of_pages():
    with proxy_over_a_file(has_store=True) as (url, home):
        # As it lay before the move, and was perhaps deleted since.
        (home / "photo/7f").mkdir(parents=True)
        (home / "photo/7f" / PHOTO).write_bytes(b"on disk")

        assert get(f"{url}/media/photo/{PHOTO}").body == CONTENT


def test_body_for_which_the_disk_of_the_proxy_has_no_room_is_to_be_sent_again():
    with proxy_over_a_file() as (url, home):
        # No file can be written there, as on a full disk.
        (home / "body").rmdir()
        (home / "body").touch()

        upload = get(f"{url}/media/unggahan/x", data=b"x" * 1_000_000)
        command = get(f"{url}/api/v1/media", data=b"x" * 1_000_000)

    assert [(answer.status, answer.headers["retry-after"]) for answer in (upload, command)] == [(503, "5"), (503, "5")]
    assert json.loads(command.body)["code"] == "unavailable"
