"""Programs that post money until they are killed."""

from __future__ import annotations

DYING = """
import os, signal, sys
import django
django.setup()
from datetime import datetime, UTC
from django.db import connection, connections
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from payments.models import Account
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields
ana, bo = (Account.objects.get(code=f"wallet:{name}:IDR").pk for name in ("ana", "bo"))
steps, dies_at = 0, int(sys.argv[1])
def count(execute, sql, params, many, context):
    global steps
    steps += 1
    if steps == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
entry = JournalEntry(key=derive_key("dying", f"key-{dies_at}", {}), **entry_fields("test"), memo="kopi",
    lines=(TransferLine(ana, bo, Money(5)), TransferLine(bo, ana, Money(2)), TransferLine(ana, bo, Money(1))),
    refund_cap=Money(8))
with connection.execute_wrapper(count):
    answer = ledger.post(entry, now=datetime(2027, 3, 1, tzinfo=UTC))
print(type(answer).__name__, answer.replayed, steps, flush=True)
"""


BUSY = """
import sys
import django
django.setup()
from datetime import datetime, UTC
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from payments.models import Account
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields
ana, bo = (Account.objects.get(code=f"wallet:{name}:IDR").pk for name in ("ana", "bo"))
for number in range(100_000):
    key = f"{sys.argv[1]}-{number}"
    ledger.post(JournalEntry(key=derive_key("busy", key, {}), **entry_fields("test"),
        lines=(TransferLine(ana, bo, Money(1)),)),
        now=datetime(2027, 3, 1, tzinfo=UTC))
    print(key, flush=True)
"""
