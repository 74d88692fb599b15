"""
Behind a second proxy, visitors keep their addresses and scheme in both set-ups of ours, and no one else is believed.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from superapp.core import proxy
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT
from tests.harness.servers import Process, accepts

FRONT = "127.0.0.9"  # The address from which the second proxy reaches ours.
VISITORS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
PUBLIC_URL = "https://nusa.example"

# As small as a proxy that speaks https for us can be; the visitor's scheme is said by a header of the test.
FRONT_CONFIG = """
daemon off;
pid {home}/front.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {home}/front-body;
    proxy_temp_path {home}/front-proxy;
    fastcgi_temp_path {home}/front-fastcgi;
    uwsgi_temp_path {home}/front-uwsgi;
    scgi_temp_path {home}/front-scgi;
    server {{
        listen {port};
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_bind {front};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $http_x_test_scheme;
        }}
    }}
}}
"""


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that arrived."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def native(home: Path, *, port: int, upstream: int, trusted: str) -> str:
    place = proxy.ProxySite(
        run_dir=str(home),
        static_root=str(home),
        media_root=str(home),
        port=port,
        trusted=proxy.parse_trusted_proxies(trusted),
    )
    return proxy.render_native_config(place, pages=[upstream], sockets=[upstream])


def rendered_for_container(public_url: str, trusted: str) -> subprocess.CompletedProcess[str]:
    """Run what the proxy's container runs at its start."""
    argv = [sys.executable, "-m", "superapp.core.proxy", public_url, trusted]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=30)


def container(home: Path, *, port: int, upstream: int, trusted: str) -> str:
    """The rendered file, its directories, port, and names of other containers exchanged for those of this machine."""
    rendered = rendered_for_container(PUBLIC_URL, trusted)
    assert rendered.returncode == 0, rendered.stderr
    text = rendered.stdout
    for theirs, ours in (
        ("/tmp/", f"{home}/"),
        ("listen 8080;", f"listen {port};"),
        ("http://pages:8000", f"http://127.0.0.1:{upstream}"),
        ("http://sockets:8000", f"http://127.0.0.1:{upstream}"),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    return text


SETUPS = {"native": native, "container": container}


@pytest.fixture
def home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="nusa-forwarded-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def stack_of(home: Path) -> Iterator[Callable[..., tuple[int, int]]]:
    """Start our proxy in one of its set-ups before an upstream, and a second proxy before it; return both ports."""
    with ExitStack() as running:

        def start(setup: str, *, upstream: int, trusted: str = FRONT) -> tuple[int, int]:
            front, ours = free_port(), free_port()
            text = SETUPS[setup](home, port=ours, upstream=upstream, trusted=trusted)
            _start_nginx(running, home / f"{setup}.conf", text, ours)
            text = FRONT_CONFIG.format(home=home, port=front, behind=ours, front=FRONT)
            _start_nginx(running, home / f"{setup}-front.conf", text, front)
            return front, ours

        yield start


def _start_nginx(running: ExitStack, config: Path, text: str, port: int) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert nginx, "nginx is not installed (Debian: apt-get install nginx-light)"
    config.write_text(text)
    argv = [nginx, "-e", "stderr", "-c", str(config)]
    log_path = config.with_suffix(".log")
    server = Process(config.stem, argv, log_path=log_path, is_ready=lambda: accepts(port))
    running.callback(server.stop)
    server.start()


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of an upstream that tells what it was told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(
    port: int, *, sender: str, path: str = "/", method: str = "GET", body: str = "", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(sender, 0))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, body or None, {"Host": "nusa.example", **named})
        answer = connection.getresponse()
        return answer, answer.read()


def heard(port: int, *, sender: str, **headers: str) -> dict[str, str]:
    return dict(json.loads(ask(port, sender=sender, **headers)[1]))


@pytest.mark.parametrize("setup", SETUPS)
def test_visitors_behind_a_trusted_proxy_keep_their_addresses_and_their_scheme(setup, stack_of, echo):
    front, _ = stack_of(setup, upstream=echo)

    told = [heard(front, sender=visitor, X_Test_Scheme="https") for visitor in VISITORS]
    plain = heard(front, sender=VISITORS[0], X_Test_Scheme="http")

    assert [one["x-real-ip"] for one in told] == list(VISITORS)
    assert [one["x-forwarded-for"] for one in told] == list(VISITORS)
    assert [one["x-forwarded-proto"] for one in told] == ["https"] * 3
    assert plain["x-forwarded-proto"] == "http"


