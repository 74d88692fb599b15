"""A process that pays: it makes accounts, posts under a key, or rolls up every inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    if "key" not in order:
        return {"rolled": ledger.roll_up_due(NOW)}
    line = TransferLine(order["debit"], order["credit"], Money(order["amount"]))
    entry = JournalEntry(
        key=derive_key("kills", order["key"], {"amount": order["amount"]}),
        **entry_fields("test"),
        lines=(line,),
    )
    answer = ledger.post(entry, now=NOW)
    if isinstance(answer, ledger.Refused):
        return {"refused": answer.code, "replayed": answer.replayed}
    return {"posted": str(answer.public_id), "replayed": answer.replayed}
