"""The product as processes: what they say, what they refuse, how they end."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.databases import ClonedDatabase
from tests.harness.running_site import ROOT, Site


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
