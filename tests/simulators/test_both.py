"""The bank and the courier in one process, as the embedded product starts them."""

from __future__ import annotations

import subprocess
import sys
import urllib.request

import pytest

from tests.harness.ports import free_port
from tests.harness.running_site import ROOT
from tests.harness.servers import accepts, wait_until

NAMES = {"bank": "Bank Simulasi", "courier": "Kurir Simulasi"}


@pytest.fixture
def start(tmp_path):
    started = []

    def do(*names, **ports):
        ports = {name: ports.get(name) or free_port() for name in names}
        options = [f"--{name}-port={ports[name]}" for name in names]
        options += [f"--{name}-directory={tmp_path / name}" for name in names]
        child = subprocess.Popen(
            [sys.executable, "-m", "simulators", "--client-url=http://127.0.0.1:9", *options],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        started.append(child)
        return child, ports

    yield do
    for child in started:
        child.kill()
        child.stdin.close()
        child.wait()


@pytest.mark.parametrize("names", [("bank", "courier"), ("bank",), ("courier",)], ids="+".join)
def test_each_answers_on_its_own_port_until_standard_input_is_closed(start, names):
    child, ports = start(*names)

    for name, port in ports.items():
        wait_until(lambda port=port: accepts(port), f"{name} ready")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            assert NAMES[name] in page.read().decode()
    child.stdin.close()

    assert child.wait(20) == 0


def test_both_end_when_one_cannot_be_served(start):
    first, ports = start("courier")
    wait_until(lambda: accepts(ports["courier"]), "courier ready")

    second, _ports = start("bank", "courier", courier=ports["courier"])

    assert second.wait(60) == 1
    assert first.poll() is None
