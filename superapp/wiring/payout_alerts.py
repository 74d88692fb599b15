"""Alerts of payouts: the owner is alerted when the bank account changes, and when a payout fails."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from payments import api as payments
from payments.errors import PayoutNotFound
from payments.events import PayoutAccountChosen, PayoutClosed
from shop import api as shop
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.notifications import api as notifications
from superapp.notifications.api import AlertKind

# Short, since the subject of an alert is.
KIND = "payout"
ACCOUNT, FAILED = "account", "failed"


def register() -> None:
    """Register payouts as a kind of alert."""
    # Who did not choose an account has a day, and not from when they look at another message.
    kind = AlertKind(name=KIND, is_pending=is_pending, text=write_text, is_urgent=True)
    notifications.register_alert_kind(kind)


@subscribe(PayoutAccountChosen)
def on_account_chosen(event: PayoutAccountChosen) -> None:
    """Alert the owner, since somebody else may have changed the account."""
    raise_alert(event.owner_id, f"{ACCOUNT}/{event.version}", now=clock.now())


@subscribe(PayoutClosed)
def on_payout_closed(event: PayoutClosed) -> None:
    """Alert the owner of a payout that failed."""
    if not event.is_done:
        raise_alert(event.owner_id, f"{FAILED}/{UUID(event.payout).hex}", now=clock.now())


def raise_alert(user_id: int, key: str, *, now: datetime) -> None:
    """Raise the alert of a key; a repeated call changes nothing."""
    notifications.raise_alert(user_id=user_id, subject=f"{KIND}:{key}", due_at=now, now=now)


def is_pending(user_id: int, key: str) -> bool:
    """Return whether an alert is still due; a change of account that was followed by another is not."""
    merchant = _merchant_of(user_id)
    what, _slash, which = key.partition("/")
    if what == ACCOUNT:
        account = payments.find_payout_account(merchant)
        return account is not None and str(account.version) == which
    try:
        return payments.get_payout(merchant, UUID(which)).state == "failed"
    except (ValueError, PayoutNotFound):
        return False


def write_text(user_id: int, key: str) -> str:
    """Return the text message of an alert, in the active language."""
    merchant, address = _merchant_of(user_id), f"{settings.PUBLIC_URL}/tokoku/pencairan/"
    what, _slash, which = key.partition("/")
    if what == ACCOUNT:
        account = payments.find_payout_account(merchant)
        assert account is not None, "what is pending is there"
        return _("{brand}: payouts of your shop now go to {bank} ****{ending}. Was it not you? {address}").format(
            brand=settings.BRAND_NAME, bank=account.bank_name, ending=account.number[-4:], address=address
        )
    payout = payments.get_payout(merchant, UUID(which))
    return _("{brand}: {amount} did not reach {bank} and is back in your shop's balance. {address}").format(
        brand=settings.BRAND_NAME,
        amount=payout.amount,
        bank=payout.bank_name,
        address=f"{address}ke-bank/{payout.public_id}/",
    )


def _merchant_of(user_id: int) -> str:
    found = shop.find_shop(user_id)
    return shop.merchant_reference(found.public_id) if found else ""
