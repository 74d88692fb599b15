"""Order pages: the purchases of a buyer, one order for its buyer or merchant, and their actions."""

from __future__ import annotations

from collections.abc import Callable
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

from payments.errors import KeyReused, PaymentNotRefundable, RefundExceeds, RefundTooLate
from shop import api
from shop.actions import dispute_offers, refunds
from shop.api import OrderDetails
from shop.domain.couriers import COURIERS
from shop.errors import (
    AnswerLimitReached,
    CancellationDeclined,
    DisputeClosed,
    DisputeLimitReached,
    NotNow,
    OfferChanged,
    OfferTooHigh,
    RefundWholeOrder,
    ResiTaken,
    ShipmentInvalid,
)
from shop.models import OrderEvent
from shop.pages import (
    cancellation_presenters,
    dispute_presenters,
    order_list_presenters,
    order_presenters,
    pin_field,
    refund_presenters,
    tracking_presenters,
)
from shop.pages.form_errors import PARCEL_MESSAGES, error_message_for
from shop.pages.page_context import boot, parse_expected_rev, wants_json
from shop.queries import pending_purchases
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, DomainError, InputInvalid
from superapp.core.form_pages import errors_by_field, form_cost, make_field_lookup, post_only_redirecting_to
from superapp.web.offline import readable_offline

ROW = "shop/orders/_row.html"
EMPTY = "shop/orders/_empty.html"
EMPTY_WHILE_WAITING = "shop/orders/_empty_while_waiting.html"
CURSOR_CHARS_MAX = 500
AMOUNT_CHARS_MAX = 40
CONFLICTS = (NotNow, DisputeLimitReached, DisputeClosed, OfferChanged, AnswerLimitReached, CancellationDeclined)
REFUND_REFUSALS = (AmountInvalid, RefundExceeds, RefundTooLate, RefundWholeOrder, PaymentNotRefundable, KeyReused)


@named_person_required
@never_cache
@require_safe
def purchases(request: HttpRequest) -> HttpResponse:
    """Show the caller's purchases, newest first."""
    user = get_current_user(request)
    after = request.GET.get("sesudah", "")[:CURSOR_CHARS_MAX] or None
    now = clock.now()
    envelope = api.list_purchases(user.pk, after=after, now=now)
    rows = order_list_presenters.present_rows(envelope.items)
    if wants_json(request):
        return JsonResponse(msgspec.to_builtins(order_list_presenters.envelope_as_data(envelope, rows)))
    waiting = pending_purchases.list_open(user.pk) if after is None else []
    empty = EMPTY_WHILE_WAITING if waiting else EMPTY
    context = {
        "known": order_list_presenters.present_list(
            envelope, rows, name="purchases", row=ROW, empty=empty, more="?sesudah="
        ),
        "waiting": [order_list_presenters.present_waiting(one, now=now) for one in waiting],
        "waiting_state": order_list_presenters.waiting_state(waiting),
        "blank": order_list_presenters.BLANK_ROW,
        "note": take_flash(request),
        "boot": boot(
            user,
            topic=f"purchases:{user.public_id}",
            list=order_list_presenters.envelope_as_data(envelope, rows) if after is None else None,
            is_newest_page=after is None,
        ),
    }
    return render(request, "shop/orders/list.html", context)


@require_safe
def purchases_shell(request: HttpRequest) -> HttpResponse:
    """Show the page of purchases without orders; a device stores it for offline use and fills in what it knows."""
    return render(
        request,
        "shop/orders/list.html",
        {
            "known": order_list_presenters.present_loading_list(name="purchases", row=ROW, empty=EMPTY),
            "blank": order_list_presenters.BLANK_ROW,
            "boot": {"is_newest_page": True},
            "is_shell": True,
        },
    )


@readable_offline
@named_person_required
@never_cache
@require_safe
def order(request: HttpRequest, order: UUID) -> HttpResponse:
    """Show one order to its buyer or merchant: state, history and available actions."""
    return show_order(request, api.fetch_order(user_id=get_current_user(request).pk, order=order))


@post_only_redirecting_to("shop:order")
@named_person_required
def accept(request: HttpRequest, order: UUID) -> HttpResponse:
    """Accept the order, as its merchant."""
    return run_action(request, order, api.accept_order, done=_("Accepted. The buyer can see it."))


