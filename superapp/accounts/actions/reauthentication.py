"""Verification, on a logged-in device, that its person still holds the phone number."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts import queries
from superapp.accounts.actions import login
from superapp.accounts.errors import CodeNotSent, CodeOver


def send_owner_code(*, user_id: int, device_id: int | None, now: datetime) -> int:
    """
    Send a code to the number of the person logged in on this device, and return the seconds until the next.

    The code is valid only on this device.

    :raises DeviceNotFound: if they are not logged in there
    :raises CodeNotSent: if they have no number any more, or the gateway failed
    :raises RateLimited: as at the log-in
    """
    number, browser = _require_phone_number(user_id), _require_browser(user_id, device_id)
    return login.send_code_to_known_browser(number=number, browser=browser, now=now).retry_after


def verify_owner_code(*, user_id: int, device_id: int | None, code: str, now: datetime) -> datetime:
    """
    Verify and use up a code of ``send_owner_code``, and return the time of the verification.

    :raises DeviceNotFound: if they are not logged in there
    :raises CodeWrong, CodeOver, RateLimited: as at the log-in
    """
    user = queries.get_user_by_id(user_id)
    proof = login.verify_code_in_known_browser(
        number=_require_phone_number(user_id),
        code=code,
        browser=_require_browser(user_id, device_id),
        language=user.language,
        now=now,
    )
    if proof.user.pk != user_id:  # The number moved to another account concurrently.
        raise CodeOver
    return now


def _require_phone_number(user_id: int) -> str:
    number = queries.find_phone_number(user_id)
    if number is None:
        raise CodeNotSent
    return number


def _require_browser(user_id: int, device_id: int | None) -> str:
    device = queries.get_open_device(user_id, device_id)
    return device.browser_hash or f"device:{device.public_id}"