@pytest.mark.parametrize("setup", SETUPS)
def test_addresses_claimed_before_the_trusted_proxy_are_ignored(setup, stack_of, echo):
    front, _ = stack_of(setup, upstream=echo)

    told = heard(front, sender=VISITORS[0], X_Test_Scheme="https", X_Forwarded_For="10.9.8.7", X_Real_IP="10.9.8.6")

    assert (told["x-real-ip"], told["x-forwarded-for"]) == (VISITORS[0], VISITORS[0])


@pytest.mark.parametrize("setup", SETUPS)
def test_forwarded_headers_of_a_direct_client_are_ignored(setup, stack_of, echo):
    _, ours = stack_of(setup, upstream=echo)

    told = heard(ours, sender="127.0.0.5", X_Forwarded_For="10.9.8.7", X_Forwarded_Proto="https", X_Real_IP="10.9.8.6")

    assert (told["x-real-ip"], told["x-forwarded-for"]) == ("127.0.0.5", "127.0.0.5")
    assert told["x-forwarded-proto"] == "http"


@pytest.mark.parametrize("setup", SETUPS)
def test_https_in_front_is_answered_without_a_loop_and_with_secure_cookies(setup, stack_of, real_db, home):
    port = free_port()
    pages = Process(
        "pages",
        [sys.executable, "manage.py", "serve_pages", "--host=127.0.0.1", f"--port={port}"],
        log_path=home / "pages.log",
        is_ready=lambda: accepts(port),
        env={
            **real_db.env,
            "PUBLIC_URL": PUBLIC_URL,
            "ALLOWED_HOSTS": "nusa.example",
            "BEHIND_PROXY": "1",
            "STATIC_ROOT": str(settings.STATIC_ROOT),
        },
        cwd=ROOT,
    )
    with ExitStack() as running:
        running.callback(pages.stop)
        pages.start()
        front, ours = stack_of(setup, upstream=port)

        secure, _ = ask(front, sender=VISITORS[0], path="/masuk/", X_Test_Scheme="https")
        plain, _ = ask(front, sender=VISITORS[0], path="/masuk/", X_Test_Scheme="http")
        claimed, _ = ask(ours, sender="127.0.0.5", path="/masuk/", X_Forwarded_Proto="https")

    cookies = SimpleCookie("; ".join(secure.headers.get_all("Set-Cookie", [])))
    assert secure.status == 200
    assert {name: bool(cookie["secure"]) for name, cookie in cookies.items()} == {"browser": True, "csrftoken": True}
    assert "max-age" in (secure.getheader("Strict-Transport-Security") or "")
    assert (plain.status, plain.getheader("Location")) == (301, f"{PUBLIC_URL}/masuk/")
    assert (claimed.status, claimed.getheader("Location")) == (301, f"{PUBLIC_URL}/masuk/")


@pytest.mark.parametrize(
    ("public_url", "trusted", "sentence"),
    [
        (PUBLIC_URL, "", "nothing speaks it"),
        (PUBLIC_URL, "10.0.0.1, gateway", "'gateway' is no address"),
        (PUBLIC_URL, "0.0.0.0/0", "'0.0.0.0/0' would believe everybody"),
        (PUBLIC_URL, "::/0", "'::/0' would believe everybody"),
        (PUBLIC_URL, "10.0.0.1; return 200", "is no address"),
    ],
)
def test_proxy_container_with_invalid_settings_does_not_start(public_url, trusted, sentence):
    refused = rendered_for_container(public_url, trusted)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_proxy_image_contains_its_configuration_renderer(home):
    _copy_what_the_image_copies(home)
    (home / "bin").mkdir()
    stub = home / "bin" / "nginx"
    stub.write_text("#!/bin/sh\nprintf '%s ' \"$@\"\n")
    stub.chmod(0o755)

    started = subprocess.run(
        [home / "docker" / "proxy-entrypoint"],
        env={
            "PATH": f"{home / 'bin'}:/usr/bin:/bin",
            "PUBLIC_URL": PUBLIC_URL,
            "TRUSTED_PROXIES": "10.1.0.0/16,fd00::1",
            "RUN_DIR": str(home),
        },
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert started.returncode == 0, started.stderr
    assert started.stdout.split() == ["-e", "stderr", "-c", f"{home}/nginx.conf"]
    written = (home / "nginx.conf").read_text()
    assert "set_real_ip_from 10.1.0.0/16;" in written
    assert "set_real_ip_from fd00::1/128;" in written


def _copy_what_the_image_copies(target: Path) -> None:
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    last_image = dockerfile.rpartition("\nFROM ")[2]
    for paths in re.findall(r"^COPY (?!--from)(.+)$", last_image, re.MULTILINE):
        *sources, directory = paths.split()
        (target / directory).mkdir(parents=True, exist_ok=True)
        for source in sources:
            shutil.copy(ROOT / source, target / directory)
