"""The served product as an operator runs it: all processes behind nginx, while PostgreSQL and Redis stop and start."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from superapp.core.processes import METRICS_PORT_OFFSET, PROGRAMS
from tests.harness.ports import free_block, free_port
from tests.harness.running_site import ROOT, answers
from tests.harness.servers import Postgres, Process, Redis, accepts, wait_until
from tests.media.photo_files import photo
from tests.runtime.conftest import get
from tests.runtime.person import Person, hint

pytestmark = [pytest.mark.served_only, pytest.mark.timeout(400)]
# Seven processes begin at once, on a machine that may have other things to do.
START_SECONDS_MAX = 180
# What its processes listen on, counted from the first port.
PORTS = [
    program.port + number + above
    for program in PROGRAMS
    for number in range(program.count)
    for above in (0, METRICS_PORT_OFFSET)
]


@dataclass
class Stack:
    url: str
    first_port: int
    database_url: str
    postgres: Postgres
    redis: Redis
    runner: Process

    def pids(self, command: str) -> list[int]:
        """The processes that run this command, in the order of their ports."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
                environment = (path.parent / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if command.encode() in words and f"FIRST_PORT={self.first_port}".encode() in environment:
                found.append((words, int(path.parent.name)))
        return [pid for _, pid in sorted(found)]

    def proxy_pid(self) -> int:
        """The master of nginx, which writes what it is over its arguments."""
        begin = f"nginx: master process {shutil.which('nginx', path='/usr/sbin:/usr/bin')} ".encode()
        config = self.runner._env["VAR_DIR"].encode()
        [path] = [
            path
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if (line := path.read_bytes()).startswith(begin) and config in line
        ]
        return int(path.parent.name)

    def text_to(self, phone: str) -> str:
        """Return the message in the developer's inbox for a number."""
        with psycopg.connect(self.database_url) as database:
            row = database.execute("SELECT text FROM accounts_developersms WHERE number = %s", [phone]).fetchone()
        assert row is not None
        return str(row[0])

    def is_ready(self) -> bool:
        return get(f"{self.url}/-/ready").status == 200

    def metrics(self, offset: int) -> str:
        return get(f"http://127.0.0.1:{self.first_port + 1_000 + offset}/metrics").body.decode()


def ends_in_good_order(stack: Stack) -> None:
    """Assert that the stack stops in good order, whatever the tests did to it."""
    commands = [program.command[0] for program in PROGRAMS]
    assert all(stack.pids(command) for command in commands)

    stack.runner.stop()

    assert stack.runner._popen.returncode == 0
    assert "is killed" not in stack.runner.log
    assert [stack.pids(command) for command in commands] == [[]] * len(commands)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix="nusa-stack-"))
    home.chmod(0o755)  # PostgreSQL and nginx, as other users, pass through.
    (home / "var").mkdir()
    postgres, redis = Postgres(home), Redis(home)
    postgres.start()
    redis.start()
    with psycopg.connect(postgres.url(), autocommit=True) as database:
        database.execute("CREATE DATABASE nusa")
    port, first_port = free_port(), free_block(PORTS)
    url = f"http://localhost:{port}"
    runner = Process(
        "serve_all",
        [sys.executable, "manage.py", "serve_all"],
        log_path=home / "serve_all.log",
        is_ready=lambda: accepts(port),
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": postgres.url("nusa"),
            "REDIS_URL": redis.url,
            "PUBLIC_URL": url,
            "PORT": str(port),
            "FIRST_PORT": str(first_port),
            "SECRET_KEY": "0123456789" * 5,
            "RECEIPT_KEY": "b2YtdGhlLXRlc3RzLTAxMjM0NTY3ODktMDEyMzQ1Njc",
            "SMS_INBOX": "1",
            "VAR_DIR": str(home / "var"),
        },
        cwd=ROOT,
        # It gives its own processes 25 s, and then the proxy.
        stop_seconds_max=60,
    )
    made = Stack(url, first_port, postgres.url("nusa"), postgres, redis, runner)
    try:
        runner.start()
        wait_until(made.is_ready, "the stack ready", START_SECONDS_MAX)
        for port in (first_port + 10, first_port + 11, first_port + 40, first_port + 41):
            wait_until(lambda port=port: answers(f"http://127.0.0.1:{port}"), f"{port} listening", START_SECONDS_MAX)
        yield made
        ends_in_good_order(made)
    finally:
        runner.stop()
        print(runner.log[-20_000:])
        redis.stop()
        postgres.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def people(stack: Stack) -> tuple[Person, Person, str]:
    """Ana and Bo, who know each other, and their conversation."""
    ana = Person(stack.url, stack.text_to, "+628120000001")
    bo = Person(stack.url, stack.text_to, "+628120000002")
    ana.must("POST", "contacts", {"phone": "+628120000002"})
    # The invitation is a fact, which another process delivers.
    answer = f"/api/v1/contacts/{ana.id}/answer"
    wait_until(lambda: bo.ask("POST", answer, {"accept": True})[0] == 200, "invitation accepted", 60)
    return ana, bo, ana.must("POST", "conversations", {"user": bo.id})["id"]


