"""The simulated courier as a process of its own, with doors to scan parcels and to set faults."""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path
from typing import Any

from shop.adapters.courier_signatures import ensure_key
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT
from tests.harness.servers import Process, accepts


class RunningCourier:
    """The courier; ``process`` may be killed and started again."""

    def __init__(self, directory: Path, *, client_url: str, options: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.directory = directory
        self.key = ensure_key(directory)
        argv = ["--port", f"{self.port}", "--directory", f"{directory}", "--client-url", client_url, *options]
        self.process = Process(
            "courier",
            [sys.executable, "-m", "simulators.courier", *argv],
            log_path=directory / "courier.log",
            is_ready=lambda: accepts(self.port),
            cwd=ROOT,
        )

    def url(self, slug: str = "jne") -> str:
        return f"http://127.0.0.1:{self.port}/v1/{slug}"

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def control(self, path: str, **fields: Any) -> dict[str, Any]:
        """Use a door of the courier that is there for tests."""
        status, answer = self.send("POST", path, json.dumps(fields).encode(), {"Content-Type": "application/json"})
        assert status == 200, answer
        found: dict[str, Any] = json.loads(answer)
        return found

    def scan(self, waybill: str, step: str, *, courier: str = "jne", **fields: str) -> None:
        self.control("/scans", courier=courier, waybill=waybill, step=step, **fields)

    def fault(self, name: str, *, times: int = 1, value: str = "") -> None:
        self.control("/faults", name=name, times=times, value=value)

    def forget_faults(self) -> None:
        for name in self.control("/faults", name="late", times=0)["faults"]:
            self.fault(name, times=0)
