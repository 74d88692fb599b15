"""
Hints about wallets, sent after the commit.

Hints may be lost; a client then notices by the account's version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from django.db import transaction

from payments.domain import chart_of_accounts
from superapp.core import prepared
from superapp.core.money import Money
from superapp.realtime import bus, hints
from superapp.web import badges

TOPIC = "wallet"


class Change(Protocol):
    """The new balances and version of a changed account."""

    @property
    def account_id(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def balance(self) -> int: ...
    @property
    def held(self) -> int: ...


def wallets_changed(changes: Sequence[Change]) -> None:
    """Send the new state of changed wallets to their open sockets, after the commit."""
    if not changes:
        return

    # A closure, not functools.partial: see superapp.realtime.hints.
    def send() -> None:
        wallets = _fetch_wallets([change.account_id for change in changes])
        for change in changes:
            if change.account_id not in wallets:
                continue
            public_id, asset, status = wallets[change.account_id]
            topic = f"{TOPIC}:{public_id}"
            row = {
                "rev": change.version,
                "balance": Money(change.balance, asset).to_wire(),
                "held": Money(change.held, asset).to_wire(),
                "available": Money(change.balance - change.held, asset).to_wire(),
                "status": status,
            }
            bus.publish_topic(
                topic, hints.encode({"on": topic, "rev": change.version, "say": "wallet.changed", "row": row})
            )

    transaction.on_commit(send, robust=True)


def pin_attempts_changed(user_id: int) -> None:
    """Notify a person's open pages to refresh their badge counts, after the commit."""

    def send() -> None:
        badges.notify_changed([user_id])

    transaction.on_commit(send, robust=True)


def _fetch_wallets(account_ids: Sequence[int]) -> dict[int, tuple[UUID, str, str]]:
    """
    Fetch public id, asset and status of those accounts that are wallets, by account id.

    Written as SQL for speed, since it runs after every payment.
    """
    places = ", ".join(["%s"] * len(account_ids))
    rows = prepared.execute_deferred(
        f"SELECT id, public_id, asset, status FROM payments_account WHERE kind = %s AND id IN ({places})",  # noqa: S608
        [chart_of_accounts.WALLET.name, *account_ids],
    )()
    return {pk: (_to_uuid(public_id), asset, status) for pk, public_id, asset, status in rows}


def _to_uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)
