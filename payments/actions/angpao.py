"""
Angpao: money that a person sets aside in an account of its own, for other people to take.

Who may take how much is decided by the app of the packets, which calls these inside its own transactions. What nobody
took goes back to the sender.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from payments import push
from payments.actions.escrow import get_or_open_escrow
from payments.actions.wallets import get_or_open_wallet, get_or_open_wallets
from payments.contracts import AngpaoShare
from payments.domain.authorization import BY_RECEIVER, BY_TIMER, Authorization
from payments.domain.feature_gates import requires_payments
from payments.models import Account
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, PostingOutcome, PostingResult, TransferLine, derive_key
from superapp.core.money import Money


@requires_payments
def pay_into_angpao(
    *,
    reference: str,
    payer_id: int,
    amount: Money,
    authorization: Authorization,
    idempotency_key: str,
    content: Mapping[str, object],
    now: datetime,
) -> PostingResult:
    """
    Move money from a person's wallet into the account of an angpao.

    ``content`` is everything else that the client sent. Runs inside the caller's transaction. Returns Posted, or
    Refused with ``payments.insufficient_funds``, …; raises KeyReused, NotOffered.
    """
    payer = get_or_open_wallet(user_id=payer_id, now=now, asset=amount.asset)
    packet = get_or_open_escrow(reference, amount.asset, now)
    sent = {"reference": reference, "amount": amount.to_wire(), **content}
    entry = JournalEntry(
        key=derive_key(f"user:{payer_id}:angpao", idempotency_key, sent),
        kind="angpao_sent",
        authorization=authorization,
        lines=(TransferLine(payer.pk, packet.pk, amount.require_positive()),),
        reference=reference,
        actor_id=payer_id,
    )
    answer = ledger.post(entry, now=now)
    push.wallets_changed(answer.changes)
    return answer


def lock_room_in_wallets(user_ids: Collection[int], *, now: datetime) -> dict[int, int | None]:
    """
    Lock the wallets of these people, and return how many sen each of them can still take; None for any amount.

    Wallets that are not open are left out. Runs inside the caller's transaction, which posts to them before it ends.
    """
    wallets = get_or_open_wallets(user_ids, now=now)
    locked = ledger.lock_accounts(wallets.values())
    return {
        user_id: _room(locked[account_id])
        for user_id, account_id in wallets.items()
        if locked[account_id].status == Account.Status.OPEN
    }


def pay_out_angpao(shares: Sequence[AngpaoShare], *, now: datetime) -> list[UUID]:
    """
    Move each share from the account of its angpao into the wallet of its receiver, and return their journals in order.

    Nobody types a PIN for money that comes to them. At most ``ledger.ENTRIES_MAX`` shares; each reference has one
    payment for each receiver. Runs inside the caller's transaction, which has locked the wallets, so that none of them
    is refused.
    """
    assets = {one.reference: one.amount.asset for one in shares}
    packets = {reference: get_or_open_escrow(reference, asset, now).pk for reference, asset in assets.items()}
    wallets = get_or_open_wallets([one.receiver_id for one in shares], now=now)
    entries = [_share_entry(one, packets[one.reference], wallets[one.receiver_id]) for one in shares]
    posted = [_require_posted(outcome) for outcome in ledger.post_many(entries, now=now)]
    newest = {change.account_id: change for one in posted for change in one.changes}
    push.wallets_changed(list(newest.values()))
    return [one.public_id for one in posted]


def return_angpao(*, reference: str, sender_id: int, amount: Money, now: datetime) -> UUID:
    """
    Move what is left of an angpao back into its sender's wallet, once per reference, and return the journal.

    Runs inside the caller's transaction, which has locked the wallet and found room in it.
    """
    packet = get_or_open_escrow(reference, amount.asset, now)
    wallet = get_or_open_wallet(user_id=sender_id, now=now, asset=amount.asset)
    entry = JournalEntry(
        key=derive_key("angpao:return", reference, {"amount": amount.to_wire()}),
        kind="angpao_returned",
        authorization=BY_TIMER,
        lines=(TransferLine(packet.pk, wallet.pk, amount.require_positive()),),
        reference=reference,
    )
    posted = _require_posted(ledger.post(entry, now=now))
    push.wallets_changed(posted.changes)
    return posted.public_id


def _share_entry(share: AngpaoShare, packet_account_id: int, wallet_id: int) -> JournalEntry:
    key = derive_key("angpao:open", f"{share.reference}:{share.receiver_id}", {"amount": share.amount.to_wire()})
    return JournalEntry(
        key=key,
        kind="angpao_opened",
        authorization=BY_RECEIVER,
        lines=(TransferLine(packet_account_id, wallet_id, share.amount.require_positive()),),
        reference=share.reference,
        actor_id=share.receiver_id,
    )


def _room(wallet: Account) -> int | None:
    return None if wallet.ceiling is None else wallet.ceiling - wallet.balance


def _require_posted(outcome: PostingOutcome) -> Posted:
    if not isinstance(outcome, Posted):
        raise outcome.error()
    return outcome
