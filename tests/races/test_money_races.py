"""Money under races: real databases, threads, processes that die. Each guard is first shown to be needed."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection

from payments import api
from payments.actions.holds import expire_holds
from payments.domain import chart_of_accounts
from payments.maintenance import guards, integrity_checks
from payments.models import Account, Journal, OpenHold, Posting, Refundable, Request, Transfer
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, Refused, TransferLine, derive_key
from payments.writers.ledger.entries import JournalRefund
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN, entry_fields
from tests.races.money_programs import BUSY, DYING

TEST, FUND = entry_fields("test"), entry_fields("fund")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def wallet(real_db, now):
    """Wallets with money in them."""
    numbers = itertools.count()

    def make(name, amount=0):
        kind = chart_of_accounts.WALLET
        account = ledger.get_or_open_account(
            chart_of_accounts.account_code(kind, name, "IDR"), kind=kind, asset="IDR", now=now
        )
        cash = ledger.get_or_open_account("cash:bank:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=now)
        if amount:
            key = derive_key("fund", f"{next(numbers)}", {})
            ledger.post(
                JournalEntry(key=key, **FUND, lines=(TransferLine(cash.pk, account.pk, Money(amount)),)), now=now
            )
        return account

    return make


@pytest.fixture
def pay(now):
    def entry_of(debit, credit, minor, key, **fields):
        line = fields.pop("line", TransferLine(debit.pk, credit.pk, Money(minor)))
        return JournalEntry(
            key=derive_key("race", key, {"minor": minor, "to": credit.pk}), **TEST, lines=(line,), **fields
        )

    def pay_one(debit, credit, minor, key, **fields):
        return lambda: ledger.post(entry_of(debit, credit, minor, key, **fields), now=now)

    return pay_one


def balance(account):
    account.refresh_from_db()
    return account.balance


def test_key_used_concurrently_posts_one_journal(wallet, pay, in_threads, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answers = in_threads(*[pay(ana, bo, 100, "same")] * 12)

    assert [type(answer) for answer in answers] == [Posted] * 12
    assert Counter(answer.replayed for answer in answers) == {True: 11, False: 1}
    assert len({answer.journal_id for answer in answers}) == 1
    assert (balance(ana), balance(bo)) == (900, 100)


def test_key_used_concurrently_with_two_contents_posts_one(wallet, pay, in_threads):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    outcomes = in_threads(*[pay(ana, bo, minor, "same") for minor in (100, 200) * 4])

    posted = [outcome for outcome in outcomes if isinstance(outcome, Posted)]
    assert len(posted) == 4
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"Posted": 4, "KeyReused": 4}
    assert balance(bo) in (100, 200)


def test_balance_is_spent_once_by_concurrent_transfers(wallet, pay, in_threads, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")

    answers = in_threads(*[pay(ana, bo, 300, f"k{number}") for number in range(10)])

    assert Counter(type(answer) for answer in answers) == {Posted: 3, Refused: 7}
    assert (balance(ana), balance(bo)) == (100, 900)
    assert Request.objects.filter(scope="race", outcome="refused").count() == 7
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.served_only
def test_balance_without_locks_would_be_spent_twice(wallet, pay, in_threads, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    text = (guards.SQL / "postgres_posting.sql").read_text()
    start = text.index("CREATE OR REPLACE FUNCTION payments_post_one(")
    one = text[start : text.index("$body$;", start) + len("$body$;")]
    unlocked = one.replace(" FOR NO KEY UPDATE", "").replace(
        "    -- 3. Try it", "    PERFORM pg_sleep(0.1);\n    -- 3. Try it"
    )
    assert unlocked.count("FOR NO KEY UPDATE") == 0
    with connection.cursor() as cursor:
        cursor.execute(unlocked)

    outcomes = in_threads(*[pay(ana, bo, 300, f"k{number}") for number in range(6)])

    # Two read the same balance; what stops the second is that a number of a posting is given once.
    assert [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
    guards.install(connection)
    assert guards.missing(connection) == []
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.embedded_only
def test_balance_without_a_single_writer_would_be_spent_twice(wallet, pay, in_threads):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    both_have_looked = threading.Barrier(2)

    def careless():
        """Look first, and write in a transaction of its own what follows from it."""
        found = Account.objects.get(pk=ana.pk)
        both_have_looked.wait(20)
        assert found.available >= 900
        Account.objects.filter(pk=ana.pk).update(
            debits=found.debits + 900, version=found.version + 1, last_seq=found.last_seq + 1
        )

    outcomes = in_threads(careless, careless)
    cy = wallet("cy", 1_000)
    answers = in_threads(*[pay(cy, bo, 900, f"k{number}") for number in range(2)])

    # Both believe that they have paid 900 out of 1,000, and one debit is lost.
    assert outcomes == [None, None]
    assert balance(ana) == 100
    assert Counter(type(answer) for answer in answers) == {Posted: 1, Refused: 1}
    assert balance(cy) == 100


def test_opposite_transfers_do_not_deadlock(wallet, pay, in_threads, now):
    people = [wallet(name, 10_000) for name in ("ana", "bo", "cy")]

    def many(first):
        def run():
            pairs = itertools.islice(itertools.cycle(itertools.permutations(range(3), 2)), first, first + 18)
            return [pay(people[a], people[b], 7, f"{first}-{n}")() for n, (a, b) in enumerate(pairs)]

        return run

    outcomes = in_threads(*[many(number) for number in range(6)])

    assert [type(answer) for answers in outcomes for answer in answers] == [Posted] * (6 * 18)
    assert sum(balance(person) for person in people) == 30_000
    assert Posting.objects.filter(account=people[0]).count() == Account.objects.get(pk=people[0].pk).last_seq
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.served_only
def test_opposite_transfers_without_lock_order_would_deadlock(wallet, in_threads, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 1_000)
    lock = "SELECT 1 FROM payments_account WHERE id = %s FOR NO KEY UPDATE"

    def crossing(first, second):
        def run():
            from django.db import transaction

            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(lock, [first.pk])
                cursor.execute("SELECT pg_sleep(0.2)")
                cursor.execute(lock, [second.pk])

        return run

    outcomes = in_threads(crossing(ana, bo), crossing(bo, ana))

    assert [getattr(outcome.__cause__, "sqlstate", "") for outcome in outcomes if outcome] == ["40P01"]


def test_concurrent_refunds_stay_within_the_cap(wallet, pay, in_threads, now):
    ana, bo = wallet("ana", 1_000), wallet("bo", 5_000)
    paid = pay(ana, bo, 1_000, "paid", refund_cap=Money(1_000))()
    refund = JournalRefund(paid.journal_id, Money(300))

    answers = in_threads(*[pay(bo, ana, 300, f"r{number}", refund=refund) for number in range(9)])

    assert Counter(type(answer) for answer in answers) == {Posted: 3, Refused: 6}
    assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"payments.refund_exceeds"}
    assert Refundable.objects.get().refunded == 900
    assert balance(ana) == 900
    assert integrity_checks.check_integrity(now=now) == []


def test_hold_capture_and_expiry_at_once_have_one_winner(wallet, in_threads, make_user, now):
    ana = make_user("ana")
    account = Account.objects.get(public_id=api.get_wallet(ana.pk, now=now).public_id)
    wallet("bo", 1)
    ledger.post(
        JournalEntry(
            key=derive_key("fund", "ana", {}),
            **entry_fields("fund"),
            lines=(TransferLine(Account.objects.get(code="cash:bank:IDR").pk, account.pk, Money(10_000)),),
        ),
        now=now,
    )
    won: Counter[str] = Counter()
    for number in range(8):
        held = api.hold_funds(
            payer_id=ana.pk, merchant="m", amount=Money(100), reference=f"scan:{number}",
            expires_at=now + timedelta(minutes=1), authorization=BY_PIN, idempotency_key=f"h{number}", now=now,
        )  # fmt: skip
        late = now + timedelta(minutes=2)
        captured, expired = in_threads(
            lambda held=held, number=number: api.capture_hold(
                hold=held.public_id, amount=Money(60), idempotency_key=f"c{number}", now=now
            ),
            lambda late=late: expire_holds(late),
        )
        assert isinstance(captured, Posted) == (expired == 0)
        won["captured" if expired == 0 else "expired"] += 1

    assert sum(won.values()) == 8
    assert not OpenHold.objects.exists()
    account.refresh_from_db()
    assert (account.held, account.balance) == (0, 10_000 - 60 * won["captured"])
    assert integrity_checks.check_integrity(now=now) == []


def test_order_paid_concurrently_by_two_keys_is_paid_once(wallet, in_threads, make_user, now):
    ana = make_user("ana")
    account = Account.objects.get(public_id=api.get_wallet(ana.pk, now=now).public_id)
    wallet("bo", 1)
    cash = Account.objects.get(code="cash:bank:IDR")
    ledger.post(
        JournalEntry(
            key=derive_key("fund", "ana", {}), **FUND, lines=(TransferLine(cash.pk, account.pk, Money(1_000)),)
        ),
        now=now,
    )

    def pay_one(key):
        return lambda: api.pay_into_escrow(
            reference="shop.order:1", payer_id=ana.pk, amount=Money(100),
            authorization=BY_PIN, idempotency_key=key, now=now,
        )  # fmt: skip

    answers = in_threads(*[pay_one(f"k{number}") for number in range(6)])

    assert Counter(getattr(answer, "code", "posted") for answer in answers) == {"posted": 1, "payments.already_paid": 5}
    assert balance(account) == 900


def test_account_opened_concurrently_is_one(real_db, in_threads, now):
    def open_one():
        return ledger.get_or_open_account("wallet:new:IDR", kind=chart_of_accounts.WALLET, asset="IDR", now=now).pk

    assert len(set(in_threads(*[open_one] * 8))) == 1
    assert Account.objects.filter(code="wallet:new:IDR").count() == 1


def test_inbox_rolled_up_concurrently_is_credited_once(wallet, pay, in_threads, now):
    ana = wallet("ana", 10_000)
    shop = ledger.get_or_open_account("merchant:kopi:IDR", kind=chart_of_accounts.MERCHANT, asset="IDR", now=now)

    def sell(first):
        return lambda: [pay(ana, shop, 10, f"{first}-{number}")() for number in range(10)]

    in_threads(*[sell(number) for number in range(4)], *[lambda: ledger.roll_up(shop.pk)] * 4)
    ledger.roll_up(shop.pk)

    assert balance(shop) == 400
    assert [row.seq for row in Posting.objects.filter(account=shop).order_by("seq")] == list(range(1, 41))
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.served_only
@pytest.mark.parametrize("lines", [1, 2])
def test_receiver_with_an_inbox_is_paid_while_its_account_is_locked(real_db, wallet, now, lines):
    ana = wallet("ana", 1_000)
    shop = ledger.get_or_open_account("merchant:kopi:IDR", kind=chart_of_accounts.MERCHANT, asset="IDR", now=now)
    line = TransferLine(ana.pk, shop.pk, Money(10))

    with psycopg.connect(real_db.env["DATABASE_URL"]) as session, connection.cursor() as cursor:
        session.execute("SELECT 1 FROM payments_account WHERE id = %s FOR NO KEY UPDATE", [shop.pk])
        cursor.execute("SET lock_timeout = '2s'")
        answer = ledger.post(JournalEntry(key=derive_key("race", "k", {}), **TEST, lines=(line,) * lines), now=now)

    assert isinstance(answer, Posted)
    assert ledger.roll_up(shop.pk) == lines


# Processes that die.


@pytest.mark.timeout(300)
def test_transfer_killed_before_any_statement_happens_once_or_not_at_all(real_db, wallet, now):
    ana, bo = wallet("ana", 10_000), wallet("bo")
    env = real_db.env | {"DJANGO_SETTINGS_MODULE": "superapp.settings"}
    run = lambda number: subprocess.run(  # noqa: E731
        [sys.executable, "-c", DYING, str(number)], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    done = run(0)
    assert done.stdout.startswith("Posted False"), done.stderr
    statements = int(done.stdout.split()[2])
    assert statements >= 1

    for number in range(1, statements + 1):
        dead = run(number)
        assert dead.returncode == -9, dead.stderr
        assert Journal.objects.filter(kind="test").count() == number
        assert integrity_checks.check_integrity(now=now) == []
        entry = JournalEntry(
            key=derive_key("dying", f"key-{number}", {}),
            **entry_fields("test"),
            lines=(
                TransferLine(ana.pk, bo.pk, Money(5)),
                TransferLine(bo.pk, ana.pk, Money(2)),
                TransferLine(ana.pk, bo.pk, Money(1)),
            ),
            memo="kopi",
            refund_cap=Money(8),
        )
        assert ledger.post(entry, now=now).replayed is False
        assert ledger.post(entry, now=now).replayed is True

    assert balance(bo) == 4 * (statements + 1)
    assert Transfer.objects.filter(journal__kind="test").count() == 3 * (statements + 1)


@pytest.mark.timeout(300)
def test_acknowledged_transfers_survive_random_kills(real_db, wallet, now):
    wallet("ana", 10**9)
    bo = wallet("bo")
    env = real_db.env | {"DJANGO_SETTINGS_MODULE": "superapp.settings"}
    acknowledged: list[str] = []
    for number in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", BUSY, str(number)], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        ) as busy:
            assert busy.stdout is not None
            acknowledged += [busy.stdout.readline().strip() for _ in range(20 + 13 * number)]
            busy.kill()
            acknowledged += [
                line.strip() for line in busy.stdout.read().splitlines(keepends=True) if line.endswith("\n")
            ]

    stored = set(Request.objects.filter(scope="busy", outcome="posted").values_list("key", flat=True))
    assert set(acknowledged) <= stored
    assert len(acknowledged) == len(set(acknowledged)) >= 90
    # At most the one that was under way each time was never acknowledged.
    assert len(stored) - len(acknowledged) <= 3
    assert balance(bo) == len(stored)
    assert integrity_checks.check_integrity(now=now) == []
