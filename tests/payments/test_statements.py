"""Statements: whole or not made, joined without a gap, and proved by others."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from payments import api
from payments.domain import chart_of_accounts
from payments.models import Account, Journal, Posting
from payments.writers import ledger
from superapp.core.money import Money
from tests.payments import wallet_statements
from tests.payments.purses import PIN


@pytest.fixture
def send(now):
    def send_one(sender, receiver, minor, *, key="k1", memo="", at=now):
        return api.send_money(
            sender_id=sender.pk,
            receiver_id=receiver.pk,
            amount=Money(minor),
            memo=memo,
            pin=PIN,
            idempotency_key=key,
            now=at,
        )

    return send_one


def bean_check(text: str, tmp_path) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "ledger.beancount"
    path.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", str(path)], capture_output=True, text=True, check=False
    )


def test_statements_are_accepted_by_beancount(make_payer, send, now, tmp_path):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    send(ana, bo, 123, memo='=cmd "quoted" \\ and all')
    send(bo, ana, 23, key="back")
    period = {"since": now - timedelta(days=1), "until": now + timedelta(days=1), "now": now}

    rows = list(csv.DictReader(wallet_statements.stream_csv(ana.pk, **period)))
    text = "".join(wallet_statements.stream_beancount(ana.pk, **period))
    good = bean_check(text, tmp_path)
    bad = bean_check(text.replace("1.23 IDR", "1.24 IDR", 1), tmp_path)

    assert [(row["seq"], row["amount_minor"], row["balance_minor"]) for row in rows] == [
        ("0", "", "0"), ("1", "10000", "10000"), ("2", "-123", "9877"), ("3", "23", "9900"), ("3", "", "9900"),
    ]  # fmt: skip
    assert rows[2]["memo"].startswith("'=cmd")
    assert (good.returncode, good.stderr + good.stdout) == (0, "")
    assert bad.returncode != 0


def test_later_statement_opens_with_the_earlier_balance(make_payer, send, now, tmp_path):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    later = now + timedelta(days=40)
    api.send_money(sender_id=ana.pk, receiver_id=bo.pk, amount=Money(5), pin=PIN, idempotency_key="late", now=later)

    text = "".join(
        wallet_statements.stream_beancount(
            ana.pk, since=later - timedelta(days=1), until=later + timedelta(days=1), now=later
        )
    )

    assert "opened with" in text
    assert "100.00 IDR" in text
    assert bean_check(text, tmp_path).returncode == 0


def rows_of(user, since, until, now):
    return list(csv.DictReader(wallet_statements.stream_csv(user.pk, since=since, until=until, now=now)))


def test_postings_around_midnight_are_in_one_period_each(make_payer, send, now, tmp_path):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    midnight = (now + timedelta(days=1)).replace(hour=17, minute=0, second=0, microsecond=0)
    # By their numbers the later one comes first: it began later, and got the lock earlier.
    send(ana, bo, 1, key="a", at=midnight - timedelta(hours=1))
    send(ana, bo, 20, key="b", at=midnight + timedelta(seconds=1))
    send(ana, bo, 300, key="c", at=midnight - timedelta(seconds=1))
    send(ana, bo, 4_000, key="d", at=midnight + timedelta(hours=1))
    later = midnight + timedelta(days=2)
    days = [midnight - timedelta(days=2), midnight, midnight + timedelta(days=1)]

    first, second = (rows_of(ana, since, until, later) for since, until in itertools.pairwise(days))
    text = "".join(wallet_statements.stream_beancount(ana.pk, since=days[0], until=days[1], now=later))

    assert [row["amount_minor"] for row in first] == ["", "10000", "-1", "-20", "-300", ""]
    assert [row["amount_minor"] for row in second] == ["", "-4000", ""]
    assert first[-1]["balance_minor"] == second[0]["balance_minor"] == "9679"
    assert first[-1]["seq"] == second[0]["seq"] == "4"
    for rows in (first, second):
        amounts = sum(int(row["amount_minor"] or 0) for row in rows)
        assert int(rows[0]["balance_minor"]) + amounts == int(rows[-1]["balance_minor"])
    checked = bean_check(text, tmp_path)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_statement_of_any_length_is_complete(make_payer, send, now, monkeypatch):
    monkeypatch.setattr("payments.queries.movements.STATEMENT_PAGE_ROWS", 3)
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    for number in range(10):
        send(ana, bo, 1, key=f"k{number}")

    rows = rows_of(ana, now - timedelta(days=1), now + timedelta(days=1), now)

    assert [row["seq"] for row in rows] == ["0", *map(str, range(1, 12)), "11"]
    assert (rows[0]["kind"], rows[-1]["kind"]) == ("opening_balance", "closing_balance")
    # What is not over yet is told as it stands now.
    assert rows[-1]["posted_at"] == "2027-03-01T02:03:04.567Z"


def test_posting_during_a_statement_is_in_the_next(make_payer, send, now):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    send(ana, bo, 1)
    lines = wallet_statements.stream_csv(ana.pk, since=now - timedelta(days=1), until=now + timedelta(days=1), now=now)
    begun = [next(lines), next(lines)]

    send(ana, bo, 2, key="k2")
    rows = list(csv.DictReader([*begun, *lines]))

    assert [row["balance_minor"] for row in rows] == ["0", "10000", "9999", "9999"]


@pytest.mark.parametrize("form", [wallet_statements.stream_csv, wallet_statements.stream_beancount])
def test_statement_with_a_missing_posting_is_aborted(make_payer, send, now, form):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    for number in range(3):
        send(ana, bo, 1, key=f"k{number}")
    without_guards("DELETE FROM payments_posting WHERE account_id = %s AND seq = 3", Account.objects.get(owner=ana).pk)
    assert Posting.objects.filter(account__owner=ana).count() == 3

    made = []
    with pytest.raises(LookupError):
        made.extend(form(ana.pk, since=now - timedelta(days=1), until=now + timedelta(days=1), now=now))

    assert made
    assert "closing_balance" not in "".join(made)
    assert " balance " not in "".join(made).replace("Whole only with the balance", "")


def without_guards(statement, *params):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE payments_posting DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'payments_posting'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, params)


def test_whole_ledger_is_accepted_by_beancount(make_payer, send, open_account, entry, now, tmp_path, capsys):
    ana, bo = make_payer("ana", 10_000), make_payer("bo")
    send(ana, bo, 123)
    shop = open_account("kopi", chart_of_accounts.MERCHANT)
    account = Account.objects.get(owner=ana)
    ledger.post(entry(account, shop, 7), now=now)
    ledger.post(entry(account, shop, 7, phase="hold"), now=now)

    call_command("export_ledger")
    text = capsys.readouterr().out

    checked = bean_check(text, tmp_path)
    assert (checked.returncode, checked.stderr + checked.stdout) == (0, "")
    assert text.count('* "') == 3
    assert bean_check(text.replace("1.23 IDR", "1.24 IDR", 1), tmp_path).returncode != 0
    assert Journal.objects.count() == 4


@pytest.mark.parametrize("language", ["id", "en"])
def test_statement_names_the_counterparty_of_each_posting(make_payer, send, now, language, monkeypatch):
    monkeypatch.setattr("payments.queries.statement_lines.NAMES_PAGE_ROWS", 2)
    ana, bo, caca = make_payer("ana", 10_000), make_payer("bo"), make_payer("caca", name="=Caca")
    send(ana, bo, 123)
    send(ana, caca, 5, key="k2")
    send(bo, ana, 23, key="back")

    with translation.override(language):
        mine = rows_of(ana, now - timedelta(days=1), now + timedelta(days=1), now)
        theirs = rows_of(bo, now - timedelta(days=1), now + timedelta(days=1), now)

    # At the counter there is nobody, and neither is there at the balances.
    assert [row["counterparty"] for row in mine] == ["", "", "Bo", "'=Caca", "Bo", ""]
    assert [row["counterparty"] for row in theirs] == ["", "Ana", "Ana", ""]
