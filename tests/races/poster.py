"""
Somebody who pays, in a process of their own.

Reads one command a line and prints one answer a line, once it is committed: a pair of accounts and a key to pay under,
or nothing to roll up every inbox. A refusal is an answer, and so is trouble of the database; the next command connects
anew.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import Error, connection  # noqa: E402  After the apps are ready.

from payments import ledger  # noqa: E402
from payments.ledger import Entry, Line, key_for  # noqa: E402
from superapp.core.errors import DomainError  # noqa: E402
from superapp.core.money import Money  # noqa: E402

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    try:
        if "key" not in order:
            return {"rolled": ledger.roll_due(NOW)}
        line = Line(order["debit"], order["credit"], Money(order["amount"]))
        entry = Entry(key=key_for("kills", order["key"], {"amount": order["amount"]}), kind="test", lines=(line,))
        answer = ledger.post(entry, now=NOW)
    except Error as error:
        connection.close()
        return {"trouble": type(error).__name__}
    except DomainError as error:
        return {"error": error.code}
    if isinstance(answer, ledger.Refused):
        return {"refused": answer.code, "replayed": answer.replayed}
    return {"posted": str(answer.public_id), "replayed": answer.replayed}


for order in sys.stdin:
    print(json.dumps(obey(json.loads(order))), flush=True)
