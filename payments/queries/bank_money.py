"""Queries of charges and withdrawals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments.domain import bank_transfers
from payments.errors import ChargeNotFound, WithdrawalNotFound
from payments.models import Charge, Journal, VirtualAccount, Withdrawal

RECENT_MAX = 20


def get_charge(user_id: int, public_id: UUID) -> Charge:
    """
    Return a person's charge.

    :raises ChargeNotFound: if they have none with this id
    """
    found = Charge.objects.filter(user_id=user_id, public_id=public_id).first()
    if found is None:
        raise ChargeNotFound
    return found


def find_charge_of(reference: str) -> Charge | None:
    """Return the newest charge of a reference, or None."""
    return (
        Charge.objects.select_related("virtual_account")
        .filter(reference=reference)
        .exclude(reference="")
        .order_by("-pk")
        .first()
    )


def find_virtual_account_of(user_id: int) -> VirtualAccount | None:
    """Return the number under which a person tops up, or None before they asked for one."""
    return VirtualAccount.objects.filter(user_id=user_id, charge=None).first()


def list_open_top_ups(user_id: int, *, now: datetime) -> list[Charge]:
    """Return a person's codes to top up that can still be paid, newest first."""
    charges = Charge.objects.filter(user_id=user_id, state=Charge.State.OPEN, reference="", method=Charge.Method.QRIS)
    return list(charges.filter(expires_at__gt=now).order_by("-pk"))


def lock_charge_paid_to(paid_to: str) -> Charge | None:
    """Lock and return the charge that is paid under this number, or under our reference of its code, or None."""
    charges = Charge.objects.select_for_update(of=("self",), no_key=True)
    return charges.filter(virtual_account__number=paid_to).first() or charges.filter(partner_reference=paid_to).first()


def lock_newest_charge(reference: str) -> Charge | None:
    """Lock and return the newest charge of a reference, or None."""
    return Charge.objects.select_for_update(no_key=True).filter(reference=reference).order_by("-pk").first()


def lock_expired_top_ups(now: datetime, *, limit: int) -> list[Charge]:
    """Lock the open charges for wallets whose time is over, but those that somebody else has locked."""
    due = Charge.objects.filter(state=Charge.State.OPEN, reference="", expires_at__lte=now).order_by("expires_at")
    return list(due.select_for_update(skip_locked=True, no_key=True)[:limit])


def lock_withdrawal(withdrawal_id: int) -> Withdrawal:
    """Lock a withdrawal."""
    return Withdrawal.objects.select_for_update(no_key=True).get(pk=withdrawal_id)


def get_withdrawal(user_id: int, public_id: UUID) -> Withdrawal:
    """
    Return a person's withdrawal from their wallet.

    :raises WithdrawalNotFound: if they have none with this id
    """
    found = Withdrawal.objects.select_related("hold").filter(user_id=user_id, merchant="", public_id=public_id).first()
    if found is None:
        raise WithdrawalNotFound
    return found


def find_withdrawal_of(user_id: int, reference: str) -> Withdrawal | None:
    """Return a person's withdrawal by the reference of its journals, or None if the reference is of something else."""
    prefix, _, public_id = reference.partition(":")
    if prefix != bank_transfers.WITHDRAWAL.prefix:
        return None
    return Withdrawal.objects.filter(user_id=user_id, public_id=public_id).first()


def get_receipt_of(row: Withdrawal) -> UUID:
    """Return the public id of the journal that ended a withdrawal; while it is under way, of its hold."""
    kind = bank_transfers.kind_of(row.merchant)
    ended = Journal.objects.filter(reference=kind.reference(row.public_id), kind__in=(kind.done, kind.failed))
    return ended.values_list("public_id", flat=True).first() or row.hold.public_id


def find_withdrawal_by_key(user_id: int, idempotency_key: str) -> Withdrawal | None:
    """Return the withdrawal that a person requested under this idempotency key, or None."""
    asked = {"hold__request__scope": withdrawal_scope(user_id), "hold__request__key": idempotency_key}
    return Withdrawal.objects.filter(user_id=user_id, **asked).first()


def withdrawal_scope(user_id: int) -> str:
    """Return the scope of the idempotency keys of a person's withdrawals."""
    return f"user:{user_id}:withdraw"


def list_recent_withdrawals(user_id: int) -> list[Withdrawal]:
    """Return a person's withdrawals from their wallet, newest first, at most ``RECENT_MAX``."""
    return list(Withdrawal.objects.filter(user_id=user_id, merchant="").order_by("-created_at", "-pk")[:RECENT_MAX])
