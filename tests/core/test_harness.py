"""The test harness notices what it is there to notice; a blind one would let everything pass."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, transaction

from superapp.accounts.models import User
from superapp.core.models import Instance
from tests.conftest import SHARED
from tests.harness import bootstrap, databases, demo_site, ports
from tests.harness.network import NetworkBlocked
from tests.harness.running_site import ROOT
from tests.harness.servers import Process, Redis, accepts


def test_network_to_other_machines_is_refused():
    with pytest.raises(NetworkBlocked, match="looked up"):
        socket.create_connection(("nusa.example", 80))
    with pytest.raises(NetworkBlocked, match="tried to reach"), socket.socket() as line:
        line.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkBlocked, match="tried to reach"), socket.socket(type=socket.SOCK_DGRAM) as line:
        line.connect_ex(("192.0.2.1", 53))


@pytest.mark.parametrize(("has_room", "place"), [(True, "/dev/shm"), (False, tempfile.gettempdir())])
def test_databases_of_a_run_are_in_memory_if_there_is_room(monkeypatch, has_room, place):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: True)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: SimpleNamespace(free=2**40))
    monkeypatch.setattr(bootstrap, "_available_memory", lambda: bootstrap.IN_MEMORY_BYTES_MIN - (not has_room))

    assert bootstrap.parent_directory() == Path(place)


def test_settings_point_to_servers_of_this_test_worker():
    assert Path(os.environ["VAR_DIR"]) == settings.VAR_DIR
    assert settings.VAR_DIR.parent == SHARED


@pytest.mark.served_only
def test_product_and_tests_use_the_same_redis(redis_server: Redis):
    assert redis_server.url == settings.REDIS_URL == os.environ["REDIS_URL"]


def test_port_is_allocated_once_before_anybody_listens():
    mine = [ports.free_port() for _ in range(50)]
    # A process that begins its search where this one did.
    question = (
        f"import os; os.getpid = lambda: {os.getpid()}; from tests.harness import ports; print(ports.free_port())"
    )

    answer = subprocess.run([sys.executable, "-c", question], cwd=ROOT, check=True, capture_output=True, text=True)

    assert len(set(mine)) == 50
    assert int(answer.stdout) not in mine


def test_used_port_is_not_allocated(monkeypatch):
    with socket.create_server(("127.0.0.1", ports.free_port())) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(ports, "_lease_name", lambda port: f"\0of-another-lease-{port}")
        monkeypatch.setattr(ports, "_candidates", iter([taken]))

        with pytest.raises(RuntimeError, match="every port is leased"):
            ports.free_port()


def test_block_of_ports_is_free_as_a_whole():
    first = ports.free_block([0, 7])

    assert {first, first + 7}.isdisjoint(ports.free_port() for _ in range(20))


def test_clone_is_empty_whatever_was_committed_in_another(real_db, make_user):
    make_user("ana")
    Instance.objects.update(epoch=5)

    with databases.cloned_database(SHARED):
        epoch, people = Instance.objects.get().epoch, User.objects.count()
        Instance.objects.update(epoch=9)

    assert (epoch, people) == (1, 0)
    assert (Instance.objects.get().epoch, User.objects.count()) == (5, 1)


def test_another_process_sees_what_was_committed(real_db):
    Instance.objects.update(epoch=42)
    question = (
        "import django; django.setup(); from superapp.core.models import Instance; print(Instance.objects.get().epoch)"
    )

    answer = subprocess.run(
        [sys.executable, "-c", question], env=real_db.env, cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert answer.stdout == "42\n"


def test_transaction_that_a_test_left_open_ends_with_its_clone(real_db):
    with databases.cloned_database(SHARED):
        transaction.set_autocommit(False)
        Instance.objects.update(epoch=9)

    assert Instance.objects.get().epoch == 1
    assert connection.get_autocommit()


def test_threads_answer_in_their_order_with_what_they_returned_or_raised(in_threads):
    together = threading.Barrier(2)

    def answer() -> str:
        together.wait(10)
        return "here"

    def fail() -> None:
        together.wait(10)
        raise LookupError("nowhere")

    [first, second] = in_threads(answer, fail)

    assert first == "here"
    assert isinstance(second, LookupError)


@pytest.fixture
def process(tmp_path) -> Iterator[Process]:
    port = ports.free_port()
    process = Process(
        f"files-{port}",
        [sys.executable, "-u", "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        log_path=tmp_path / "log",
        is_ready=lambda: accepts(port),
        cwd=tmp_path,
    )
    yield process
    process.stop()


def test_process_is_killed_and_comes_back_on_its_port(process):
    process.start()
    first = process.pid

    process.kill()
    was_running_after = process.is_running
    process.start()

    assert not was_running_after
    assert process.pid != first
    assert process.log.count("Serving HTTP") == 2


def test_process_that_exits_at_once_reports_its_output(tmp_path):
    process = Process(
        "broken", [sys.executable, "-c", "exit('no such day')"], log_path=tmp_path / "log", is_ready=lambda: False
    )

    with pytest.raises(RuntimeError, match="no such day"):
        process.start()


def test_process_that_never_is_ready_is_given_up_after_its_own_time(tmp_path):
    process = Process(
        "slow",
        [sys.executable, "-c", "import time; time.sleep(60)"],
        log_path=tmp_path / "log",
        is_ready=lambda: False,
        ready_seconds_max=0.1,
    )

    with pytest.raises(TimeoutError, match=r"slow ready did not come true within 0\.1 s"):
        process.start()
    process.kill()


def test_demo_site_is_waited_for_three_minutes(tmp_path):
    assert demo_site._server("http://localhost:1", 1, tmp_path)._ready_seconds_max == 180


PAGES = {
    "/good": "<link rel=icon href=data:,><h1>good</h1>",
    "/abroad": "<link rel=icon href=data:,><img src='http://nusa.example/x.png'>",
    "/loud": "<link rel=icon href=data:,><script>console.error('it hurts')</script>",
    "/broken": "<link rel=icon href=data:,><script>nowhere()</script>",
    "/styled": "<link rel=icon href=data:,><p style='color: red'>red",
}


@pytest.fixture
def pages() -> Iterator[str]:
    """A server of pages that do what ours never may."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            if self.path == "/styled":
                self.send_header("Content-Security-Policy", "style-src 'self'")
            self.end_headers()
            self.wfile.write(PAGES[self.path].encode())

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_page_without_forbidden_behaviour_passes(browser, pages):
    page = browser.person("ana", pages)

    page.goto("/good")

    assert page.inner_text("h1") == "good"
    assert browser.faults == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/abroad", "ana: asked another host: http://nusa.example/x.png"),
        ("/loud", "ana: console: it hurts"),
        ("/broken", "ana: nowhere is not defined"),
        ("/styled", "ana: console: content security policy: style-src-attr inline"),
    ],
)
def test_page_with_forbidden_behaviour_fails_the_test(browser, pages, path, fault):
    page = browser.person("ana", pages)

    page.goto(path)
    page.wait_for_timeout(200)

    assert [seen for seen in browser.unforgiven if seen.startswith(fault)] != []
    browser.forgive(".")
    assert browser.unforgiven == []


