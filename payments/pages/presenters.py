"""Presentation of movements on pages: titles, days and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.api import Movement
from payments.pages import js_messages
from payments.queries.counterparts import Counterpart, fetch_counterparts
from superapp.core.money import Money
from superapp.web import time_formats


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedMovement:
    """
    One line of the history.

    ``direction`` is ``in``, ``out`` or ``held``. ``amount`` is the signed change. ``items`` are the items paid for and
    ``address`` is the URL of their page; both are empty without a known purpose.
    """

    journal: str
    seq: int
    title: str
    direction: str
    amount: Money
    balance_after: Money
    at: datetime
    memo: str
    name: str
    items: str
    address: str

    @property
    def size(self) -> Money:
        """The absolute amount, for holds and releases, which do not change the balance."""
        return Money(abs(self.amount.amount_minor), self.amount.asset)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementDay:
    """The movements of one day, with its ISO date and its heading."""

    day: str
    word: str
    movements: tuple[PresentedMovement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementStep:
    """One step of a movement, such as the money leaving a wallet; ``at`` is None if it has not happened."""

    sentence: str
    at: datetime | None


# The places of the money in order, the last being the present one. Same keys as ``MOVEMENT_TITLES``.
_STEPS: dict[str, tuple[Promise, ...]] = {
    "sent_out": (gettext_lazy("Out of your wallet"), gettext_lazy("In the wallet of {name}")),
    "sent_in": (gettext_lazy("Out of the wallet of {name}"), gettext_lazy("In your wallet")),
    "topped_up_in": (
        gettext_lazy("Paid in at the counter, checked by two clerks"),
        gettext_lazy("In your wallet"),
    ),
    "qris_paid_out": (gettext_lazy("Out of your wallet"), gettext_lazy("Received by {name}")),
    "came_in_in": (gettext_lazy("Paid at a bank"), gettext_lazy("In your wallet")),
    "suspense_placed_in": (
        gettext_lazy("Paid at a bank"),
        gettext_lazy("Checked by two clerks"),
        gettext_lazy("In your wallet"),
    ),
    "withdrawal_held_held": (gettext_lazy("On hold in your wallet until the bank has it"),),
    "withdrawn_out": (gettext_lazy("Out of your wallet"), gettext_lazy("In the bank account")),
    "withdrawal_failed_held": (gettext_lazy("Available again in your wallet"),),
    "escrow_paid_out": (gettext_lazy("Out of your wallet"), gettext_lazy("Held safely for the order")),
    "escrow_refunded_in": (gettext_lazy("Refunded from the order"), gettext_lazy("In your wallet")),
    "qris_refunded_in": (gettext_lazy("Refunded by {name}"), gettext_lazy("In your wallet")),
    "paid_out_in": (gettext_lazy("Out of your shop balance"), gettext_lazy("In your wallet")),
    "angpao_sent_out": (gettext_lazy("Out of your wallet"), gettext_lazy("Set aside until it is opened")),
    "angpao_opened_in": (gettext_lazy("Out of the angpao"), gettext_lazy("In your wallet")),
    "angpao_returned_in": (gettext_lazy("Nobody opened it in time"), gettext_lazy("In your wallet")),
    "manual_in": (gettext_lazy("Corrected by two operators"), gettext_lazy("In your wallet")),
    "manual_out": (gettext_lazy("Out of your wallet"), gettext_lazy("Corrected by two operators")),
    "held_held": (gettext_lazy("On hold in your wallet; it has not left"),),
    "voided_held": (gettext_lazy("Available again in your wallet"),),
    "expired_held": (gettext_lazy("Available again in your wallet"),),
    "captured_out": (gettext_lazy("Out of the money on hold in your wallet"),),
    "other_in": (gettext_lazy("In your wallet"),),
    "other_out": (gettext_lazy("Out of your wallet"),),
    "other_held": (gettext_lazy("Held or released in your wallet"),),
}


def present_days(rows: Sequence[Movement], *, now: datetime) -> list[MovementDay]:
    """
    Group a page of history by day in the reader's time zone.

    People and purposes are fetched once for the whole page.
    """
    shown = present_movements(rows)
    return [
        MovementDay(day=date.isoformat(), word=time_formats.format_day(entries[0].at, now=now), movements=entries)
        for date, entries in (
            (date, tuple(group)) for date, group in groupby(shown, key=lambda row: timezone.localtime(row.at).date())
        )
    ]


def present_movements(rows: Sequence[Movement]) -> list[PresentedMovement]:
    """Return movements as presented on pages, with people and purposes fetched once for all."""
    return [_present_movement(row, other) for row, other in zip(rows, fetch_counterparts(rows), strict=True)]


def present_steps(row: Movement, shown: PresentedMovement) -> list[MovementStep]:
    """Return the steps of a movement in order; all carry the time of its posting."""
    sentences = _STEPS.get(js_messages.get_title_key(row.kind, row.delta.amount_minor), _STEPS["other_in"])
    return [MovementStep(sentence=str(sentence).format(name=shown.name), at=row.posted_at) for sentence in sentences]


def _present_movement(row: Movement, other: Counterpart) -> PresentedMovement:
    key = js_messages.get_title_key(row.kind, row.delta.amount_minor)
    peer, purpose = other.person, other.purpose
    name = (peer["name"] if peer else "") or _("Someone")
    title = js_messages.MOVEMENT_TITLES[key]
    if purpose and key in js_messages.MOVEMENT_TITLES_WITH_PURPOSE:
        name, title = purpose.name, js_messages.MOVEMENT_TITLES_WITH_PURPOSE[key]
    return PresentedMovement(
        journal=str(row.journal),
        seq=row.seq,
        title=str(title).format(name=name),
        direction=key.rpartition("_")[2],
        # A hold reduces the available balance, so its sign is inverted.
        amount=row.delta or -row.held_delta,
        balance_after=row.balance_after,
        at=row.posted_at,
        memo=row.memo,
        name=name,
        items=purpose.items if purpose else "",
        address=purpose.address if purpose else "",
    )
