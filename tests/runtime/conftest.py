"""The product as processes: what they say, what they refuse, how they end."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from superapp.core import proxy

# The fixtures of core are offered to these tests, too: pytest finds them by their names here.
from tests.core.conftest import hear as hear
from tests.core.conftest import note as note
from tests.harness.databases import ClonedDatabase
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT, Site
from tests.harness.servers import Process, accepts, find


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def get(url: str, headers: dict[str, str] | None = None, *, data: bytes | None = None) -> Answer:
    """Ask over real HTTP; a refusal is an answer, too."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, {k.lower(): v for k, v in refused.headers.items()}, refused.read())


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, timeout=180
    )


@pytest.fixture
def make_site(real_db: ClonedDatabase) -> Iterator[Callable[..., Site]]:
    """Start the product on this test's database."""
    sites: list[Site] = []

    def make(**options: Any) -> Site:
        sites.append(Site(real_db, **options))
        sites[-1].start()
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


@contextmanager
def nginx_over(home: Path, *, pages: int, has_store: bool = False) -> Iterator[str]:
    """Serve a directory by the real nginx under our configuration, in front of pages on this port."""
    port = free_port()
    place = proxy.ProxySite(
        run_dir=str(home), static_root=str(home), media_root=str(home), port=port, has_store=has_store
    )
    (home / "nginx.conf").write_text(proxy.render_native_config(place, pages=[pages], sockets=[1]))
    server = Process(
        "nginx",
        [find("nginx"), "-e", "stderr", "-c", str(home / "nginx.conf")],
        log_path=home / "nginx.log",
        is_ready=lambda: accepts(port),
    )
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
