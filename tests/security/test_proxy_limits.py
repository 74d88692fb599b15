"""Floods from one address against the proxy itself: slowed, then refused, while other addresses feel nothing."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from superapp.core import proxy
from tests.harness.ports import free_port
from tests.harness.servers import Process, accepts

FLOODER, BYSTANDER, THIS_MACHINE = "127.0.0.2", "127.0.0.3", "127.0.0.1"
LIMITS = proxy.Limits(
    requests_per_second=20,
    requests_at_once=10,
    requests_burst=15,
    answers_max=50,
    session_answers_max=4,
    connects_per_second=1,
    connects_at_once=5,
    connects_burst=5,
    sockets_max=3,
)


class Backend(BaseHTTPRequestHandler):
    """Answers every request with 200, and holds ``/held`` back for a second."""

    def do_GET(self) -> None:
        if self.path in ("/ws", "/held", "/media/held"):
            time.sleep(1)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a proxy with small limits."""
    home = Path(tempfile.mkdtemp(prefix="nusa-proxy-"))
    backend = Server(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    port = free_port()
    place = proxy.ProxySite(run_dir=str(home), static_root=str(home), media_root=str(home), port=port, limits=LIMITS)
    text = proxy.render_native_config(place, pages=[backend.server_port], sockets=[backend.server_port])
    (home / "nginx.conf").write_text(text)
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert nginx, "nginx is not installed (Debian: apt-get install nginx-light)"
    server = Process(
        "nginx",
        [nginx, "-e", "stderr", "-c", str(home / "nginx.conf")],
        log_path=home / "nginx.log",
        is_ready=lambda: accepts(port),
    )
    server.start()
    yield port
    server.stop()
    backend.shutdown()
    backend.server_close()
    shutil.rmtree(home)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(port: int, path: str, *, sender: str, headers: Mapping[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(sender, 0))
    with closing(connection):
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def flood(port: int, path: str, count: int, *, sender: str, headers: Mapping[str, str] | None = None) -> list[Answer]:
    answers: list[Answer] = []

    def send() -> None:
        answers.append(ask(port, path, sender=sender, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture(autouse=True)
def _forgotten(port: int) -> None:
    # The rate of sockets is one a second: until it is asked anew, the flood before must have run off.
    time.sleep(0.8)


def test_flood_of_pages_is_refused_with_a_page_and_others_are_served(port):
    answers = flood(port, "/", 60, sender=FLOODER)

    beside = ask(port, "/", sender=BYSTANDER)
    counted = Counter(answer.status for answer in answers)
    assert set(counted) == {200, 429}
    # At once and delayed, and what the rate lets through while the flood runs.
    assert LIMITS.requests_burst <= counted[200] <= 45
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["Retry-After"] == "10"
    assert refused.headers["Cache-Control"] == "no-store"
    assert "Terlalu banyak permintaan" in refused.body.decode()
    assert beside.status == 200


def test_flood_of_the_api_is_refused_with_an_api_error_body(port):
    answers = flood(port, "/api/v1/me", 60, sender=FLOODER)

    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["Content-Type"].startswith("application/json")
    assert json.loads(refused.body)["code"] == "rate_limited"
    assert json.loads(refused.body)["retry_after"] == 10


def test_address_holds_a_limited_number_of_sockets(port):
    answers = flood(port, "/ws", 5, sender=FLOODER, headers={"Upgrade": "WebSocket"})

    counted = Counter(answer.status for answer in answers)
    assert counted == {200: LIMITS.sockets_max, 429: 2}


@pytest.mark.parametrize("headers", [{}, {"Upgrade": "h2c"}, {"Upgrade": "websocketx"}])
def test_plain_http_request_does_not_reach_a_socket_process(port, headers):
    answer = ask(port, "/ws", sender=BYSTANDER, headers=headers)

    assert answer.status == 426
    assert answer.headers["Upgrade"] == "websocket"


def test_localhost_and_monitoring_are_not_limited(port):
    pages = flood(port, "/", 60, sender=THIS_MACHINE)
    watching = flood(port, "/-/live", 60, sender=FLOODER) + flood(port, "/-/ready", 60, sender=FLOODER)

    assert {answer.status for answer in pages + watching} == {200}


@pytest.mark.parametrize("path", ["/-/x", "/-/live/", "/-/", "/-/readyx"])
def test_address_similar_to_a_monitoring_one_is_limited(port, path):
    answers = flood(port, path, 60, sender=FLOODER)

    assert 429 in {answer.status for answer in answers}


def test_session_has_a_limited_number_of_concurrent_pages(port):
    session = {"Cookie": "theme=dark; sessionid=" + "a" * 32}

    answers = flood(port, "/held", 10, sender=THIS_MACHINE, headers=session)
    beside = flood(port, "/held", 10, sender=THIS_MACHINE)

    assert Counter(answer.status for answer in answers) == {200: LIMITS.session_answers_max, 429: 6}
    assert {answer.status for answer in beside} == {200}


def test_concurrent_pictures_of_a_session_are_allowed_up_to_a_list(port):
    session = {"Cookie": "sessionid=" + "b" * 32}

    answers = flood(port, "/media/held", 10, sender=THIS_MACHINE, headers=session)

    assert {answer.status for answer in answers} == {200}


def test_proxy_uses_the_session_cookie_name_of_the_settings():
    text = proxy.render_container_template(proxy.ProxySite(run_dir="/r", static_root="/s", media_root="/m", port=80))

    assert f"default $cookie_{settings.SESSION_COOKIE_NAME};" in text


@pytest.mark.parametrize("path", ["//-/live", "/x/../-/live", "/toko/..//-/./ready", "/%2d/live"])
def test_other_spelling_of_a_monitoring_address_is_404(port, path):
    assert ask(port, path, sender=BYSTANDER).status == 404
    assert ask(port, "/-/live?since=1", sender=BYSTANDER).status == 200


def test_ipv6_visitors_are_counted_by_network():
    text = proxy.render_container_template(proxy.ProxySite(run_dir="/r", static_root="/s", media_root="/m", port=80))
    written = re.findall(r'^\s+"~(\^\(\?<network>.*)" \$network;', text, re.MULTILINE)
    patterns = [pattern.replace("(?<", "(?P<") for pattern in written]

    def network(address: str) -> str:
        found = (re.match(pattern, address) for pattern in patterns)
        return next(match["network"] for match in found if match)

    assert len(patterns) == 2
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") == "2001:db8:1:2"
    assert network("2001:db8:1:3::9") == "2001:db8:1:3"
    # Groups that are left out are zero: such networks are few, and counted together.
    assert network("2001:db8::9") == "2001:db8:"


def test_proxy_limits_allow_thousands_behind_carrier_nat():
    limits = proxy.Limits()

    # Five thousand phones behind one address, which come back within the eight seconds of a drain.
    assert limits.connects_burst + 8 * limits.connects_per_second >= 5_000
    assert limits.sockets_max >= 4_000
    assert limits.requests_at_once >= 500
