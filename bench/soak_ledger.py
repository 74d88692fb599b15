"""
Random traffic on the ledger, with processes that are killed, for some minutes; then the proof, ours and beancount's.

``python -m bench.soak_ledger --minutes 1 [--db sqlite|postgres] [--bank]``. On PostgreSQL four processes post at once
and a fifth rolls up and expires; on SQLite, which serves one process, one does it all. Every few seconds one is killed
with SIGKILL and another takes its place. What a process printed as posted must be there; what it was told must be so
when it is asked again. Blocks are sealed meanwhile, and at the end the proof of every receipt is verified. With
``--bank`` money also comes from a simulated bank with faults and goes there; after it, no difference with the bank may
be open.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import environment, soak_bank
from bench.environment import ROOT
from bench.ledger_post import NOW
from tests.harness.authorizations import BY_PIN, entry_fields

PEOPLE = 40
MERCHANTS = 3
KILLED_AFTER_SECONDS = (1.0, 6.0)
# How much of the traffic is with the bank, if there is one.
BANK_SHARE = 0.1
# After everything that is posted at NOW.
SEALED_AT = NOW + timedelta(minutes=1)
# Of this run alone.
LEDGER_KEY = urlsafe_b64encode(os.urandom(32)).decode()


def busy(seed: int, *, has_bank: bool) -> None:
    """Post whatever comes to mind, and print each answer once it is committed, until killed."""
    import django

    django.setup()
    from payments import api
    from payments.actions import sealing
    from payments.actions.holds import expire_holds
    from payments.models import FeeRule
    from payments.writers import ledger
    from payments.writers.ledger import Posted
    from superapp.accounts.models import User
    from superapp.core.money import Money

    regular_fee = FeeRule(name="regular", basis_points=70)
    rnd = random.Random(seed)
    people = list(User.objects.filter(handle__startswith="soak").order_by("pk").values_list("pk", flat=True))
    number = 0
    while True:
        number += 1
        key, payer, amount = f"{seed}-{number}", rnd.choice(people), Money(rnd.randrange(1, 2_000_00))
        order, shop = f"soak.order:{rnd.randrange(10**6)}", f"soak.shop:{rnd.randrange(MERCHANTS)}"
        if has_bank and rnd.random() < BANK_SHARE:
            soak_bank.visit(rnd, people, f"bank-{key}")
            continue
        chance = rnd.random()
        said = {"idempotency_key": key, "now": NOW}
        if chance < 0.5:
            answer = api.pay_into_escrow(reference=order, payer_id=payer, amount=amount, authorization=BY_PIN, **said)
            if isinstance(answer, Posted) and rnd.random() < 0.7:
                api.release_escrow(reference=order, merchant=shop, fee=regular_fee, authorization=BY_PIN, **said)
            if isinstance(answer, Posted) and rnd.random() < 0.3:
                api.refund_escrow(
                    reference=order,
                    amount=Money(rnd.randrange(1, amount.amount_minor + 10)),
                    authorization=BY_PIN,
                    **said,
                )
        elif chance < 0.8:
            answer = api.hold_funds(
                payer_id=payer,
                merchant=shop,
                amount=amount,
                reference=order,
                expires_at=NOW,
                authorization=BY_PIN,
                **said,
            )
            if isinstance(answer, Posted) and rnd.random() < 0.6:
                api.capture_hold(hold=answer.public_id, amount=Money(rnd.randrange(1, amount.amount_minor + 1)), **said)
        elif chance < 0.9:
            expire_holds(NOW)
            continue
        else:
            ledger.roll_up_due(NOW)
            sealing.seal_due(SEALED_AT)
            continue
        scope = f"user:{payer}:{'pay' if chance < 0.5 else 'hold'}"
        posted = str(answer.public_id) if isinstance(answer, Posted) else ""
        print(json.dumps([scope, key, posted, getattr(answer, "code", "")]), flush=True)


def prepare(*, has_bank: bool) -> None:
    """People with wallets that are full."""
    from django.db import connection

    from payments import api
    from payments.domain import chart_of_accounts
    from payments.models import Account
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from superapp.accounts.models import User
    from superapp.core.money import Money

    cash = ledger.get_or_open_account("cash:soak:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=NOW)
    for number in range(PEOPLE):
        user = User.objects.create(handle=f"soak{number}", name=f"Soak {number}", joined_at=NOW)
        wallet = Account.objects.get(public_id=api.get_wallet(user.pk, now=NOW).public_id)
        line = TransferLine(cash.pk, wallet.pk, Money(1_000_000_00))
        ledger.post(
            JournalEntry(key=derive_key("fund", str(number), {}), **entry_fields("fund"), lines=(line,)), now=NOW
        )
    if has_bank:
        soak_bank.prepare(list(User.objects.order_by("pk").values_list("pk", flat=True)))
    connection.close()


def run(seconds: float, processes: int, directory: Path, *, has_bank: bool) -> tuple[list[list[str]], int]:
    """Keep so many processes busy, kill one every now and then; return what they said, and how many died."""
    rnd, killed, seed = random.Random(5), 0, 0
    paths: list[Path] = []

    def start() -> subprocess.Popen[bytes]:
        nonlocal seed
        seed += 1
        paths.append(directory / f"said-{seed}.jsonl")
        with paths[-1].open("wb") as output:
            command = [
                sys.executable,
                "-m",
                "bench.soak_ledger",
                "--busy",
                str(seed),
                *(["--bank"] if has_bank else []),
            ]
            return subprocess.Popen(command, stdout=output, cwd=ROOT)

    at_work = [start() for _ in range(processes)]
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            time.sleep(rnd.uniform(*KILLED_AFTER_SECONDS))
            place = rnd.randrange(processes)
            if at_work[place].poll() is not None:
                raise RuntimeError("a process ended by itself")
            at_work[place].kill()
            at_work[place].wait()
            killed += 1
            at_work[place] = start()
    finally:
        for process in at_work:
            process.kill()
            process.wait()
    lines = [line for path in paths for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [json.loads(line) for line in lines], killed


def audit(said: list[list[str]], directory: Path) -> dict[str, Any]:
    """Compare what was acknowledged, check the ledger, and let beancount, which knows nothing of our code, agree."""
    from django.db import connection

    from payments.maintenance import integrity_checks
    from payments.models import Request
    from payments.queries import statements
    from payments.writers import ledger

    ledger.roll_up_due(NOW)
    stored = {
        (scope, key): [str(journal or ""), code]
        for scope, key, journal, code in Request.objects.values_list("scope", "key", "journal__public_id", "code")
    }
    lost = [line for line in said if line[3] != "payments.already_paid" and stored.get((line[0], line[1])) != line[2:]]
    findings = [str(finding) for finding in integrity_checks.check_integrity(now=NOW)]
    path = directory / "ledger.beancount"
    with path.open("w") as file:
        file.writelines(statements.stream_whole_ledger())
    checked = subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", str(path)], capture_output=True, text=True, check=False
    )
    connection.close()
    return {
        "requests": len(stored),
        "acknowledged": len(said),
        "lost": len(lost),
        "findings": findings,
        "bean_check": checked.returncode,
        "bean_says": (checked.stdout + checked.stderr)[:2_000],
    }


def verify_receipts() -> dict[str, Any]:
    """Seal the remaining journals, then verify the exported proof of every movement, as a recipient would."""
    from payments.actions import sealing
    from payments.domain.proofs import ProofRejected, encode_proof, verify_proof
    from payments.errors import ProofPending
    from payments.maintenance import block_checks
    from payments.models import Posting
    from payments.queries.proofs import get_proof

    while sealing.seal_due(SEALED_AT):
        pass
    rows = Posting.objects.filter(account__owner__isnull=False)
    receipts = set(rows.values_list("account__owner_id", "transfer__journal__public_id"))
    refused = []
    for user_id, journal in receipts:
        try:
            verify_proof(encode_proof(get_proof(user_id, journal)))
        except (ProofPending, ProofRejected) as error:
            refused.append(f"{journal}: {error}")
    found = block_checks.check_blocks(now=SEALED_AT)
    return {
        "blocks": found.blocks,
        "receipts": len(receipts),
        "receipts_refused": refused,
        "block_findings": [str(one) for one in found.violations],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Random traffic with kills, then the proof.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--bank", action="store_true", help="with a simulated bank that makes mistakes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--busy", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.busy is not None:
        busy(arguments.busy, has_bank=arguments.bank)
    with ExitStack() as started:
        has_bank = arguments.bank
        settings = started.enter_context(soak_bank.start()) if has_bank else {}
        settings |= {"LEDGER_KEY": LEDGER_KEY}
        database = started.enter_context(environment.start_database(arguments.db, has_redis=False, **settings))
        directory = database.directory
        prepare(has_bank=has_bank)
        said, killed = run(arguments.minutes * 60, 4 if database.postgres else 1, directory, has_bank=has_bank)
        told = {"name": "soak_ledger", "db": arguments.db, "minutes": arguments.minutes, "killed": killed}
        told |= soak_bank.settle() if has_bank else {}
        told |= verify_receipts()
        told |= audit(said, directory)
    print(json.dumps(told, indent=None if arguments.json else 2))
    wrong = ("lost", "findings", "bean_check", "bank_breaks", "bank_problems", "receipts_refused", "block_findings")
    if any(told.get(name) for name in wrong):
        sys.exit("the ledger did not stand")


if __name__ == "__main__":
    main()
