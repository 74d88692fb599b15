"""What payments does about its own facts."""

from __future__ import annotations

from payments import ledger, push, queries
from payments.events import ToppedUp
from superapp.core.events import subscribe


@subscribe(ToppedUp)
def tell_the_wallet_that_is_looked_at(event: ToppedUp) -> None:
    """
    Hint once more, from a process that holds sockets or reaches those that do: operators approve at a command line, and
    without a bus its hints reach nobody. Hinting twice is hinting once, by number.
    """
    wallet = queries.wallet_of(event.user_id, event.asset)
    if wallet is not None:
        push.wallets_changed([ledger.Change(wallet.pk, wallet.version, wallet.balance, wallet.held)])
