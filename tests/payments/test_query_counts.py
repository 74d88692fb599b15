"""Wallet pages read as much for a long history as for a short one."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import ledger_scaling
from payments import api, queries
from payments.domain import chart_of_accounts
from payments.models import Account
from payments.writers import ledger


def test_postings_after_a_version_are_found_despite_other_changes(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    for change in (
        ledger.freeze_account,
        ledger.unfreeze_account,
        None,
        ledger.freeze_account,
        ledger.unfreeze_account,
        None,
        None,
    ):
        if change:
            change(ana.pk)
        else:
            ledger.post(entry(ana, bo, 1), now=now)
    ana.refresh_from_db()
    revs = [1, 4, 7, 8]
    assert ana.version == 8

    found = [[row.rev for row in queries.list_movements_after(ana, rev)] for rev in range(10)]

    assert found == [[rev for rev in revs if rev > after] for after in range(10)]


@pytest.mark.timeout(300)
def test_large_wallet_page_reads_as_few_rows_as_a_small_one(real_db, make_user, now):
    user = make_user("ana")
    account = Account.objects.get(public_id=api.get_wallet(user.pk, now=now).public_id)
    cash = ledger.get_or_open_account("cash:flat:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=now)
    served = connection.vendor == "postgresql"
    counted, read = ("rows", ledger_scaling.read_on_postgres) if served else ("steps", ledger_scaling.read_on_sqlite)
    found = []

    for count in (1_000, 9_000):
        ledger_scaling.load(cash.pk, account.pk, count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found.append({name: read(one)[counted] for name, one in ledger_scaling.list_reads(user.pk, account.pk).items()})

    small, large = found
    assert list(small) == ["balance", "newest page", "page in the middle", "what came after", "receipt"]
    assert [name for name in small if large[name] > small[name] * ledger_scaling.GROWTH_MAX] == []
