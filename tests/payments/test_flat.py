"""What a wallet's pages read does not depend on how much ever happened in it."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import ledger_flat
from payments import api, chart, ledger, queries
from payments.models import Account


def test_lines_after_any_version_are_found_whatever_changed_without_money(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    for change in (ledger.freeze, ledger.unfreeze, None, ledger.freeze, ledger.unfreeze, None, None):
        if change:
            change(ana.pk)
        else:
            ledger.post(entry(ana, bo, 1), now=now)
    ana.refresh_from_db()
    revs = [1, 4, 7, 8]
    assert ana.version == 8

    found = [[row.rev for row in queries.movements_after(ana, rev)] for rev in range(10)]

    assert found == [[rev for rev in revs if rev > after] for after in range(10)]


@pytest.mark.timeout(300)
def test_large_wallet_reads_no_more_than_a_small_one(real_db, make_user, now):
    user = make_user("ana")
    account = Account.objects.get(public_id=api.wallet(user.pk, now=now).public_id)
    cash = ledger.open_account("cash:flat:IDR", kind=chart.CASH, asset="IDR", now=now)
    served = connection.vendor == "postgresql"
    counted, read = ("rows", ledger_flat.read_on_postgres) if served else ("steps", ledger_flat.read_on_sqlite)
    found = []

    for count in (1_000, 9_000):
        ledger_flat.load(cash.pk, account.pk, count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found.append({name: read(one)[counted] for name, one in ledger_flat.readings(user.pk, account.pk).items()})

    small, large = found
    assert list(small) == ["balance", "newest page", "page in the middle", "what came after", "receipt"]
    assert [name for name in small if large[name] > small[name] * ledger_flat.GROWTH_MAX] == []
