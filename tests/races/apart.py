"""
A process of its own that does what it is told: one order a line, and one answer a line, once it is committed.

What it does is ``obey`` of a module that is named to it. A refusal is an answer, and so is trouble of the database; the
next order connects anew.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.harness.running_site import ROOT


class Apart:
    """Starts with its first order, and anew with the next one after it died."""

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self._module = module
        self._env = dict(env)
        self._process: subprocess.Popen[str] | None = None

    def say(self, **order: Any) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, self._module],
                env=self._env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def ask(self, **order: Any) -> dict[str, Any]:
        self.say(**order)
        return self.hear()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def main(module: str) -> None:
    import django

    django.setup()
    from django.db import Error, connection

    from superapp.core.errors import DomainError

    obey = importlib.import_module(module).obey
    for line in sys.stdin:
        try:
            answer = obey(json.loads(line))
        except Error as error:
            connection.close()
            answer = {"trouble": type(error).__name__}
        except DomainError as error:
            answer = {"error": error.code}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
