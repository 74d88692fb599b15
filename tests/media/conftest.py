"""Uploads of people, and the work that follows them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from superapp.accounts import sessions
from superapp.accounts.actions.login import PhoneProof
from superapp.accounts.models import User
from superapp.core import clock, jobs
from superapp.core.models import Job
from superapp.media.models import Media
from superapp.realtime import bus
from tests.media.photo_files import photo

UPLOADS = "/media/unggahan/"


@pytest.fixture(autouse=True)
def media_root(settings: LazySettings, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def _committed(real_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits are real, since jobs and threads see no others; a job waits until the test has it run."""
    monkeypatch.setattr(jobs, "dispatch", lambda _job_id: None)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


class TusClient:
    """A client of the protocol at the browser of one person."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, method: str, path: str, content: bytes = b"", **headers: Any) -> HttpResponse:
        content_type = headers.pop("content_type", "application/offset+octet-stream")
        named = {"Tus-Resumable": "1.0.0", **headers}
        # Django's client leaves out both for an empty body, which a browser does not.
        described = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(content))}
        sent = {name: value for name, value in named.items() if value is not None}
        return self.client.generic(method, path, content, content_type=content_type, headers=sent, **described)

    def create(self, length: Any, *, metadata: str | None = None, **headers: Any) -> HttpResponse:
        metadata = f"kind {base64.b64encode(b'photo').decode()}" if metadata is None else metadata
        return self.send(
            "POST", UPLOADS, content_type="", **{"Upload-Length": str(length), "Upload-Metadata": metadata, **headers}
        )

    def begin(self, length: int) -> str:
        """Begin an upload, and return its path."""
        created = self.create(length)
        assert created.status_code == 201, created.content
        return str(created.headers["Location"])

    def append(self, path: str, offset: int, content: bytes, **headers: Any) -> HttpResponse:
        return self.send("PATCH", path, content, **{"Upload-Offset": str(offset), **headers})

    def upload(self, content: bytes, *, chunk: int = 4 * 1024 * 1024) -> str:
        """Upload all of it in chunks, and return the id of the medium."""
        path = self.begin(len(content))
        for offset in range(0, len(content), chunk):
            answer = self.append(path, offset, content[offset : offset + chunk])
            assert answer.status_code == 204, answer.content
        return path.rsplit("/", 1)[1]

    def offset(self, path: str) -> int:
        return int(self.send("HEAD", path).headers["Upload-Offset"])

    def state(self, media: str) -> dict[str, Any]:
        return dict(json.loads(self.client.get(f"/api/v1/media/{media}").content))

    def file(self, media: str, name: str, **headers: str) -> Any:
        """Read a file to its end; its bytes are ``body`` of the response."""
        answer = self.client.get(f"/media/berkas/{media}/{name}", headers=headers)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


@pytest.fixture
def tus(rf: Any) -> Callable[[User], TusClient]:
    """The client of somebody who is logged in: ``tus(ana).upload(photo())``."""

    def log_in(user: User) -> TusClient:
        client = Client()
        request = rf.post("/")
        request.session = client.session
        request.user = user
        sessions.start_session(request, PhoneProof(user, is_new=False), now=clock.now())
        client.cookies["sessionid"] = request.session.session_key
        return TusClient(client)

    return log_in


def run_jobs() -> None:
    """Run the jobs that are waiting, and those that they start, once each, as a worker does."""
    ran: set[int] = set()
    queued = Job.objects.filter(state=Job.State.QUEUED).order_by("pk")
    while (job := queued.exclude(pk__in=ran).first()) is not None:
        ran.add(job.pk)
        jobs.run(job.pk)


@pytest.fixture
def ready_photo(tus: Callable[[User], TusClient]) -> Callable[..., str]:
    """A photo that is ready, by its id: ``ready_photo(ana)``."""

    def make(user: User, content: bytes | None = None) -> str:
        media = tus(user).upload(content or photo())
        run_jobs()
        assert Media.objects.get(public_id=media).state == "ready"
        return media

    return make


@pytest.fixture
def hints_sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every hint that left for the bus: to whom, and what it says."""
    sent: list[Any] = []
    monkeypatch.setattr(
        bus, "publish", lambda hints: sent.extend((list(one.user_ids), json.loads(one.encoded)) for one in hints)
    )
    return sent
