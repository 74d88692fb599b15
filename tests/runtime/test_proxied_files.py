"""Static files through the real nginx: as the browser reads them, packed beforehand, under their true names."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from tests.runtime.conftest import get, nginx_over

SCRIPT, SHEET, NOTE, BARE = (f"of.0123456789ab.{ending}" for ending in ("js", "css", "txt", "svg"))
TEXT = b"a text that says the same again and again, " * 60
KEPT = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a proxy over some static files; all but the last are packed."""
    home = Path(tempfile.mkdtemp(prefix="nusa-files-"))
    home.chmod(0o755)
    for name in (SCRIPT, SHEET, NOTE):
        (home / name).write_bytes(TEXT)
        (home / f"{name}.br").write_bytes(brotli.compress(TEXT))
        (home / f"{name}.gz").write_bytes(gzip.compress(TEXT))
    (home / BARE).write_bytes(TEXT)
    with nginx_over(home, pages=1) as address:
        yield address
    shutil.rmtree(home)


@pytest.mark.parametrize(("name", "content_type"), [(SCRIPT, "text/javascript"), (SHEET, "text/css")])
def test_browser_accepting_brotli_gets_brotli(url, name, content_type):
    answer = get(f"{url}/static/{name}", {"Accept-Encoding": "gzip, deflate, br, zstd"})

    assert brotli.decompress(answer.body) == TEXT
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"] == f"{content_type}; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == KEPT
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("accepted", ["gzip, deflate", "gzip, br;q=0", "gzip, br; q=0.0, zstd", "gzip, brown"])
def test_browser_accepting_only_gzip_gets_gzip(url, accepted):
    answer = get(f"{url}/static/{SCRIPT}", {"Accept-Encoding": accepted})

    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == TEXT
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == KEPT


def test_uncompressed_files_are_served_to_other_clients(url):
    plain = get(f"{url}/static/{SCRIPT}")
    unpacked = get(f"{url}/static/{BARE}", {"Accept-Encoding": "br"})
    other = get(f"{url}/static/{NOTE}", {"Accept-Encoding": "br"})

    assert [answer.body for answer in (plain, unpacked, other)] == [TEXT, TEXT, TEXT]
    assert all("content-encoding" not in answer.headers for answer in (plain, unpacked, other))


def test_compressed_file_has_no_address_of_its_own(url):
    assert get(f"{url}/-/brotli/{SCRIPT}", {"Accept-Encoding": "br"}).status == 404