def test_people_share_no_cookies(browser, pages):
    ana, bo = browser.person("ana", pages), browser.person("bo", pages)
    ana.goto("/good")
    bo.goto("/good")

    ana.evaluate("document.cookie = 'mine=1'")

    assert browser.person("ana", pages).context is ana.context
    assert (ana.evaluate("document.cookie"), bo.evaluate("document.cookie")) == ("mine=1", "")


FLAKY = """
import pathlib
def test_steady(): pass
def test_shy():
    seen = pathlib.Path("seen")
    was_here = seen.exists()
    seen.touch()
    assert was_here
"""


def suite(directory, **env):
    """Run the suite that lies in this directory, as ``make test`` does, and return how it ended."""
    (directory / "pytest.ini").write_text("[pytest]\naddopts = -p xdist\n")
    command = [sys.executable, "-m", "tests.harness.run_suite", "small", "--numprocesses", "2"]
    # Without the plugins of ours, which take longer to load than all that is tried.
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **env}
    return subprocess.run(command, cwd=directory, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("wish", "code"), [("", 0), ("fail", 1)])
def test_flaky_test_is_named_and_fails_only_the_deep_check(tmp_path, wish, code):
    (tmp_path / "test_small.py").write_text(FLAKY)

    ended = suite(tmp_path, NUSA_FLAKY=wish)

    assert ended.returncode == code, ended.stdout + ended.stderr
    assert ended.stdout.endswith(
        "\nFlaky, failed beside others and passed alone (small): 1\n  test_small.py::test_shy\n"
    )
    assert (tmp_path / ".pytest_cache" / "flaky-small.txt").read_text() == "test_small.py::test_shy\n"


def test_test_failing_twice_is_a_failure_and_not_flaky(tmp_path):
    (tmp_path / "test_small.py").write_text("def test_wrong(): assert 0")

    ended = suite(tmp_path)

    assert ended.returncode == 1
    assert not (tmp_path / ".pytest_cache" / "flaky-small.txt").exists()
