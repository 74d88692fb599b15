"""Public clients of the protocol, unmodified, against the running product; and lines that are cut."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import urllib.request
from urllib.parse import urlsplit

import pytest
from PIL import Image
from tusclient.client import TusClient as PythonTusClient
from tusclient.exceptions import TusCommunicationError

from superapp.media.models import Media
from tests.harness.running_site import ROOT
from tests.harness.servers import wait_until
from tests.harness.socket_client import log_in
from tests.media.photo_files import camera_photo, photo

pytestmark = pytest.mark.timeout(180)
TOKEN = "a" * 32
TUS_JS = ROOT / ".venv" / "tus.min.js"


@pytest.fixture(autouse=True)
def media_root(settings, real_db):
    """The files of the running product."""
    settings.MEDIA_ROOT = real_db.var_dir / "media"


@pytest.fixture
def headers(make_user):
    """The headers that the browser of ana sends."""
    session = log_in(make_user("ana")).session_key
    return {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "Tus-Resumable": "1.0.0"}


def fetch(url, headers, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method), timeout=20) as answer:
        return answer.read(), answer.headers


def wait_ready(site, headers, media):
    def is_settled():
        state = json.loads(fetch(f"{site.url}/api/v1/media/{media}", headers)[0])
        assert state["state"] != "refused", state
        return state["state"] == "ready"

    wait_until(is_settled, "the photo is ready", 30)


def test_tuspy_uploads_resumes_and_sees_its_photo(make_site, headers):
    site = make_site(runs_jobs=True)
    content = camera_photo(1_200, 900)
    client = PythonTusClient(f"{site.url}/media/unggahan/", headers=headers)

    begun = client.uploader(
        file_stream=io.BytesIO(content), chunk_size=50_000, metadata={"kind": "photo", "filename": "pantai.jpg"},
        upload_checksum=True,
    )  # fmt: skip
    begun.upload_chunk()
    # Another client goes on where that one stopped.
    resumed = client.uploader(file_stream=io.BytesIO(content), url=begun.url, chunk_size=50_000, upload_checksum=True)
    offset = resumed.offset
    resumed.upload()

    assert offset == 50_000
    media = str(resumed.url).rsplit("/", 1)[1]
    wait_ready(site, headers, media)
    small, described = fetch(f"{site.url}/media/berkas/{media}/small.webp", headers)
    assert Image.open(io.BytesIO(small)).size == (512, 384)
    assert described["Content-Type"] == "image/webp"
    part, described = fetch(f"{site.url}/media/berkas/{media}/small.webp", {**headers, "Range": "bytes=10-19"})
    assert (part, described["Content-Range"]) == (small[10:20], f"bytes 10-19/{len(small)}")


def test_tuspy_gets_an_error_for_a_too_large_file(make_site, headers):
    site = make_site(env={"MEDIA_PHOTO_MEGABYTES": "1"})
    client = PythonTusClient(f"{site.url}/media/unggahan/", headers=headers)
    uploader = client.uploader(file_stream=io.BytesIO(b"x" * 1_048_577), chunk_size=50_000, metadata={"kind": "photo"})

    with pytest.raises(TusCommunicationError) as refused:
        uploader.upload()

    assert refused.value.status_code == 413
    assert json.loads(refused.value.response_content)["code"] == "media.too_large"


def test_tus_js_client_uploads_a_photo_in_a_browser(make_site, headers, make_user, browser):
    subprocess.run(["sh", ROOT / "tests" / "media" / "tus_js.sh", TUS_JS], check=True)
    site = make_site(runs_jobs=True)
    page = browser.person("ana", site.url)
    session = re.search(r"sessionid=(\w+)", headers["Cookie"])[1]
    cookies = {"sessionid": session, "csrftoken": TOKEN}
    page.context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    page.goto(f"{site.url}/masuk/", wait_until="domcontentloaded")
    page.evaluate(TUS_JS.read_text())

    address = page.evaluate(
        """([bytes, token]) => new Promise((resolve, reject) => {
          const upload = new tus.Upload(new Blob([new Uint8Array(bytes)]), {
            endpoint: "/media/unggahan/", chunkSize: 1000, metadata: { kind: "photo", filename: "pantai.jpg" },
            headers: { "X-CSRFToken": token }, onError: reject, onSuccess: () => resolve(upload.url),
          })
          upload.start()
        })""",
        [list(photo()), TOKEN],
    )

    media = address.rsplit("/", 1)[1]
    wait_ready(site, headers, media)
    assert (Media.objects.get().width, Media.objects.get().height) == (640, 480)


def test_upload_interrupted_at_every_tenth_continues_in_another_process(make_site, headers, settings):
    site = make_site(runs_jobs=True, **({"web_processes": 2} if settings.SERVED else {}))
    content = camera_photo(800, 600)
    client = PythonTusClient(f"{site.url}/media/unggahan/", headers=headers)
    uploader = client.uploader(file_stream=io.BytesIO(content), metadata={"kind": "photo"})
    path = urlsplit(uploader.create_url()).path
    tenth = -(-len(content) // 10)

    offsets = []
    for number in range(10):
        start, url = number * tenth, site.urls[number % len(site.urls)]
        # The line breaks in the middle of this tenth; whoever comes back begins it anew, at the next process.
        send_part(url, path, headers, start, content[start : start + tenth], cut_after=tenth // 2)
        other = site.urls[(number + 1) % len(site.urls)]
        offsets.append(int(fetch(other + path, headers, "HEAD")[1]["Upload-Offset"]))
        answer = send_part(other, path, headers, start, content[start : start + tenth])
        assert b" 204 " in answer.split(b"\r\n", 1)[0], answer

    assert offsets == [number * tenth for number in range(10)]
    media = Media.objects.get()
    wait_ready(site, headers, media.public_id)


def send_part(url, path, headers, offset, content, *, cut_after=None):
    """Send a chunk by hand, and return the answer; with ``cut_after``, cut the line after that many bytes of it."""
    where = urlsplit(url)
    sent = {
        "Host": where.netloc,
        "Upload-Offset": offset,
        "Content-Length": len(content),
        "Content-Type": "application/offset+octet-stream",
        "Connection": "close",
        **headers,
    }
    head = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode() + content[:cut_after])
        if cut_after is not None:
            # A reset, as when the phone loses its network.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return b""
        return b"".join(iter(lambda: line.recv(65_536), b""))
