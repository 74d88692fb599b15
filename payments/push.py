"""Hints about wallets: sent after the commit, may be lost, healed by the account's version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.db import transaction

from payments import chart
from payments.models import Account
from superapp.core.money import Money
from superapp.realtime import bus, hints

TOPIC = "wallet"


class Change(Protocol):
    """How an account stands after it changed."""

    @property
    def account_id(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def balance(self) -> int: ...
    @property
    def held(self) -> int: ...


def wallets_changed(changes: Sequence[Change]) -> None:
    """Tell whoever watches one of these wallets, once it is committed, how it stands now."""
    if not changes:
        return

    # A closure and not functools.partial: see superapp.realtime.hints.
    def send() -> None:
        wallets = Account.objects.filter(pk__in=[change.account_id for change in changes], kind=chart.WALLET.name)
        by_id = {wallet.pk: wallet for wallet in wallets.order_by("pk")}
        for change in changes:
            wallet = by_id.get(change.account_id)
            if wallet is None:
                continue
            topic = f"{TOPIC}:{wallet.public_id}"
            row = {
                "rev": change.version,
                "balance": Money(change.balance, wallet.asset).wire(),
                "held": Money(change.held, wallet.asset).wire(),
                "available": Money(change.balance - change.held, wallet.asset).wire(),
                "status": wallet.status,
            }
            bus.publish_topic(
                topic, hints.encode({"on": topic, "rev": change.version, "say": "wallet.changed", "row": row})
            )

    transaction.on_commit(send, robust=True)
