"""
Measure how soon a photo of twelve megapixels is on the other phone, and what it costs the server.

One person uploads it in chunks over HTTP, sends it in a message when the socket says that it is ready, and the other
person, told by their socket, has its large size. ``visible_ms`` is that whole way; ``encode_ms`` the part between the
last byte and ``ready``. The limit is Pillow alone in this process in alternation: it decodes the same photo, scales it
to both sizes and writes the three files. ``peak_mb`` is the most memory that the process which encodes ever held.
"""

from __future__ import annotations

import http.client
import io
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bench import environment, measure
from bench.environment import BenchUser
from bench.socket_client import SocketConnection, frame
from tests.harness import ports, servers
from tests.media.photo_files import camera_photo

SIZE = (4_000, 3_000)
CHUNK_BYTES = 1024 * 1024
VISIBLE_MS_MAX = 1_500
TIMES_PILLOW_MAX = 2.0
# Where Pillow alone takes longer than this, others are using the machine, and milliseconds say nothing.
PILLOW_MS_MAX = 700
PEAK_MB_MAX = 250
TOKEN = "a" * 32


def encode_by_pillow(content: bytes) -> float:
    """Return how many milliseconds Pillow takes for what the product stores, without anything else."""
    began = time.perf_counter()
    with Image.open(io.BytesIO(content)) as photo:
        photo.load()
        large = photo.resize((1_600, 1_200), Image.Resampling.LANCZOS, reducing_gap=2.0)
        small = large.resize((512, 384), Image.Resampling.LANCZOS, reducing_gap=2.0)
        for image in (large, small):
            image.save(io.BytesIO(), "WEBP", quality=82, method=4)
        photo.save(io.BytesIO(), "JPEG", quality=88)
    return (time.perf_counter() - began) * 1_000


