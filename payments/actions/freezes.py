"""Freezing of wallets and merchant accounts by operators, and the end of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from payments import errors, push
from payments.models import Account
from payments.queries import desk_accounts
from payments.writers import ledger
from payments.writers.ledger import AccountChange
from superapp.console import api as console


class FreezeReason(models.TextChoices):
    """A reason to freeze an account; its name is what the audit keeps."""

    OWNER_ASKED = "owner_asked", pgettext_lazy("freeze", "The owner asked for it")
    DEVICE_LOST = "device_lost", pgettext_lazy("freeze", "Phone or SIM lost or taken over")
    FRAUD_REPORTED = "fraud_reported", pgettext_lazy("freeze", "Fraud was reported")
    UNUSUAL = "unusual", pgettext_lazy("freeze", "Unusual movements")
    AUTHORITY = "authority", pgettext_lazy("freeze", "Order of an authority")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A freeze as the desk shows it: its reason in words, what happened, who froze, and when."""

    reason: str | Promise
    note: str
    by: str
    at: datetime


def freeze(*, account: UUID, reason: str, note: str, member: console.Member, now: datetime) -> None:
    """
    Freeze a wallet or a merchant account at once, by one member of the console.

    :raises LedgerAccountNotFound: if there is none
    :raises FreezeReasonUnknown: if the reason is not one of ``FreezeReason``
    :raises ReasonMissing: without a note
    """
    if reason not in FreezeReason.values:
        raise errors.FreezeReasonUnknown
    written = console.clean_reason(note)
    row = desk_accounts.get_freezable_account(account)
    with transaction.atomic():
        ledger.freeze_account(row.pk)
        detail = f"{row.code} {reason}: {written}"
        console.record(member=member, action="frozen", subject=subject_of(row), detail=detail, now=now)
        _push(row)


def unfreeze(*, account: UUID, now: datetime) -> Account:
    """
    Reopen a frozen account, in the caller's transaction.

    :raises LedgerAccountNotFound: if there is no such account
    """
    row = desk_accounts.get_freezable_account(account)
    ledger.unfreeze_account(row.pk)
    _push(row)
    return row


def list_freezes(frozen: Collection[Account]) -> dict[str, Freeze]:
    """Return the newest freeze of each of these accounts by its code, from the audit."""
    found = {}
    for deed in console.list_deeds("frozen", {subject_of(account) for account in frozen}):
        code, _, said = deed.detail.partition(" ")
        reason, _, note = said.partition(": ")
        word = FreezeReason(reason).label if reason in FreezeReason.values else reason
        found[code] = Freeze(reason=word, note=note, by=deed.by, at=deed.at)
    return found


def subject_of(account: Account) -> str:
    """Return the name of an account in the audit: its owner's if a person owns it."""
    return f"user:{account.owner.public_id}" if account.owner is not None else f"account:{account.code}"


def _push(account: Account) -> None:
    account.refresh_from_db()
    push.wallets_changed([AccountChange(account.pk, account.version, account.balance, account.held)])
