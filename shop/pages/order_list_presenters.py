"""Presenters of orders as list rows, for templates, JavaScript and offline storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.api import OrderList, OrderSummary
from shop.domain.order_states import NOT_SHIPPED
from shop.models import PendingPurchase
from shop.pages import order_presenters
from shop.queries import photos
from superapp.core import clock
from superapp.core.list_envelope import ListEnvelope
from superapp.core.money import Money
from superapp.web import list_state, time_formats
from superapp.web.list_state import PageList

# Whether a page with headings by turn is the first page of its list or a later one.
TurnHeadings = Literal["first page", "later page"]
THUMBNAIL = photos.SIZES[-1]
# Rows without forms: they contain no CSRF token, so they can be reused.
DRAWN_ONCE = {"shop/orders/_row.html"}
# Actions that a merchant can take directly in the list, with their verb in the URL.
ONE_TAP_ACTIONS = {"accept": "terima", "pack": "kemas"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderListRow:
    """An order as a list row. Texts are in the reader's language; ``at`` is an RFC 3339 time."""

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
    # Texts above the row: that nothing waits for the shop, and the heading of the group that starts here.
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


def present_list(
    envelope: OrderList,
    shown: Sequence[OrderListRow],
    *,
    name: str,
    row: str,
    empty: str,
    more: str = "",
    more_word: str = "",
) -> PageList:
    """Return the list with these rows for the template ``web/_known.html``."""
    return PageList(
        name=name,
        state=list_state.list_state(envelope),
        rows=shown,
        row=row,
        empty=empty,
        as_of=datetime.fromisoformat(envelope.as_of),
        is_complete=envelope.complete,
        more=f"{more}{envelope.next}" if envelope.next and more else "",
        more_word=more_word,
        is_drawn_once=row in DRAWN_ONCE,
    )


def envelope_as_data(envelope: OrderList, shown: Sequence[OrderListRow]) -> dict[str, Any]:
    """Return a list of orders for JavaScript: the presented rows, and whether the list is known and complete."""
    told: ListEnvelope[dict[str, Any]] = ListEnvelope(
        known=envelope.known,
        complete=envelope.complete,
        as_of=envelope.as_of,
        source=envelope.source,
        expected_count=envelope.expected_count,
        items=[{name: getattr(one, name) for name in OrderListRow.__slots__} for one in shown],
        next=envelope.next,
        parts=envelope.parts,
    )
    return {name: getattr(told, name) for name in ListEnvelope.__struct_fields__}


def present_rows(orders: Sequence[OrderSummary], *, headings_for: TurnHeadings | None = None) -> list[OrderListRow]:
    """
    Return the rows of a list.

    With ``headings_for``, the first row that waits for the shop and the first that waits for others get a heading; a
    first page on which nothing waits for the shop says so.
    """
    found = [_present_row(order) for order in orders]
    if headings_for is None:
        return found
    is_for_shop: bool | None = None
    for place, order in enumerate(orders):
        was, is_for_shop = is_for_shop, order.state in NOT_SHIPPED
        if is_for_shop != was:
            is_calm = headings_for == "first page" and place == 0 and not is_for_shop
            found[place] = replace(
                found[place],
                calm=_("Nothing for you to do right now.") if is_calm else "",
                section=_("To do, oldest first") if is_for_shop else _("Waiting for the courier or the buyer"),
            )
    return found


def present_loading_list(*, name: str, row: str, empty: str) -> PageList:
    """Return the list in its loading state, without rows."""
    return PageList(name=name, state="loading", rows=(), row=row, empty=empty)


def present_waiting(purchase: PendingPurchase, *, now: datetime) -> dict[str, object]:
    """Return a purchase that is not paid yet, as the list of purchases shows it above the orders."""
    return {
        "href": reverse("shop:await_payment", args=[purchase.public_id]),
        "title": order_presenters.order_title(purchase.full_name, purchase.quantity, purchase.quantity),
        "who": purchase.variant.product.shop.name,
        "total": Money(purchase.total_sen),
        "deadline": deadline_sentence(purchase, now=now),
    }


def deadline_sentence(purchase: PendingPurchase, *, now: datetime) -> str:
    """Return until when a purchase can be paid: the hour today, with the day if it is another."""
    until, zone = purchase.expires_at, time_formats.zone_label(timezone.get_current_timezone_name())
    hour = time_formats.format_hour(until)
    if timezone.localtime(until).date() == timezone.localtime(now).date():
        return _("Pay before {hour} {zone}").format(hour=hour, zone=zone)
    day = time_formats.format_date(until, now=now)
    return _("Pay before {day}, {hour} {zone}").format(day=day, hour=hour, zone=zone)


def waiting_state(waiting: Sequence[PendingPurchase]) -> str:
    """Return what a page that waits compares: it is another once one of these was paid or expired."""
    return " ".join(str(one.public_id) for one in waiting)


def _present_row(order: OrderSummary) -> OrderListRow:
    line = order.first_line
    # Whoever is asked to cancel first reads that, on the page of the order.
    tap = next((doing for doing in order.can if doing in ONE_TAP_ACTIONS and not order.request), "")
    is_mine = order.role == "buyer"
    return OrderListRow(
        id=str(order.public_id),
        href=f"/pesanan/{order.public_id}/",
        title=order_presenters.order_title(line.full_name, order.pieces, line.quantity),
        who=order.shop_name if is_mine else f"{order.buyer_name}, {order.town}",
        state=order.state,
        word=order_presenters.state_label(order) if is_mine else order_presenters.headline(order),
        colour=order_presenters.state_color(order),
        note="" if is_mine else order.note,
        total=str(order.total),
        at=clock.to_wire(order.changed_at if is_mine else order.placed_at),
        photo=photos.photo_url(line.photo, THUMBNAIL) if line.photo else "",
        calm="",
        section="",
        tap=f"/pesanan/{order.public_id}/{ONE_TAP_ACTIONS[tap]}/" if tap else "",
        tap_word={"accept": _("Accept"), "pack": _("It is packed")}.get(tap, ""),
        go=f"/pesanan/{order.public_id}/#kirim"
        if order.state == "packed" and not is_mine and not order.request
        else "",
        go_word=_("Hand it to a courier"),
        rev=order.rev,
    )


# For the template that JavaScript clones.
BLANK_ROW = OrderListRow(
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
