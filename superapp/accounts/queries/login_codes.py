"""Queries of one-time codes and the browsers that requested them."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts.models import Device, LoginCode


def lock_open_code(*, number: str, browser_hash: str, now: datetime) -> LoginCode | None:
    """Lock the newest code that this browser requested for this number; None if it is no longer valid."""
    codes = LoginCode.objects.filter(number=number, browser_hash=browser_hash)
    newest = codes.order_by("-sent_at", "-pk").select_for_update().first()
    if newest is None or newest.used_at is not None or newest.expires_at <= now:
        return None
    return newest


def get_last_code_sent_at(*, number: str, browser_hash: str | None) -> datetime | None:
    """Return when a code was last sent to this number; with a ``browser_hash``, only codes for that browser count."""
    codes = LoginCode.objects.filter(number=number)
    if browser_hash is not None:
        codes = codes.filter(browser_hash=browser_hash)
    return codes.order_by("-sent_at").values_list("sent_at", flat=True).first()


def is_known_browser(*, number: str, browser_hash: str) -> bool:
    """Return whether the account of this number was used in this browser before."""
    return Device.objects.filter(user__phone__number=number, browser_hash=browser_hash).exists()


def get_last_seen_at(user_id: int) -> datetime | None:
    seen = Device.objects.filter(user_id=user_id).order_by("-last_seen_at")
    return seen.values_list("last_seen_at", flat=True).first()