def say(person: Person, conversation: str, body: str) -> int:
    client_id = str(uuid4())
    answer = person.must("POST", f"conversations/{conversation}/messages", {"client_id": client_id, "body": body})
    return int(answer["seq"])


def bodies(person: Person, conversation: str) -> list[str]:
    return [row["body"] for row in person.must("GET", f"conversations/{conversation}/messages")["rows"]]


def is_heard(ana: Person, bo: Person, conversation: str) -> bool:
    """Return whether the hint of a message arrives that is posted now."""
    with bo.socket() as line:
        seq = say(ana, conversation, "terdengar?")
        try:
            return bool(hint(line, "message.posted", seconds_max=2)["row"]["seq"] == seq)
        except TimeoutError:
            return False


def test_first_start_prints_progress_and_readiness(stack):
    wait_until(lambda: f"Nusa is at {stack.url}: pages answer." in stack.runner.log, "it says so", 20)

    said = [line for line in stack.runner.log.splitlines() if " | " not in line]
    assert re.fullmatch(r"Bringing the database to the newest shape \(\d+ migrations\)\.", said[0])
    assert said[1:] == [
        "The database is in the newest shape.",
        "Gathering the static files.",
        f"Nusa will be at {stack.url} (proxy on port {stack.url.rpartition(':')[2]}).",
        f"Nusa is at {stack.url}: pages answer.",
    ]
    assert "worker_connections" not in stack.runner.log


def test_message_posted_to_a_page_process_reaches_a_socket_process(stack, people):
    ana, bo, conversation = people
    with bo.socket() as line:
        seq = say(ana, conversation, "halo kak")

        heard = hint(line, "message.posted")

    assert (heard["on"], heard["row"]["seq"], heard["row"]["body"]) == (f"chat:{conversation}", seq, "halo kak")


