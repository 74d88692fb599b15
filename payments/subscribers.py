"""Handlers of facts in payments."""

from __future__ import annotations

from payments import push, queries
from payments.events import ToppedUp
from payments.writers import ledger
from superapp.core.events import subscribe


@subscribe(ToppedUp)
def push_topped_up_wallet(event: ToppedUp) -> None:
    """
    Send a topped-up wallet's new state to its open sockets.

    ``approve_top_up`` has sent it, too, but ``manage.py top_up`` beside an embedded server reaches no socket.
    """
    wallet = queries.find_wallet(event.user_id, event.asset)
    if wallet is not None:
        push.wallets_changed([ledger.AccountChange(wallet.pk, wallet.version, wallet.balance, wallet.held)])