@post_only_redirecting_to("shop:order")
@named_person_required
def pack(request: HttpRequest, order: UUID) -> HttpResponse:
    """Mark the order as packed, as its merchant."""
    return run_action(request, order, api.pack_order, done=_("Packed. Now hand it to a courier."))


@post_only_redirecting_to("shop:order", fragment="form-kirim")
@named_person_required
def ship(request: HttpRequest, order: UUID) -> HttpResponse:
    """Mark the order as handed to a courier under a tracking number, as its merchant."""
    done = _("Shipped. The buyer can see the tracking number.")
    return run_action(request, order, api.ship_order, done=done, **_parcel(request))


@post_only_redirecting_to("shop:order", fragment="form-perbaiki")
@named_person_required
def correct_resi(request: HttpRequest, order: UUID) -> HttpResponse:
    """Correct courier or tracking number of the parcel, as the merchant."""
    done = _("Corrected. The buyer can see the new number.")
    return run_action(request, order, api.correct_resi, done=done, **_parcel(request))


@post_only_redirecting_to("shop:order")
@named_person_required
def report_delivery(request: HttpRequest, order: UUID) -> HttpResponse:
    """Mark the order as delivered, as its merchant."""
    return run_action(request, order, api.report_delivery, done=_("Marked as delivered."))


@post_only_redirecting_to("shop:order", fragment="form-terima")
@named_person_required
@sensitive_post_parameters("pin")
def confirm(request: HttpRequest, order: UUID) -> HttpResponse:
    """Confirm receipt of the order, as its buyer; the merchant is paid."""
    done = _("Thank you. The shop has been paid.")
    return run_action(request, order, api.confirm_receipt, done=done, **authorization_fields(request))


@post_only_redirecting_to("shop:order", fragment="form-batal")
@named_person_required
@sensitive_post_parameters("pin")
def cancel(request: HttpRequest, order: UUID) -> HttpResponse:
    """Cancel the order and refund the buyer."""
    chosen, words = request.POST.get("reason", ""), request.POST.get("words", "").strip()
    reason = (words or chosen)[: OrderEvent.REASON_CHARS_MAX]
    fields = {"reason": reason, **authorization_fields(request)}
    return run_action(request, order, api.cancel_order, done=order_presenters.cancelled_sentence, **fields)


@post_only_redirecting_to("shop:order", fragment="form-refund")
@named_person_required
@sensitive_post_parameters("pin")
@form_cost(20)
def refund(request: HttpRequest, order: UUID) -> HttpResponse:
    """Refund all or part of the order, as its merchant. A form that is sent twice refunds once."""
    user, number = get_current_user(request), request.POST.get("key", "")
    if ids.parse_id(number) is None:
        raise InputInvalid(detail="key")
    try:
        given = refunds.refund_order(
            user_id=user.pk,
            order=order,
            amount=money.parse(request.POST.get("amount", "")[:AMOUNT_CHARS_MAX]),
            reason=request.POST.get("reason", "")[: OrderEvent.REASON_CHARS_MAX],
            number=number,
            now=clock.now(),
            **authorization_fields(request),
        )
    except pin_field.REFUSALS as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), unproved=(refund, refusal))
    except REFUND_REFUSALS as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), unrefunded=refusal)
    except NotNow as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), conflict=refusal)
    flash_next(request, refund_presenters.requested_sentence(given))
    return redirect("shop:order", order=order)


def run_action(
    request: HttpRequest, order: UUID, action: Any, *, done: str | Callable[[OrderDetails], str], **fields: Any
) -> HttpResponse:
    """
    Run an action of the facade on an order, and redirect; on a refusal, show the order with the error.

    ``done`` is what the person is told, or makes it of the order as it stands then.
    """
    user = get_current_user(request)
    try:
        fields["expected_rev"] = parse_expected_rev(request)
        shown = action(user_id=user.pk, order=order, now=clock.now(), **fields)
    except (ShipmentInvalid, ResiTaken) as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), refusal=refusal)
    except pin_field.REFUSALS as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), unproved=(action, refusal))
    except OfferTooHigh as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), unanswered=refusal)
    except CONFLICTS as refusal:
        return show_order(request, api.fetch_order(user_id=user.pk, order=order), conflict=refusal)
    flash_next(request, done if isinstance(done, str) else done(shown))
    if request.POST.get("back") == "today":
        return redirect("shop:today")
    return redirect("shop:order", order=order)


