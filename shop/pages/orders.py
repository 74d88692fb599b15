"""Orders: what I bought, one order for either side of it, and what each side does with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from shop import api, order_rows, telling
from shop.api import OrderView
from shop.couriers import COURIERS
from shop.errors import NotNow, ResiTaken, ShipmentInvalid
from shop.models import OrderEvent
from shop.pages import order_showing, pin_field
from shop.pages.field_sentences import PARCEL, sentence_for
from shop.pages.framing import boot, rev_of, wants_data
from superapp.accounts import api as accounts
from superapp.accounts.api import for_people, tell_next, told, user_of
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.form_pages import field_of_refusal, form_stands_at, sort_by_field
from superapp.web.offline import readable_offline

ROW = "shop/orders/_row.html"
EMPTY = "shop/orders/_empty.html"
CURSOR_CHARS_MAX = 500


@for_people
@never_cache
@require_safe
def purchases(request: HttpRequest) -> HttpResponse:
    """What I bought, the newest first."""
    user = user_of(request)
    after = request.GET.get("sesudah", "")[:CURSOR_CHARS_MAX] or None
    envelope = api.orders_of_buyer(user.pk, after=after, now=clock.now())
    rows = order_rows.rows(envelope.items)
    if wants_data(request):
        return JsonResponse(msgspec.to_builtins(order_rows.data(envelope, rows)))
    context = {
        "known": order_rows.known_list(envelope, rows, name="purchases", row=ROW, empty=EMPTY, more="?sesudah="),
        "blank": order_rows.BLANK,
        "note": told(request),
        "boot": boot(
            user,
            topic=f"purchases:{user.public_id}",
            list=order_rows.data(envelope, rows) if after is None else None,
            is_newest_page=after is None,
        ),
    }
    return render(request, "shop/orders/list.html", context)


@require_safe
def purchases_shell(request: HttpRequest) -> HttpResponse:
    """The same page without anybody's orders: the device keeps it, and fills it with what it knows."""
    return render(
        request,
        "shop/orders/list.html",
        {
            "known": order_rows.waiting(name="purchases", row=ROW, empty=EMPTY),
            "blank": order_rows.BLANK,
            "boot": {"is_newest_page": True},
            "is_shell": True,
        },
    )


@readable_offline
@for_people
@never_cache
@require_safe
def order(request: HttpRequest, order: UUID) -> HttpResponse:
    """One order, for its buyer and its shop: how it stands, what happened, and what this side may do."""
    return _page(request, api.order(user_id=user_of(request).pk, order=order))


@form_stands_at("shop:order")
@for_people
def accept(request: HttpRequest, order: UUID) -> HttpResponse:
    """The shop takes it on."""
    return _move(request, order, api.accept_order, done=_("Accepted. The buyer can see it."))


@form_stands_at("shop:order")
@for_people
def pack(request: HttpRequest, order: UUID) -> HttpResponse:
    """It is packed."""
    return _move(request, order, api.pack_order, done=_("Packed. Now hand it to a courier."))


@form_stands_at("shop:order", fragment="form-kirim")
@for_people
def ship(request: HttpRequest, order: UUID) -> HttpResponse:
    """It is with a courier, under a number."""
    done = _("Shipped. The buyer can see the tracking number.")
    return _move(request, order, api.ship_order, done=done, **_parcel(request))


@form_stands_at("shop:order", fragment="form-perbaiki")
@for_people
def correct_resi(request: HttpRequest, order: UUID) -> HttpResponse:
    """The parcel goes by another number than was said."""
    done = _("Corrected. The buyer can see the new number.")
    return _move(request, order, api.correct_resi, done=done, **_parcel(request))


@form_stands_at("shop:order")
@for_people
def delivered(request: HttpRequest, order: UUID) -> HttpResponse:
    """The shop says that it arrived."""
    return _move(request, order, api.report_delivery, done=_("Marked as delivered."))


@form_stands_at("shop:order", fragment="form-terima")
@for_people
@sensitive_post_parameters("pin")
def confirm(request: HttpRequest, order: UUID) -> HttpResponse:
    """The buyer has it: the money goes to the shop."""
    done = _("Thank you. The shop has been paid.")
    return _move(request, order, api.confirm_receipt, done=done, **_proof(request))