class Phone:
    """A person's connection for requests, and their socket."""

    def __init__(self, number: int, port: int, session_key: str) -> None:
        self.line = SocketConnection(number, port, "/ws", session_key)
        self._web = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {
            "Host": f"localhost:{port}",
            "Cookie": f"sessionid={session_key}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Tus-Resumable": "1.0.0",
        }

    def request(self, method: str, path: str, content: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        self._web.request(method, path, content, {**self._headers, **headers})
        answer = self._web.getresponse()
        self.body = answer.read()
        if answer.status >= 400:
            raise ConnectionError(f"{method} {path}: {answer.status} {self.body[:200]!r}")
        return answer

    def upload(self, content: bytes, after_chunk: Callable[[int], None] = lambda _sent: None) -> str:
        """Upload a photo in chunks, and return its id; after each chunk hand over how many bytes were sent so far."""
        described = {"Upload-Length": str(len(content)), "Upload-Metadata": "kind cGhvdG8="}
        path = str(self.request("POST", "/media/unggahan/", **described).headers["Location"])
        for offset in range(0, len(content), CHUNK_BYTES):
            part = content[offset : offset + CHUNK_BYTES]
            sent = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            self.request("PATCH", path, part, **sent)
            after_chunk(offset + len(part))
        return path.rsplit("/", 1)[1]

    def listen_until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read frames until one of them is it."""
        while True:
            for payload in self.line.read():
                heard: dict[str, Any] = json.loads(payload)
                if is_it(heard):
                    return heard


def send_one(sender: Phone, receiver: Phone, conversation: str, content: bytes, number: int) -> dict[str, float]:
    """Bring one photo from one phone to the other."""
    began = time.perf_counter()
    media = sender.upload(content)
    uploaded = time.perf_counter()
    sender.listen_until(lambda heard: heard.get("on") == "media" and heard["media"]["state"] == "ready")
    ready = time.perf_counter()
    message = {"conversation": conversation, "client_id": f"photo-{number}", "body": ""}
    attachment = {"type": "photos", "media": [media]}
    sender.line.send(frame(json.dumps({"id": 1, "do": "chat.send", **message, "attachment": attachment}).encode()))
    posted = receiver.listen_until(lambda heard: heard.get("say") == "message.posted")
    shown = posted["row"]["extras"]["attachment"]["photos"][0]["id"]
    receiver.request("GET", f"/media/berkas/{shown}/large.webp")
    seen = time.perf_counter()
    assert Image.open(io.BytesIO(receiver.body)).size == (1_600, 1_200)
    return {
        "visible_ms": (seen - began) * 1_000,
        "upload_ms": (uploaded - began) * 1_000,
        "encode_ms": (ready - uploaded) * 1_000,
    }


def peak_mb(pid: int) -> float:
    """Return the most memory that a process has held since it began, in megabytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    options = measure.arguments("How soon a photo is on the other phone.")
    content = camera_photo(*SIZE)
    with environment.start_database(options.db) as database:
        ana, bo = environment.create_users(2)
        [conversation] = environment.create_direct_conversations([(ana, bo)])
        sessions = [session_of(user) for user in (ana, bo)]
        environment.settle_database()
        command = ["manage.py", "serve" if options.db == "sqlite" else "serve_sockets", "--port"]
        door = environment.start_server(database.directory, "door", command, database.started)
        worker: servers.Process = door.process if options.db == "sqlite" else _start_worker(database)
        pids = [one.pid for one in {door.process, worker, *database.services}]
        sender, receiver = (Phone(number, door.port, key) for number, key in enumerate(sessions))
        runs = []
        for number in range(options.runs + 1):
            limit = encode_by_pillow(content)
            before = measure.cpu(pids)
            found: dict[str, Any] = send_one(sender, receiver, conversation, content, number)
            used = measure.cpu(pids).since(before)
            found |= {
                "limit_visible_ms": limit,
                "cpu_ms": used.server * 1_000,
                "client_cpu_share": used.client / used.server,
            }
            # The first one loads the decoders.
            runs += [found] if number else []
        peak = peak_mb(worker.pid)
    measure.report(_result(options.db, runs, peak), as_json=options.json)


def session_of(user: BenchUser) -> str:
    """Return the key of a session of this person that pages accept, too."""
    from superapp.accounts.models import User
    from superapp.core import clock
    from tests.screens import world

    return world.session_of(User.objects.get(pk=user.id), now=clock.now())


def _start_worker(database: environment.BenchDatabase) -> servers.Process:
    import os

    port = ports.free_port()
    worker = servers.Process(
        "worker",
        [sys.executable, "manage.py", "run_jobs"],
        log_path=database.directory / "worker.log",
        is_ready=lambda: servers.accepts(port),
        env={**os.environ, "METRICS_PORT": str(port)},
        cwd=environment.ROOT,
    )
    return environment.start(worker, database.started)


def _result(db: str, runs: list[dict[str, Any]], peak: float) -> measure.Result:
    visible = sorted(run["visible_ms"] for run in runs)
    middle = statistics.median(visible)
    limit = statistics.median(run["limit_visible_ms"] for run in runs)
    times = statistics.median(run["visible_ms"] / run["limit_visible_ms"] for run in runs)
    return measure.Result(
        name="media",
        value=middle,
        unit="ms",
        limit=limit,
        ratio=times,
        cpu_ms=statistics.median(run["cpu_ms"] for run in runs),
        limit_cpu_ms=None,
        p50_ms=middle,
        p99_ms=visible[-1],
        stalls_over_100ms=0,
        lost=0,
        doubled=0,
        client_cpu_share=statistics.median(run["client_cpu_share"] for run in runs),
        db=db,
        server="daphne",
        runs=[*runs, {"peak_mb": peak}],
        bounds=(
            measure.Limit("visible_ms", middle, VISIBLE_MS_MAX),
            measure.Limit("times_pillow", times, TIMES_PILLOW_MAX),
            measure.Limit("peak_mb", peak, PEAK_MB_MAX),
        ),
        void=f"Pillow alone took {limit:.0f} ms: the machine is busy" if limit > PILLOW_MS_MAX else "",
    )


if __name__ == "__main__":
    main()
