"""Settlements on a schedule: a merchant's balance moves to its owner's wallet, once for each day that is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from payments import push, queries
from payments.actions import pins
from payments.actions.merchants import payout_entry
from payments.actions.wallets import get_or_open_wallet
from payments.contracts import Earnings
from payments.domain import chart_of_accounts, settlement_days
from payments.domain.authorization import Authorization, AuthorizationMethod
from payments.domain.feature_gates import is_enabled, requires_payments
from payments.models import Account, Settlement, SettlementSchedule
from payments.queries import refunds
from payments.queries import settlements as found
from payments.writers import ledger
from payments.writers.ledger import AccountChange, Posted, derive_key
from superapp.core.money import Money
from superapp.core.scheduler import every, run_each

BATCH_MAX = 100
Rhythm, Reason = SettlementSchedule.Rhythm, Settlement.Reason


@requires_payments
def choose_settlement(
    *, merchant: str, owner_id: int, device_id: int | None, pin: str, rhythm: str, now: datetime
) -> None:
    """
    Have a merchant's balance settled daily or weekly into its owner's wallet from the next midnight on, or by hand.

    The caller knows that ``owner_id`` owns the merchant. The PIN authorizes every settlement to come, so this must not
    run inside the caller's transaction; by hand needs none.

    :raises PinWrong: or another error of ``verify_pin``; nothing is changed then
    """
    chosen = Rhythm(rhythm)
    if chosen is Rhythm.BY_HAND:
        SettlementSchedule.objects.filter(merchant=merchant).update(rhythm=chosen, next_at=None, chosen_at=now)
        return
    pins.verify_pin(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    account = queries.find_account(chart_of_accounts.MERCHANT, merchant)
    plan = {
        "owner_id": owner_id,
        "rhythm": chosen,
        "chosen_at": now,
        "next_at": settlement_days.next_due_at(now, chosen, _zone()),
    }
    SettlementSchedule.objects.update_or_create(
        merchant=merchant, defaults=plan, create_defaults=plan | {"since_seq": account.last_seq if account else 0}
    )


@every(seconds=30)
def settle_due(now: datetime) -> int:
    """Settle every merchant that is due, once however many days were missed; return how many were settled."""
    if not is_enabled():
        return 0
    return run_each(found.list_due_ids(now, limit=BATCH_MAX), lambda schedule_id: _settle(schedule_id, now))


def _settle(schedule_id: int, now: datetime) -> bool:
    """Settle one merchant: the schedule moves on, the money is posted and the row is written in one commit."""
    changes: tuple[AccountChange, ...] = ()
    with transaction.atomic():
        schedule = found.lock_due_schedule(schedule_id, now)
        if schedule is None:
            return False
        account = queries.find_account(chart_of_accounts.MERCHANT, schedule.merchant)
        if account is not None:
            changes = _pay(schedule, account.pk, now)
        schedule.next_at = settlement_days.next_due_at(now, schedule.rhythm, _zone())
        schedule.save(update_fields=["next_at", "since_seq"])
    push.wallets_changed(changes)
    return True


def _pay(schedule: SettlementSchedule, account_id: int, now: datetime) -> tuple[AccountChange, ...]:
    wallet_id = get_or_open_wallet(user_id=schedule.owner_id, now=now).pk
    ledger.lock_accounts([account_id, wallet_id])
    ledger.roll_up(account_id)
    # Read again: the roll-up has changed the balance.
    accounts = ledger.lock_accounts([account_id, wallet_id])
    account = accounts[account_id]
    if account.last_seq == schedule.since_seq and not account.balance:
        return ()  # Nothing came in, and nothing was left.
    earned = found.sum_earnings(account_id, since_seq=schedule.since_seq)
    schedule.since_seq = account.last_seq
    day = settlement_days.last_due_day(now, schedule.rhythm, _zone())
    share = _Share.of(account, accounts[wallet_id], waiting=refunds.sum_waiting_of(schedule.merchant))
    posted = None
    if share.paid:
        posted = _post(schedule, day, account_id, wallet_id, share.paid, now)
        share = share if posted else _Share(0, Reason.ACCOUNT_NOT_OPEN)
    _store(schedule, day, account, earned, share, posted, now)
    if posted is None:
        return ()
    schedule.since_seq += 1  # The next settlement begins after the posting of this one.
    return posted.changes


def _post(
    schedule: SettlementSchedule, day: date, merchant_id: int, wallet_id: int, paid: int, now: datetime
) -> Posted | None:
    """Post a settlement, and return None if the ledger refuses it since one of the accounts is not open."""
    entry = payout_entry(
        key=derive_key("settlement", f"{schedule.merchant}:{day}", {"amount": paid}),
        merchant_id=merchant_id,
        wallet_id=wallet_id,
        merchant=schedule.merchant,
        owner_id=schedule.owner_id,
        paid=Money(paid),
        authorization=Authorization(AuthorizationMethod.MANDATE, schedule.owner_id),
    )
    answer = ledger.post(entry, now=now)
    return answer if isinstance(answer, Posted) else None


def _store(
    schedule: SettlementSchedule,
    day: date,
    account: Account,
    earned: Earnings,
    share: _Share,
    posted: Posted | None,
    now: datetime,
) -> None:
    net = earned.gross - earned.fees - earned.refunds
    Settlement.objects.create(
        merchant=schedule.merchant,
        day=day,
        owner_id=schedule.owner_id,
        last_seq=account.last_seq,
        opening=account.balance - net - earned.other,
        gross=earned.gross,
        fees=earned.fees,
        refunds=earned.refunds,
        net=net,
        other=earned.other,
        paid=share.paid,
        left=account.balance - share.paid,
        reason=share.reason,
        journal_id=posted.journal_id if posted else None,
        settled_at=now,
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of a balance, in minor units, that a settlement pays, and why not all of it."""

    paid: int
    reason: str

    @classmethod
    def of(cls, merchant: Account, wallet: Account, *, waiting: int) -> _Share:
        """Return the part that is not kept for refunds that wait, as far as the wallet has room."""
        free = max(merchant.available - waiting, 0)
        room = free if wallet.ceiling is None else max(wallet.ceiling - wallet.balance, 0)
        if room < free:
            return cls(room, Reason.WALLET_FULL)
        return cls(free, Reason.REFUNDS_WAIT if free < merchant.balance else "")


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
