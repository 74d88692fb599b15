"""Preferences with a button in a row's menu and on the details page: their labels, icons and changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.contracts import SummaryRow
from chat.domain import muting
from chat.domain.enums import ConversationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """
    A preference that is on or off; ``name`` is its form field and its name in JavaScript.

    ``kinds`` are the conversations in which it makes sense; it can be turned off in all.

    ``is_on`` returns its state at a moment, and ``changes`` the arguments for ``update_preferences``. Labels and icons
    describe what pressing the button does: ``turn_on`` is shown while it is off.
    """

    name: str
    is_on: Callable[[SummaryRow, datetime], bool]
    changes: Callable[[bool, datetime], dict[str, Any]]
    turn_on: Promise
    turn_off: Promise
    icon_on: str
    icon_off: str
    # The page that asks for more before it is turned on.
    asks_at: str = ""
    kinds: tuple[str, ...] = tuple(ConversationKind.values)

    def is_offered(self, summary: SummaryRow, now: datetime) -> bool:
        """Return whether its button is shown."""
        return summary.kind in self.kinds or self.is_on(summary, now)


def is_muted(summary: SummaryRow, now: datetime) -> bool:
    """Return whether the conversation is muted now."""
    until = summary.mine.muted_until
    return until is not None and datetime.fromisoformat(until) > now


def is_hidden(summary: SummaryRow) -> bool:
    """Return whether the person hid the conversation, and no message was posted since."""
    return 0 < summary.last_seq <= summary.mine.hidden_seq


SWITCHES = (
    Switch(
        name="pinned",
        is_on=lambda summary, _now: summary.mine.is_pinned,
        changes=lambda on, _now: {"is_pinned": on},
        turn_on=_("Pin to the top"),
        turn_off=_("Unpin"),
        icon_on="pin",
        icon_off="pin-off",
    ),
    Switch(
        name="muted",
        is_on=is_muted,
        changes=lambda on, now: {"muted_until": now + muting.ALWAYS if on else None},
        turn_on=_("Mute"),
        turn_off=_("Unmute"),
        icon_on="bell-off",
        icon_off="bell",
        asks_at="chat:mute",
        # Notes to oneself call nobody.
        kinds=(ConversationKind.DIRECT, ConversationKind.GROUP),
    ),
    Switch(
        name="marked_unread",
        is_on=lambda summary, _now: summary.mine.is_marked_unread,
        changes=lambda on, _now: {"is_marked_unread": on},
        turn_on=_("Mark as unread"),
        # Messages that are unread stay so.
        turn_off=_("Remove the unread mark"),
        icon_on="message-square-dot",
        icon_off="circle-check",
    ),
    Switch(
        name="archived",
        is_on=lambda summary, _now: summary.mine.is_archived,
        changes=lambda on, _now: {"is_archived": on},
        turn_on=_("Archive"),
        turn_off=_("Unarchive"),
        icon_on="archive",
        icon_off="archive-restore",
    ),
    Switch(
        name="hidden",
        is_on=lambda summary, _now: is_hidden(summary),
        changes=lambda on, _now: {"is_hidden": on},
        turn_on=_("Hide from the list"),
        turn_off=_("Show in the list again"),
        icon_on="eye-off",
        icon_off="eye",
    ),
)
