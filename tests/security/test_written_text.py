"""Notes of transfers carry nothing that cannot be seen, and become no formula in a statement."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from payments import api
from payments.models import Memo
from superapp.core.money import Money
from tests.payments import wallet_statements
from tests.payments.purses import PIN


@pytest.mark.parametrize(
    ("written", "stored", "cell"),
    [
        ("a\x1b[31m\u202ebakso", "a [31mbakso", "a [31mbakso"),
        ("z" + "\u0335" * 60, "z" + "\u0335" * 8, "z" + "\u0335" * 8),
        (";=1+1", ";=1+1", "';=1+1"),
        ("\uff1d1+1", "\uff1d1+1", "'\uff1d1+1"),
        ("kopi\n=1+1", "kopi =1+1", "kopi =1+1"),
        ("kopi;=1+1", "kopi;=1+1", "kopi;=1+1"),
    ],
)
def test_note_of_a_transfer_is_cleaned_and_inert_in_a_statement(written, stored, cell, make_payer, now):
    ana, bo = make_payer("ana", 100_00), make_payer("bo")

    api.send_money(
        sender_id=ana.pk, receiver_id=bo.pk, amount=Money(1), memo=written, pin=PIN, idempotency_key="k", now=now
    )

    assert Memo.objects.get().text == stored
    day = timedelta(days=1)
    lines = "".join(wallet_statements.stream_csv(bo.pk, since=now - day, until=now + day, now=now + day))
    assert [row["memo"] for row in csv.DictReader(io.StringIO(lines)) if row["memo"]] == [cell]
    # Where a semicolon parts cells, it stands between quotation marks.
    assert ";" not in stored or f'"{cell}"' in lines
