"""The simulated bank as a process of its own, with its keys."""

from __future__ import annotations

import sys
from pathlib import Path

from payments.adapters import bank_keys
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT
from tests.harness.servers import Process, accepts
from tests.simulators.snap_client import SnapClient


class Bank(SnapClient):
    """The bank and a client of it; ``process`` may be killed and started again."""

    def __init__(self, directory: Path, client_url: str, *, port: int | None = None) -> None:
        port = port or free_port()
        self.directory = directory
        options = [
            "--port",
            f"{port}",
            "--directory",
            f"{directory}",
            "--client-url",
            client_url,
        ]
        self.process = Process(
            "bank",
            [sys.executable, "-m", "simulators.bank", *options],
            log_path=directory / "bank.log",
            is_ready=lambda: accepts(port),
            cwd=ROOT,
        )
        bank_keys.ensure_keys(directory)
        super().__init__(port, bank_keys.load(directory))

    def balances(self) -> dict[str, int]:
        balances: dict[str, int] = self.books()["balances"]
        return balances

    def entries_of(self, partner_reference: str) -> list[int]:
        """Return what an order of the client changed on its account."""
        return [
            entry["amount"]
            for entry in self.books()["entries"]
            if entry["partner_reference"] == partner_reference and entry["account"] == self.keys.account_number
        ]
