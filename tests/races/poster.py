"""Somebody who pays: a pair of accounts and a key to pay under, or nothing to roll up every inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from payments import ledger
from payments.ledger import Entry, Line, key_for
from superapp.core.money import Money
from tests.harness.postings import as_kind

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    if "key" not in order:
        return {"rolled": ledger.roll_due(NOW)}
    line = Line(order["debit"], order["credit"], Money(order["amount"]))
    entry = Entry(
        key=key_for("kills", order["key"], {"amount": order["amount"]}),
        **as_kind("test"),
        lines=(line,),
    )
    answer = ledger.post(entry, now=NOW)
    if isinstance(answer, ledger.Refused):
        return {"refused": answer.code, "replayed": answer.replayed}
    return {"posted": str(answer.public_id), "replayed": answer.replayed}
