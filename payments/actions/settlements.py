"""
Settlements on a schedule: a merchant's balance moves to its owner's wallet or bank account.

Once for each day that is due, however often and by however many processes it is tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from payments import errors, push, queries
from payments.actions import payouts, pins
from payments.actions.merchants import payout_entry
from payments.actions.wallets import get_or_open_wallet
from payments.actions.withdrawals import get_fee, get_minimum, hold_for_bank
from payments.contracts import Earnings
from payments.domain import chart_of_accounts, settlement_days
from payments.domain.authorization import Authorization, AuthorizationMethod
from payments.domain.feature_gates import is_enabled, requires_payments
from payments.models import Account, Settlement, SettlementSchedule
from payments.queries import payouts as chosen
from payments.queries import refunds
from payments.queries import settlements as found
from payments.queries.payouts import PayoutAccountDetails
from payments.writers import ledger
from payments.writers.ledger import AccountChange, Posted, derive_key
from superapp.core.money import Money
from superapp.core.scheduler import every, run_each

BATCH_MAX = 100
Rhythm, Target, Reason = SettlementSchedule.Rhythm, SettlementSchedule.Target, Settlement.Reason


@requires_payments
def choose_settlement(
    *,
    merchant: str,
    owner_id: int,
    device_id: int | None,
    pin: str,
    rhythm: str,
    target: str = Target.WALLET,
    now: datetime,
) -> None:
    """
    Have a merchant's balance settled daily or weekly from the next midnight on, or by hand.

    It goes into its owner's wallet, or with the ``target`` ``bank`` to the bank account chosen for its payouts.

    The caller knows that ``owner_id`` owns the merchant. The PIN authorizes every settlement to come, so this must not
    run inside the caller's transaction; by hand needs none.

    :raises PayoutAccountMissing: if it shall go to a bank and no account was chosen
    :raises PinWrong: or another error of ``verify_pin``; nothing is changed then
    """
    wanted, goes_to = Rhythm(rhythm), Target(target)
    if wanted is Rhythm.BY_HAND:
        SettlementSchedule.objects.filter(merchant=merchant).update(rhythm=wanted, next_at=None, chosen_at=now)
        return
    if goes_to is Target.BANK and chosen.find_payout_account(merchant) is None:
        raise errors.PayoutAccountMissing
    pins.verify_pin(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    account = queries.find_account(chart_of_accounts.MERCHANT, merchant)
    plan = {
        "owner_id": owner_id,
        "rhythm": wanted,
        "target": goes_to,
        "chosen_at": now,
        "next_at": settlement_days.next_due_at(now, wanted, _zone()),
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
            wallet_id = get_or_open_wallet(user_id=schedule.owner_id, now=now).pk
            ledger.lock_accounts([account.pk, wallet_id])
            # Under the lock, since the bank account may be changed at this moment.
            to = chosen.find_payout_account(schedule.merchant) if schedule.target == Target.BANK else None
            if to is not None and to.scheduled_from > now:
                schedule.next_at = to.scheduled_from
                schedule.save(update_fields=["next_at"])
                return False
            changes = _pay(schedule, account.pk, wallet_id, to, now)
        schedule.next_at = settlement_days.next_due_at(now, schedule.rhythm, _zone())
        schedule.save(update_fields=["next_at", "since_seq"])
    push.wallets_changed(changes)
    return True


def _pay(
    schedule: SettlementSchedule, account_id: int, wallet_id: int, to: PayoutAccountDetails | None, now: datetime
) -> tuple[AccountChange, ...]:
    """Move what can be moved to the bank account, or to the wallet if there is none; the caller has locked both."""
    ledger.roll_up(account_id)
    # Read again: the roll-up has changed the balance.
    accounts = ledger.lock_accounts([account_id, wallet_id])
    account, wallet = accounts[account_id], accounts[wallet_id]
    earned = found.sum_earnings(account_id, since_seq=schedule.since_seq)
    schedule.since_seq = account.last_seq
    if not account.available and not earned.is_something:
        return ()  # Nothing came in, and nothing was left.
    day = settlement_days.last_due_day(now, schedule.rhythm, _zone())
    waiting = refunds.sum_waiting_of(schedule.merchant)
    share = _Share.for_bank(account, wallet, waiting) if to else _Share.for_wallet(account, wallet, waiting)
    posted = None
    if share.paid:
        posted = _post(schedule, day, account_id, wallet_id, to, Money(share.paid), now)
        share = share if posted else _Share(0, Reason.ACCOUNT_NOT_OPEN)
    _store(schedule, day, account, earned, share, posted, now)
    if posted is None:
        return ()
    # The next settlement begins after the postings of this one.
    schedule.since_seq = ledger.lock_accounts([account_id])[account_id].last_seq
    return posted.changes


def _post(
    schedule: SettlementSchedule,
    day: date,
    merchant_id: int,
    wallet_id: int,
    to: PayoutAccountDetails | None,
    paid: Money,
    now: datetime,
) -> Posted | None:
    """Post a settlement, and return None if the ledger refuses it since one of the accounts is not open."""
    key = derive_key("settlement", f"{schedule.merchant}:{day}", {"amount": paid.amount_minor})
    authorization = Authorization(AuthorizationMethod.MANDATE, schedule.owner_id)
    if to is not None:
        answer, _row = hold_for_bank(
            key=key,
            account_id=merchant_id,
            to=payouts.to_bank_account(to),
            amount=paid - get_fee(),
            user_id=schedule.owner_id,
            merchant=schedule.merchant,
            authorization=authorization,
            now=now,
        )
    else:
        entry = payout_entry(
            key=key,
            merchant_id=merchant_id,
            wallet_id=wallet_id,
            merchant=schedule.merchant,
            owner_id=schedule.owner_id,
            paid=paid,
            authorization=authorization,
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
        opening=account.available - net - earned.other,
        gross=earned.gross,
        fees=earned.fees,
        refunds=earned.refunds,
        net=net,
        other=earned.other,
        paid=share.paid,
        left=account.available - share.paid,
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
    def for_wallet(cls, merchant: Account, wallet: Account, waiting: int) -> _Share:
        """Return the part that is not kept for refunds that wait, as far as the wallet has room."""
        free = max(merchant.available - waiting, 0)
        room = free if wallet.ceiling is None else max(wallet.ceiling - wallet.balance, 0)
        if room < free:
            return cls(room, Reason.WALLET_FULL)
        return cls(free, Reason.REFUNDS_WAIT if free < merchant.available else "")

    @classmethod
    def for_bank(cls, merchant: Account, wallet: Account, waiting: int) -> _Share:
        """Return the part that is not kept for refunds that wait, with the fee, if the bank takes so little."""
        free = max(merchant.available - waiting, 0)
        if not merchant.available:
            return cls(0, "")
        if wallet.status != Account.Status.OPEN:
            return cls(0, Reason.ACCOUNT_NOT_OPEN)  # The owner is blocked, and so is the way around the wallet.
        if free < (get_minimum() + get_fee()).amount_minor:
            return cls(0, Reason.REFUNDS_WAIT if free < merchant.available else Reason.BELOW_MINIMUM)
        return cls(free, Reason.REFUNDS_WAIT if free < merchant.available else "")


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
