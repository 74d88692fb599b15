"""Scheduled transfers as alerts: the person is told the day before, and when one failed or was made."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from peer_payments import api as peer_payments
from peer_payments.errors import ScheduleNotFound
from peer_payments.events import ScheduleNoticed
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.notifications import api as notifications
from superapp.notifications.api import AlertKind

# Short, since the subject of an alert is.
KIND = "schedule"


def register() -> None:
    """Register what is told of scheduled transfers as a kind of alert."""
    notifications.register_alert_kind(AlertKind(name=KIND, is_pending=is_pending, text=write_text))


@subscribe(ScheduleNoticed)
def on_schedule_noticed(event: ScheduleNoticed) -> None:
    """Have the person told."""
    raise_schedule_alert(event, now=clock.now())


def raise_schedule_alert(event: ScheduleNoticed, *, now: datetime) -> None:
    """Raise the alert of a notice; a repeated call changes nothing."""
    subject = f"{KIND}:{UUID(event.schedule).hex}/{event.what}/{event.on}"
    notifications.raise_alert(user_id=event.sender_id, subject=subject, due_at=now, now=now)


def is_pending(user_id: int, key: str) -> bool:
    """Return whether a notice is still true: a transfer of tomorrow is not, once it is paused or stopped."""
    try:
        schedule, what, on = key.split("/")
        found = peer_payments.get_schedule(user_id, UUID(schedule))
    except (ValueError, ScheduleNotFound):
        return False
    return what != "tomorrow" or (found.state == "active" and str(found.next_on) == on)


def write_text(user_id: int, key: str) -> str:
    """Return the text message of a notice, in the active language."""
    schedule, what, on = key.split("/")
    found = peer_payments.get_schedule(user_id, UUID(schedule))
    sentences = {
        "tomorrow": _("{brand}: {amount} goes to {name} on {day}, as you scheduled. Pause it at {address}"),
        "paid": _("{brand}: {amount} was sent to {name}, as you scheduled for {day}. {address}"),
        "failed": _("{brand}: {amount} to {name} on {day} failed. No money has moved. {address}"),
    }
    return sentences[what].format(
        brand=settings.BRAND_NAME,
        amount=found.money,
        name=accounts.get_people({found.receiver_id})[found.receiver_id]["name"],
        day=formats.date_format(date.fromisoformat(on), "j F"),
        address=f"{settings.PUBLIC_URL}/dompet/terjadwal/{found.public_id}/",
    )
