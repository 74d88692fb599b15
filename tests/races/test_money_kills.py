"""
SIGKILL between any two steps of a transfer: to PostgreSQL with all its processes, and to the one who pays.

Each step is held open by a sleep that is put into the posting function for the occasion.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import pytest
from django.conf import settings

from payments.maintenance import guards
from tests.harness import servers
from tests.harness.servers import wait_until
from tests.races.apart import Apart

pytestmark = [pytest.mark.served_only, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
# Where the transfer is when the power goes, by what comes next in the function.
STEPS = {
    "before anything": "    -- 1. The key.",
    "the key is taken": "    -- 2. The accounts",
    "the accounts are locked": "    -- 3. Try it",
    "it was tried": "    -- 5. Write what stands",
    "the journal is written": "    INSERT INTO payments_transfer (id",
    "the transfer is written": "    UPDATE payments_account SET\n",
    "the balances are written": "    IF v_into IS NOT NULL THEN\n        INSERT INTO payments_posting",
    "the postings are written": "    IF p_pending IS NOT NULL THEN\n        DELETE",
    "all but the answer": "    RETURN format(\n",
}
ROLL_STEPS = {
    "the inbox is read": "    IF v_transfers IS NULL",
    "the total is written": "    INSERT INTO payments_posting (account_id, seq, rev, transfer_id",
    "the postings are written": "    DELETE FROM payments_inbox",
    "the inbox is empty": "    RETURN cardinality(v_transfers)",
}


class Bank:
    """A PostgreSQL of its own, a process that pays there, and a way to look at both."""

    does = "tests.races.poster"

    def __init__(self, directory: Path) -> None:
        self.postgres = servers.Postgres(directory)
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "superapp.settings",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": settings.REDIS_URL,
            "VAR_DIR": str(directory),
        }
        self.poster = Apart(self.does, self.env)
        self.say, self.hear, self.ask = self.poster.say, self.poster.hear, self.poster.ask

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.env, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url(), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]  # Ours.
            return cursor.fetchall() if cursor.description else []

    def hold(self, function: str, marker: str, seconds: float) -> None:
        """Have the function sleep where ``marker`` is."""
        text = (guards.SQL / "postgres_posting.sql").read_text()
        start = text.index(f"CREATE OR REPLACE FUNCTION {function}(")
        body = text[start : text.index("$body$;", start) + len("$body$;")]
        assert body.count(marker) == 1, marker
        self.run(body.replace(marker, f"    PERFORM pg_sleep({seconds});\n{marker}"))

    def heal(self) -> None:
        self.run((guards.SQL / "postgres_posting.sql").read_text())

    def is_held(self) -> bool:
        return bool(self.run("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))

    def power_cut(self) -> None:
        """Every process of PostgreSQL dies at once, and it is started again."""
        family = psutil.Process(self.postgres.pid).children(recursive=True)
        self.postgres.kill()
        for process in family:
            if process.is_running():
                process.kill()
        psutil.wait_procs(family, timeout=20)
        self.postgres.start()

    def balance(self, account_id: int) -> int:
        ((balance,),) = self.run(f"SELECT credits - debits FROM payments_account WHERE id = {account_id}")
        return int(balance)

    def is_proved(self) -> str:
        """Return the violations that ``check_ledger`` reports; none if the books stand."""
        done = self.manage("check_ledger")
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def stop(self) -> None:
        self.poster.kill()
        self.postgres.stop()

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        with tempfile.TemporaryDirectory(prefix="nusa-kills-") as name:
            Path(name).chmod(0o755)  # PostgreSQL, as another user, passes through.
            one = cls(Path(name))
            one.postgres.start()
            try:
                migrated = one.manage("migrate", "--verbosity", "0")
                assert migrated.returncode == 0, migrated.stderr
                yield one
            finally:
                one.stop()


ACCOUNT = (
    "INSERT INTO payments_account (public_id, code, asset, kind, lock_rank, queued_credit, floor, ceiling, credits,"
    " debits, held, version, last_seq, status, opened_at) VALUES (gen_random_uuid(), '{code}', 'IDR', '{kind}', {rank},"
    " {queued}, {floor}, NULL, 0, 0, 0, 0, 0, 'open', now()) RETURNING id"
)


@pytest.fixture(scope="module")
def bank(django_db_setup: None) -> Iterator[Bank]:
    with Bank.running() as bank:
        yield bank


@pytest.fixture
def open_account(bank: Bank) -> Callable[..., int]:
    def make(code: str, *, kind: str = "wallet", floor: str = "0", rank: int = 0, queued: bool = False) -> int:
        ((account_id,),) = bank.run(ACCOUNT.format(code=code, kind=kind, rank=rank, queued=queued, floor=floor))
        return int(account_id)

    return make


def test_postgresql_killed_at_any_step_pays_once_on_retry(bank, open_account):
    cash, ana, bo = (
        open_account("cash:1", kind="cash", floor="NULL", rank=9),
        open_account("ana:1"),
        open_account("bo:1"),
    )
    assert "posted" in bank.ask(key="fund:1", debit=cash, credit=ana, amount=10_000)

    for number, (step, marker) in enumerate(STEPS.items(), start=1):
        order = {"key": f"pg:{step}", "debit": ana, "credit": bo, "amount": 100}
        bank.hold("payments_post_one", marker, 60)
        bank.say(**order)
        wait_until(bank.is_held, f"the transfer is held where {step}")
        bank.power_cut()
        bank.heal()
        assert bank.hear() == {"trouble": "OperationalError"}, step
        assert (bank.balance(ana), bank.balance(bo)) == (10_000 - 100 * (number - 1), 100 * (number - 1)), step
        first, again = bank.ask(**order), bank.ask(**order)
        assert (first["replayed"], again["replayed"]) == (False, True), step
        assert first["posted"] == again["posted"]

    assert (bank.balance(ana), bank.balance(bo)) == (10_000 - 100 * len(STEPS), 100 * len(STEPS))
    assert bank.is_proved() == ""


def test_acknowledged_posting_survives_a_crash_of_postgresql(bank, open_account):
    cash, ana, bo = (
        open_account("cash:2", kind="cash", floor="NULL", rank=9),
        open_account("ana:2"),
        open_account("bo:2"),
    )
    orders = [
        {"key": "fund:2", "debit": cash, "credit": ana, "amount": 100},
        {"key": "pays", "debit": ana, "credit": bo, "amount": 60},
        {"key": "too much", "debit": ana, "credit": bo, "amount": 60},
    ]

    answers = []
    for order in orders:
        answers.append(bank.ask(**order))
        bank.power_cut()
        # Its line to the database is gone, and it learns so by using it.
        assert bank.ask(**order) in ({"trouble": "OperationalError"}, {**answers[-1], "replayed": True})

    assert [bank.ask(**order) for order in orders] == [{**answer, "replayed": True} for answer in answers]
    assert [sorted(answer) for answer in answers] == [["posted", "replayed"]] * 2 + [["refused", "replayed"]]
    assert (bank.balance(ana), bank.balance(bo)) == (40, 60)
    assert bank.is_proved() == ""


def test_payer_killed_at_any_step_pays_once_on_retry(bank, open_account):
    cash, ana, bo = (
        open_account("cash:3", kind="cash", floor="NULL", rank=9),
        open_account("ana:3"),
        open_account("bo:3"),
    )
    assert "posted" in bank.ask(key="fund:3", debit=cash, credit=ana, amount=10_000)
    steps = (
        "before anything",
        "the key is taken",
        "the accounts are locked",
        "the balances are written",
        "all but the answer",
    )

    for step in steps:
        order = {"key": f"poster:{step}", "debit": ana, "credit": bo, "amount": 100}
        bank.hold("payments_post_one", STEPS[step], 1)
        bank.say(**order)
        wait_until(bank.is_held, f"the transfer is held where {step}")
        bank.poster.kill()
        bank.heal()
        # PostgreSQL may have gone on alone. Whichever: the retry waits for it, and is told of one and the same.
        first, again = bank.ask(**order), bank.ask(**order)
        assert again["replayed"]
        assert first["posted"] == again["posted"]

    assert (bank.balance(ana), bank.balance(bo)) == (10_000 - 100 * len(steps), 100 * len(steps))
    assert bank.is_proved() == ""


def test_roll_up_killed_at_any_step_credits_once(bank, open_account):
    cash, ana = open_account("cash:4", kind="cash", floor="NULL", rank=9), open_account("ana:4")
    shop = open_account("shop:4", kind="merchant", rank=1, queued=True)
    assert "posted" in bank.ask(key="fund:4", debit=cash, credit=ana, amount=10_000)

    for number, (step, marker) in enumerate(ROLL_STEPS.items(), start=1):
        for part in ("a", "b", "c"):
            assert "posted" in bank.ask(key=f"roll:{step}:{part}", debit=ana, credit=shop, amount=100)
        bank.hold("payments_roll", marker, 60)
        bank.say()
        wait_until(bank.is_held, f"rolling up is held where {step}")
        bank.power_cut()
        bank.heal()
        assert bank.hear() == {"trouble": "OperationalError"}, step
        assert bank.balance(shop) == 300 * (number - 1), step
        assert bank.ask() == {"rolled": 3}
        assert bank.ask() == {"rolled": 0}

    assert bank.balance(shop) == 300 * len(ROLL_STEPS)
    assert bank.is_proved() == ""
