"""Queries of charges and withdrawals."""

from __future__ import annotations

from uuid import UUID

from payments.errors import ChargeNotFound, WithdrawalNotFound
from payments.models import Charge, VirtualAccount, Withdrawal

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


def get_withdrawal(user_id: int, public_id: UUID) -> Withdrawal:
    """
    Return a person's withdrawal.

    :raises WithdrawalNotFound: if they have none with this id
    """
    found = Withdrawal.objects.select_related("hold").filter(user_id=user_id, public_id=public_id).first()
    if found is None:
        raise WithdrawalNotFound
    return found


def list_recent_withdrawals(user_id: int) -> list[Withdrawal]:
    """Return a person's withdrawals, newest first, at most ``RECENT_MAX``."""
    return list(Withdrawal.objects.filter(user_id=user_id).order_by("-created_at", "-pk")[:RECENT_MAX])