@form_stands_at("shop:order", fragment="form-batal")
@for_people
@sensitive_post_parameters("pin")
def cancel(request: HttpRequest, order: UUID) -> HttpResponse:
    """Take it back, and the money with it."""
    chosen, words = request.POST.get("reason", ""), request.POST.get("words", "").strip()
    reason = (words or chosen)[: OrderEvent.REASON_CHARS_MAX]
    done = _("Cancelled and fully refunded.")
    return _move(request, order, api.cancel_order, done=done, reason=reason, **_proof(request))


def _move(request: HttpRequest, order: UUID, verb: Any, *, done: str, **told: Any) -> HttpResponse:
    """Do one thing with an order, as ``told``, and show how it stands; what was done already is done."""
    user = user_of(request)
    try:
        verb(user_id=user.pk, order=order, expected_rev=rev_of(request), now=clock.now(), **told)
    except (ShipmentInvalid, ResiTaken) as refusal:
        return _page(request, api.order(user_id=user.pk, order=order), refusal=refusal)
    except pin_field.REFUSALS as refusal:
        return _page(request, api.order(user_id=user.pk, order=order), unproved=(verb, refusal))
    except NotNow as refusal:
        return _page(request, api.order(user_id=user.pk, order=order), moved_on=refusal)
    tell_next(request, done)
    if request.POST.get("back") == "today":
        return redirect("shop:today")
    return redirect("shop:order", order=order)


# The form of each verb that moves money.
_FORMS = {api.confirm_receipt: "confirm", api.cancel_order: "cancel"}


def _pin_field(request: HttpRequest, shown: OrderView, refusal: DomainError | None) -> pin_field.PinField | None:
    """The field of both forms that move money; None where the device suffices, or neither form is there."""
    if not {"confirm", "cancel"} & set(shown.summary.can):
        return None
    return pin_field.pin_field(request, placing_device_id=shown.placing_device_id, refusal=refusal)


def _parcel(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("courier", "resi")}


def _parcel_problems(request: HttpRequest, refusal: DomainError | None) -> dict[str, object]:
    if refusal is None:
        return {}
    return sort_by_field(
        refusal.all(),
        fields=("courier", "resi"),
        field_of=field_of_refusal({ResiTaken: "resi"}),
        sentence_of=sentence_for(_parcel(request), PARCEL),
    )


def _proof(request: HttpRequest) -> dict[str, Any]:
    """By which device, and by which PIN if one was typed, this person shows that they may move money."""
    return {"device_id": accounts.device_id_of(request), "pin": pin_field.typed_pin(request)}


def _page(
    request: HttpRequest,
    shown: OrderView,
    *,
    refusal: DomainError | None = None,
    unproved: tuple[Any, DomainError] | None = None,
    moved_on: DomainError | None = None,
) -> HttpResponse:
    summary, now = shown.summary, clock.now()
    verb, not_proved = unproved or (None, None)
    status = next((int(one.kind) for one in (refusal, not_proved, moved_on) if one is not None), 200)
    buyer = accounts.people({summary.buyer_id})[summary.buyer_id]
    receipts = order_showing.receipts(shown, now=now)
    first = summary.first_line
    context = {
        "order": shown,
        "summary": summary,
        "is_mine": summary.side == "buyer",
        "buyer": buyer,
        "title": telling.title(first.name, summary.pieces, first.quantity),
        "headline": telling.headline(summary),
        "next": telling.what_next(summary),
        "due": telling.due(summary, now=now),
        "review": telling.review(shown, now=now),
        "money": telling.money(shown),
        "track": telling.track(shown),
        "colour": telling.colour(summary),
        "receipts": receipts,
        "lines": order_showing.lines(shown),
        "doing": order_showing.doing(shown),
        "couriers": COURIERS,
        "reasons": order_showing.reasons(summary),
        "chosen": request.POST.get("reason", ""),
        "own_words": request.POST.get("words", "")[: OrderEvent.REASON_CHARS_MAX],
        "pin_field": _pin_field(request, shown, not_proved),
        "unproved": _FORMS[verb] if verb else "",
        **_parcel(request),
        "problems": _parcel_problems(request, refusal),
        "moved_on": moved_on and moved_on.body()["message"],
        "note": told(request),
        "zone": timezone.get_current_timezone_name(),
        "brand": settings.BRAND_NAME,
        "boot": boot(
            user_of(request),
            topic=f"order:{summary.public_id}",
            rev=summary.rev,
            receipts=[one["text"] for one in receipts] if summary.side == "buyer" else [],
        ),
    }
    return render(request, "shop/orders/order.html", context, status=status)
