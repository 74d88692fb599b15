"""A simulated bank with faults beside the soak: money comes in and goes out while processes are killed."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bench.environment import ROOT
from tests.harness.ports import free_port
from tests.harness.servers import accepts, wait_until

PIN = "280394"
# What the bank does wrong, and its value.
FAULTS = (
    ("drop_before_commit", "transfer"),
    ("drop_after_commit", "transfer"),
    ("answer", "500"),
    ("accept_then_fail", "1"),
    ("expired_token", ""),
)
SETTLED_WITHIN_SECONDS = 120


@contextmanager
def start() -> Iterator[dict[str, str]]:
    """Start the bank, and give the settings of an instance that is its customer."""
    with tempfile.TemporaryDirectory(prefix="nusa-bank-") as books:
        port = free_port()
        # Nobody listens for its callbacks, so that everything is found in its history.
        options = ["--port", str(port), "--directory", books, "--client-url", f"http://127.0.0.1:{free_port()}"]
        command = [sys.executable, "-m", "simulators.bank", *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: accepts(port), "the bank listens")
            yield {
                "SIMULATED_BANK": "0",
                "BANK_URL": url,
                "BANK_DIRECTORY": books,
                "BANK_STATEMENT_URL": f"{url}/statements/{{day}}.csv",
                "BANKS": json.dumps({"900": "Bank Simulasi", "901": "Bank Cakrawala"}),
            }
        finally:
            process.kill()
            process.wait()


def prepare(people: Sequence[int]) -> None:
    """Give everybody a PIN, and the account at the bank the money of their wallets."""
    from payments import api
    from superapp.core import clock

    _pay_in(len(people) * 1_000_000)
    for user_id in people:
        api.set_first_pin(user_id=user_id, pin=PIN, now=clock.now())


def visit(rnd: random.Random, people: Sequence[int], key: str) -> None:
    """Have the bank do something wrong, pay something in, withdraw, or ask it what became of all that."""
    from payments import api
    from payments.actions.bank_history import read_history
    from payments.actions.withdrawals import ask_bank
    from payments.adapters.bank import BankAccount, BankRefused, BankSilent
    from superapp.core import clock
    from superapp.core.errors import DomainError
    from superapp.core.money import Money

    chance, now = rnd.random(), clock.now()
    try:
        if chance < 0.2:
            name, value = rnd.choice(FAULTS)
            _control("/faults", name=name, times=1, value=value)
        elif chance < 0.4:
            _pay_in(rnd.randrange(10, 500))
        elif chance < 0.7:
            api.request_withdrawal(
                user_id=rnd.choice(people),
                to=BankAccount(bank_code="901", number="2100000001", holder="Intan"),
                amount=Money(rnd.randrange(10_000, 50_000) * 100),
                device_id=None,
                pin=PIN,
                idempotency_key=key,
                now=now,
            )
        elif chance < 0.9:
            ask_bank(None)  # type: ignore[arg-type]  # The run of the job is not looked at.
        else:
            read_history(now=now)
    except (DomainError, BankSilent, BankRefused, OSError):
        return  # Refused, or one of the faults: nothing is claimed.


def settle() -> dict[str, Any]:
    """Heal the bank, let every withdrawal end, and compare the day; return what is open then."""
    from payments.actions import withdrawals
    from payments.actions.bank_history import read_history
    from payments.maintenance.reconciling import collect_and_reconcile
    from payments.models import ReconciliationBreak, Withdrawal
    from payments.queries.reconciliation import day_of
    from superapp.core import clock

    for name, _value in FAULTS:
        _control("/faults", name=name, times=0)
    day, until = day_of(clock.now()), time.monotonic() + SETTLED_WITHIN_SECONDS
    # By then an order that the bank does not know can no longer arrive.
    later = SimpleNamespace(now=lambda: clock.now() + withdrawals.ARRIVES_WITHIN + timedelta(minutes=10))
    withdrawals.clock = later  # type: ignore[attr-defined]
    while Withdrawal.objects.filter(closed_at=None).exists():
        if time.monotonic() > until:
            break
        Withdrawal.objects.filter(closed_at=None).update(ask_after=clock.now())
        withdrawals.ask_bank(None)  # type: ignore[arg-type]
    read_history(now=clock.now() + timedelta(seconds=2))
    found, problems = collect_and_reconcile(day, now=clock.now() + timedelta(days=1))
    return {
        "bank_movements": found.statement_count,
        "bank_agreed": found.agreed_count,
        "bank_problems": problems,
        "withdrawals": dict(_count(Withdrawal.objects.values_list("state", flat=True))),
        "bank_breaks": [
            f"{row.kind} {row.reference}" for row in ReconciliationBreak.objects.filter(state="open").order_by("pk")
        ],
    }


def _count(states: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    return found


def _pay_in(rupiah: int) -> None:
    from payments.adapters import banks

    number = banks.get_keys().account_number
    _control("/deposits", account=number, amount={"value": f"{rupiah}.00", "currency": "IDR"})


def _control(path: str, **fields: Any) -> None:
    """Use a door of the bank that is there for tests."""
    from django.conf import settings

    address = settings.BANK_URL.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request("POST", path, json.dumps(fields), {"Content-Type": "application/json"})
        connection.getresponse().read()
    finally:
        connection.close()