def test_static_files_come_from_the_proxy_and_are_cached_forever(stack):
    page = get(f"{stack.url}/masuk/").body.decode()
    [script] = re.findall(r'<script type="module" src="(/static/[^"]+)"', page)

    answer = get(stack.url + script)

    assert answer.status == 200
    assert answer.headers["content-type"] in ("text/javascript; charset=utf-8", "application/javascript; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "x-request-id" not in answer.headers


def test_private_picture_comes_through_the_proxy_to_those_allowed(stack, people):
    ana, _, _ = people
    address = ana.show_picture()

    status, headers, content = ana.ask("GET", address)
    stranger = get(stack.url + address)
    around = get(f"{stack.url}/-/media/avatar/")

    assert (status, headers["content-type"], content[8:12]) == (200, "image/webp", b"WEBP")
    assert "default-src 'none'; sandbox" in headers["content-security-policy"]
    assert "x-accel-redirect" not in headers
    assert stranger.status == 404
    assert around.status == 404


def test_request_id_passes_through_every_process(stack):
    given = get(f"{stack.url}/masuk/", {"X-Request-ID": "from-the-outside-1"})
    forged = get(f"{stack.url}/-/live", {"X-Request-ID": "no good"})

    assert given.headers["x-request-id"] == "from-the-outside-1"
    assert re.fullmatch(r"[0-9a-f]{32}", forged.headers["x-request-id"])
    wait_until(lambda: '"request": "from-the-outside-1"' in stack.runner.log, "line of the request", 20)


def test_client_address_cannot_be_spoofed(stack, people):
    ana, _, _ = people
    for number in range(3):
        ana.ask("GET", "/masuk/", **{"X-Real-IP": f"10.9.8.{number}", "X-Forwarded-For": "10.9.8.7"})

    assert "10.9.8." not in stack.runner.log


def test_too_large_body_is_refused_by_the_proxy(stack):
    assert get(f"{stack.url}/api/v1/login", data=b"x" * (10 * 1024 * 1024 + 1)).status == 413


def test_every_process_serves_metrics_on_a_private_port(stack, people):
    ana, _, conversation = people
    say(ana, conversation, "diukur")

    for offset in (10, 11, 40, 41, 70, 80):
        assert "nusa_database_pool_size" in stack.metrics(offset)
    with ana.socket():
        opened = stack.metrics(40) + stack.metrics(41)
        assert "nusa_sockets 1.0" in opened
    assert "nusa_outbox_oldest_seconds" in stack.metrics(70)
    assert "nusa_outbox_parked 0.0" in stack.metrics(70)
    assert 'nusa_jobs{state="queued"} 0.0' in stack.metrics(70)
    commands = stack.metrics(10) + stack.metrics(11)
    assert 'nusa_command_seconds_count{command="chat.send",outcome="ok"}' in commands
    assert get(f"{stack.url}/metrics").status == 404


def test_proxy_whose_master_is_killed_is_back_within_seconds(stack):
    port = int(stack.url.rpartition(":")[2])

    os.kill(stack.proxy_pid(), signal.SIGKILL)

    wait_until(lambda: re.search(r"proxy +\| ended with -9; again", stack.runner.log), "the death noticed", 20)
    wait_until(lambda: accepts(port), "the proxy listening again", 30)
    wait_until(stack.is_ready, "the proxy answering again", 30)
    assert "Address already in use" not in stack.runner.log


def test_messages_without_redis_are_not_lost(stack, people):
    ana, bo, conversation = people
    before = bodies(bo, conversation)
    stack.redis.kill()
    try:
        said = [f"tanpa redis {number}" for number in range(3)]
        for body in said:
            say(ana, conversation, body)
        assert stack.is_ready()
        assert bodies(bo, conversation) == before + said
    finally:
        stack.redis.start()

    # Two processes publish and two subscribe, asked in turns; each comes back after a pause of its own.
    wait_until(lambda: all(is_heard(ana, bo, conversation) for _ in range(4)), "hints flow again", 60)


def test_readiness_fails_without_the_database_and_recovers(stack, people):
    ana, _, conversation = people
    before = bodies(ana, conversation)
    stack.postgres.kill()
    try:
        assert get(f"{stack.url}/-/live").status == 200
        wait_until(lambda: not stack.is_ready(), "unready", 60)
        status, _, content = ana.ask("GET", f"/api/v1/conversations/{conversation}/messages")
        assert (status, b'"unavailable"' in content) == (503, True)
        page, headers, _ = ana.ask("GET", "/obrolan/")
        assert page == 503
        assert "content-security-policy" in headers
    finally:
        stack.postgres.start()

    # Both page processes, each with a pool of its own, asked in turns.
    for _ in range(4):
        assert bodies(ana, conversation) == before


def test_upload_goes_on_after_ten_seconds_without_the_database(stack, people):
    ana, content = people[0], photo(1_600, 1_200)
    half, path = len(content) // 2, ana.begin_upload(len(content))
    assert ana.append(path, 0, content[:half])[0] == 204
    holder = psycopg.connect(stack.database_url)
    holder.execute("SELECT 1 FROM media_media WHERE public_id = %s FOR UPDATE", [path.rpartition("/")[2]])
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'nusa'"
    with ThreadPoolExecutor(1) as pool:
        # It is stored, and about to be counted, when the database goes.
        sending = pool.submit(ana.append, path, half, content[half:])
        wait_until(lambda: holder.execute(waiting).fetchone() == (1,), "the chunk waits for its row", 20)
        stack.postgres.kill()
        back_at = time.monotonic() + 10
        try:
            refused = [sending.result(), ana.tus("HEAD", path)]
            time.sleep(max(0, back_at - time.monotonic()))
            refused.append(ana.append(path, half, content[half:]))
        finally:
            stack.postgres.start()
    holder.close()
    wait_until(stack.is_ready, "ready again", 60)

    assert [(status, int(headers["retry-after"]) > 0) for status, headers in refused] == [(503, True)] * 3
    status, headers = ana.tus("HEAD", path)
    assert (status, headers["upload-offset"], headers["upload-length"]) == (200, str(half), str(len(content)))
    assert ana.append(path, half, content[half:])[0] == 204
    state = f"media/{path.rpartition('/')[2]}"
    wait_until(lambda: ana.must("GET", state)["state"] == "ready", "the photo is ready", 60)
    with psycopg.connect(stack.database_url) as database:
        assert database.execute("SELECT count(*), sum(length) FROM media_chunk").fetchone() == (2, len(content))


def test_killed_socket_process_restarts_while_the_other_serves(stack, people):
    ana, bo, conversation = people
    [first, _] = stack.pids("serve_sockets")
    os.kill(first, 9)

    with bo.socket() as line:
        say(ana, conversation, "masih di sini")
        assert hint(line, "message.posted")["row"]["body"] == "masih di sini"
    wait_until(lambda: len(stack.pids("serve_sockets")) == 2, "two again", 60)
    wait_until(lambda: answers(f"http://127.0.0.1:{stack.first_port + 40}"), "first one answers", 120)


def test_proxy_without_pages_serves_an_error_page(stack, people):
    ana, _, conversation = people
    pids = stack.pids("serve_pages")
    for pid in pids:
        os.kill(pid, 9)
    wait_until(lambda: get(f"{stack.url}/-/live").status == 503, "honest", 30)

    status, headers, content = ana.ask("GET", f"/api/v1/conversations/{conversation}")

    if status != 200:  # They may be back already.
        assert (status, headers["retry-after"]) == (503, "5")
        assert b'"code":"unavailable"' in content
    wait_until(stack.is_ready, "pages again", 120)


def test_log_has_no_phone_number_and_no_message(stack, people):
    ana, _, conversation = people
    say(ana, conversation, "rahasia-sekali")

    assert "62812000000" not in stack.runner.log
    assert "rahasia-sekali" not in stack.runner.log


def test_second_runner_on_the_same_data_refuses(stack):
    second = subprocess.run(
        [sys.executable, "manage.py", "serve_all"],
        env=stack.runner._env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert second.returncode == 1
    assert "already serves the data in" in second.stderr
