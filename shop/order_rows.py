"""Orders as rows of a list: the same for the page, for its modules, and for what a device keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from shop import photos, telling
from shop.api import Orders, OrderSummary
from shop.states import NOT_SHIPPED
from superapp.core import clock
from superapp.core.honest import Envelope
from superapp.web import known
from superapp.web.known import Known

# Whether a list is told apart by whose turn it is: from its first page on, or from a later one.
Turns = Literal["first page", "later page"]
THUMBNAIL = photos.SIZES[-1]
# Rows without forms, whose tokens are everybody's own.
DRAWN_ONCE = {"shop/orders/_row.html"}
# What a merchant does with one tap, where they stand: the verb in the address, its word.
TAPS = {"accept": "terima", "pack": "kemas"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One order. Words are written out in the reader's language; ``at`` is a moment of the wire."""

    id: str
    href: str
    title: str
    who: str
    state: str
    word: str
    colour: str
    note: str
    total: str
    at: str
    photo: str
    # Above the first row of its kind: whose turn it is from here on; before that, that nothing waits for the shop.
    calm: str
    section: str
    tap: str
    tap_word: str
    go: str
    go_word: str
    rev: int

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def known_list(
    envelope: Orders,
    shown: Sequence[Row],
    *,
    name: str,
    row: str,
    empty: str,
    more: str = "",
    more_word: str = "",
) -> Known:
    """Return the list of these rows for ``web/_known.html``."""
    return Known(
        name=name,
        state=known.state_of(envelope),
        rows=shown,
        row=row,
        empty=empty,
        as_of=datetime.fromisoformat(envelope.as_of),
        is_complete=envelope.complete,
        more=f"{more}{envelope.next}" if envelope.next and more else "",
        more_word=more_word,
        is_drawn_once=row in DRAWN_ONCE,
    )


def data(envelope: Orders, shown: Sequence[Row]) -> dict[str, Any]:
    """Return the envelope with these rows, for modules."""
    told: Envelope[dict[str, Any]] = Envelope(
        known=envelope.known,
        complete=envelope.complete,
        as_of=envelope.as_of,
        source=envelope.source,
        expected_count=envelope.expected_count,
        items=[{name: getattr(one, name) for name in Row.__slots__} for one in shown],
        next=envelope.next,
        parts=envelope.parts,
    )
    return {name: getattr(told, name) for name in Envelope.__struct_fields__}


def rows(orders: Sequence[OrderSummary], *, turns: Turns | None = None) -> list[Row]:
    """
    Return the rows of a list.

    With ``turns``, the first row of what waits for the shop, and the first of what waits for others, bear a heading.
    """
    found = [_row(order) for order in orders]
    if turns is None:
        return found
    is_for_shop: bool | None = None
    for place, order in enumerate(orders):
        was, is_for_shop = is_for_shop, order.state in NOT_SHIPPED
        if is_for_shop != was:
            is_calm = turns == "first page" and place == 0 and not is_for_shop
            found[place] = replace(
                found[place],
                calm=_("Nothing for you to do right now.") if is_calm else "",
                section=_("To do, oldest first") if is_for_shop else _("Waiting for the courier or the buyer"),
            )
    return found


def waiting(*, name: str, row: str, empty: str) -> Known:
    """The list before anything is known."""
    return Known(name=name, state="loading", rows=(), row=row, empty=empty)


def _row(order: OrderSummary) -> Row:
    line = order.first_line
    tap = next((doing for doing in order.can if doing in TAPS), "")
    is_mine = order.side == "buyer"
    return Row(
        id=str(order.public_id),
        href=f"/pesanan/{order.public_id}/",
        title=telling.title(line.name, order.pieces, line.quantity),
        who=order.shop_name if is_mine else f"{order.buyer_name}, {order.town}",
        state=order.state,
        word=telling.word(order) if is_mine else telling.headline(order),
        colour=telling.colour(order),
        note="" if is_mine else order.note,
        total=str(order.total),
        at=clock.wire(order.changed_at if is_mine else order.placed_at),
        photo=photos.photo_address(line.photo, THUMBNAIL) if line.photo else "",
        calm="",
        section="",
        tap=f"/pesanan/{order.public_id}/{TAPS[tap]}/" if tap else "",
        tap_word={"accept": _("Accept"), "pack": _("It is packed")}.get(tap, ""),
        go=f"/pesanan/{order.public_id}/#kirim" if order.state == "packed" and not is_mine else "",
        go_word=_("Hand it to a courier"),
        rev=order.rev,
    )


# For the template that modules clone.
BLANK = Row(
    id="",
    href="",
    title="",
    who="",
    state="",
    word="",
    colour="",
    note="",
    total="",
    at="",
    photo="",
    calm="",
    section="",
    tap="",
    tap_word="",
    go="",
    go_word="",
    rev=0,
)
