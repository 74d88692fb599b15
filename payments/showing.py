"""Movements of money as a page shows them: in words, by day, and where the money is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import words
from payments.api import Movement, Purpose, purposes_of
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core.money import Money
from superapp.web import times


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMovement:
    """
    One line of the history. ``direction`` is ``in``, ``out`` or ``held``; ``amount`` is what changed, with its sign;
    ``items`` is what it was for, and ``address`` a page about that, where a product knows.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: str
    word: str
    movements: tuple[ShownMovement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place where the money was or is; ``at`` is None for what has not happened."""

    sentence: str
    at: datetime | None


# Where money was, in order; the last is where it is. By the same keys as the words of a movement.
_WAYS: dict[str, tuple[Promise, ...]] = {
    "sent_out": (gettext_lazy("Out of your wallet"), gettext_lazy("In the wallet of {name}")),
    "sent_in": (gettext_lazy("Out of the wallet of {name}"), gettext_lazy("In your wallet")),
    "topped_up_in": (
        gettext_lazy("Paid in at the counter, checked by two clerks"),
        gettext_lazy("In your wallet"),
    ),
    "escrow_paid_out": (gettext_lazy("Out of your wallet"), gettext_lazy("Held safely for the order")),
    "escrow_refunded_in": (gettext_lazy("Refunded from the order"), gettext_lazy("In your wallet")),
    "paid_out_in": (gettext_lazy("Out of your shop balance"), gettext_lazy("In your wallet")),
    "held_held": (gettext_lazy("On hold in your wallet; it has not left"),),
    "voided_held": (gettext_lazy("Available again in your wallet"),),
    "expired_held": (gettext_lazy("Available again in your wallet"),),
    "captured_out": (gettext_lazy("Out of the money on hold in your wallet"),),
    "other_in": (gettext_lazy("In your wallet"),),
    "other_out": (gettext_lazy("Out of your wallet"),),
    "other_held": (gettext_lazy("Held or released in your wallet"),),
}


def days(rows: Sequence[Movement], *, now: datetime) -> list[Day]:
    """A page of history by the days of the reader's zone; the people in it come in one query."""
    shown = movements(rows)
    return [
        Day(day=date.isoformat(), word=times.day(entries[0].at, now=now), movements=entries)
        for date, entries in (
            (date, tuple(group)) for date, group in groupby(shown, key=lambda row: timezone.localtime(row.at).date())
        )
    ]


def movements(rows: Sequence[Movement]) -> list[ShownMovement]:
    people = accounts.people({row.peer_id for row in rows if row.peer_id is not None})
    purposes = purposes_of(row.reference for row in rows)
    return [_movement(row, people, purposes.get(row.reference)) for row in rows]


def way(row: Movement, shown: ShownMovement) -> list[Step]:
    """Where the money of a movement went, step by step: all of them happened with one posting."""
    sentences = _WAYS.get(words.movement_key(row.kind, row.delta.amount_minor), _WAYS["other_in"])
    return [Step(sentence=str(sentence).format(name=shown.name), at=row.posted_at) for sentence in sentences]


def share_text(shown: ShownMovement) -> str:
    """Return what a person passes on to show that money moved: what, how much, when, and the number to ask about."""
    at = timezone.localtime(shown.at)
    when = f"{formats.date_format(at, 'j F Y')}, {times.hour(shown.at)} {times.zone_label(str(at.tzinfo))}"
    amount = shown.amount if shown.amount.amount_minor >= 0 else -shown.amount
    lines = [f"{settings.BRAND_NAME} · {shown.title}", str(amount), shown.memo or shown.items, when, shown.journal]
    return "\n".join(line for line in lines if line)


def _movement(row: Movement, people: Mapping[int, PersonRow], purpose: Purpose | None) -> ShownMovement:
    key = words.movement_key(row.kind, row.delta.amount_minor)
    peer = people.get(row.peer_id) if row.peer_id is not None else None
    name = (peer["name"] if peer else "") or _("Someone")
    title = words.MOVEMENTS[key]
    if purpose and key in words.WITH_PURPOSE:
        name, title = purpose.name, words.WITH_PURPOSE[key]
    return ShownMovement(
        journal=str(row.journal),
        seq=row.seq,
        title=str(title).format(name=name),
        direction=key.rpartition("_")[2],
        # What is set aside goes out of what can be spent.
        amount=row.delta or -row.held_delta,
        balance_after=row.balance_after,
        at=row.posted_at,
        memo=row.memo,
        name=name,
        items=purpose.items if purpose else "",
        address=purpose.address if purpose else "",
    )