# The form of each action that moves money.
_FORM_OF_ACTION: dict[Any, str] = {
    api.confirm_receipt: "confirm",
    api.cancel_order: "cancel",
    refund: "refund",
    dispute_offers.answer_dispute: "answer",
    dispute_offers.accept_offer: "accept",
}


def _pin_field(request: HttpRequest, shown: OrderDetails, refusal: DomainError | None) -> pin_field.PinField | None:
    """Return the PIN field of the confirm and cancel forms; None if the device suffices or neither form is shown."""
    if not {"confirm", "cancel", "refund"} & set(shown.summary.can):
        return None
    return pin_field.pin_field(request, placing_device_id=shown.placing_device_id, refusal=refusal)


def _parcel(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("courier", "resi")}


def _parcel_problems(request: HttpRequest, refusal: DomainError | None) -> dict[str, object]:
    if refusal is None:
        return {}
    return errors_by_field(
        refusal.all(),
        fields=("courier", "resi"),
        field_of=make_field_lookup({ResiTaken: "resi"}),
        sentence_of=error_message_for(_parcel(request), PARCEL_MESSAGES),
    )


def authorization_fields(request: HttpRequest) -> dict[str, Any]:
    """Return the device and the PIN, if one was typed, by which this person authorizes moving money."""
    return {"device_id": accounts.get_device_id(request), "pin": pin_field.read_pin(request)}


def show_order(
    request: HttpRequest,
    shown: OrderDetails,
    *,
    refusal: DomainError | None = None,
    unproved: tuple[Any, DomainError] | None = None,
    conflict: DomainError | None = None,
    unrefunded: DomainError | None = None,
    unanswered: DomainError | None = None,
) -> HttpResponse:
    """Show an order, with what was refused: at its form, or above everything else if the order has moved on."""
    summary, now = shown.summary, clock.now()
    action, unauthorized = unproved or (None, None)
    refused = (refusal, unauthorized, conflict, unrefunded, unanswered)
    status = next((int(one.kind) for one in refused if one is not None), 200)
    buyer = accounts.get_people({summary.buyer_id})[summary.buyer_id]
    receipts = order_presenters.present_receipts(shown, now=now)
    first = summary.first_line
    context = {
        "order": shown,
        "summary": summary,
        "is_mine": summary.role == "buyer",
        "buyer": buyer,
        "title": order_presenters.order_title(first.full_name, summary.pieces, first.quantity),
        "headline": order_presenters.headline(summary),
        "next": order_presenters.next_step(summary),
        "due": order_presenters.due_sentence(summary, now=now),
        "review": order_presenters.review_sentence(shown, now=now),
        "dispute": dispute_presenters.present_dispute(shown, now=now),
        "cancellation": cancellation_presenters.present_cancellation(shown, now=now),
        "tracking": tracking_presenters.present_tracking(shown, now=now),
        "money": order_presenters.money_sentence(shown),
        "track": order_presenters.build_track(shown),
        "colour": order_presenters.state_color(summary),
        "receipts": receipts,
        "lines": order_presenters.present_lines(shown),
        "doing": order_presenters.present_actions(shown),
        "couriers": COURIERS,
        "is_paid_by_bank": "cancel" in summary.can and pending_purchases.is_paid_by_bank(summary.public_id),
        "reasons": order_presenters.cancellation_reasons(summary),
        "refunds": [(one, refund_presenters.refund_sentence(one, summary.role)) for one in shown.refunds],
        "refund_key": request.POST.get("key") or ids.new_id(),
        "refund_amount": request.POST.get("amount", "")[:AMOUNT_CHARS_MAX],
        "unrefunded": unrefunded and unrefunded.body()["message"],
        "unanswered": unanswered and unanswered.body()["message"],
        "chosen": request.POST.get("reason", ""),
        "own_words": request.POST.get("words", "")[: OrderEvent.REASON_CHARS_MAX],
        "pin_field": _pin_field(request, shown, unauthorized),
        "unproved": _FORM_OF_ACTION[action] if action else "",
        **_parcel(request),
        "problems": _parcel_problems(request, refusal),
        "moved_on": conflict and conflict.body()["message"],
        "note": take_flash(request),
        "zone": timezone.get_current_timezone_name(),
        "brand": settings.BRAND_NAME,
        "boot": boot(
            get_current_user(request),
            topic=f"order:{summary.public_id}",
            rev=summary.rev,
            receipts=[one["text"] for one in receipts] if summary.role == "buyer" else [],
        ),
    }
    return render(request, "shop/orders/order.html", context, status=status)
