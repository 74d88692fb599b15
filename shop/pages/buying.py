"""
Buying one thing: how many, where to, what it costs in whole, and the PIN.

Each page has a key of its own, in its address. Sent twice, gone back to, or tried again after a lost answer, it is the
same order. What was refused is refused for ever under its key; the key that follows is made from it, so that whoever
goes back to any page of one purchase comes to the same order.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import InsufficientFunds, PinLocked, PinMissing, PinWrong
from shop import api, photos
from shop.actions.checkout import QUANTITY_MAX as ORDER_QUANTITY_MAX
from shop.api import Address, Changed, Placed, Quote
from shop.errors import AddressInvalid, KeyReused, QuantityInvalid, SoldOut, TextInvalid
from shop.models import Order
from superapp.accounts.api import for_people, tell_next, user_of
from superapp.core import clock, ids
from superapp.core.errors import DomainError, Kind
from superapp.core.money import Money

FIELDS = {"name": 120, "phone": 40, "text": 600, "town": 120, "note": 1_000}
KEPT_KEY, KEPT_MAX = "purchases", 10
ADDRESS_KEY = "delivery"
TOTAL_DIGITS_MAX = 17


@for_people
@never_cache
@require_safe
def begin(request: HttpRequest, product: UUID) -> HttpResponse:
    """A page of one's own for this purchase: its address carries the key, so that reloading it begins nothing new."""
    return redirect("shop:buy", product=product, key=ids.new_id())


@for_people
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest, product: UUID, key: UUID) -> HttpResponse:
    """Everything that is to be known before paying; then the order, once for this address."""
    user = user_of(request)
    if request.method != "POST":
        # Gone back to, or opened again after a lost answer.
        key, placed = _where_it_stands(user.pk, key)
        return (
            redirect("shop:order", order=placed.order)
            if placed
            else _page(request, product, key, _kept(request, product))
        )
    key, placed = _where_it_stands(user.pk, key)
    if placed:
        tell_next(request, _("This order stands already. Nothing was paid twice."))
        return redirect("shop:order", order=placed.order)
    typed = _typed(request)
    # Kept before it is sent, so that a page that is opened again after a lost answer sends the same.
    _keep(request, product, typed)
    if request.POST.get("do") == "count":
        return _page(request, product, key, typed)
    try:
        answer = _place(request, product, key, typed)
    except (AddressInvalid, TextInvalid, QuantityInvalid, PinWrong, PinMissing, PinLocked) as refusal:
        return _page(request, product, key, typed, problem=refusal)
    except KeyReused as refusal:
        # The same page was sent with something else at the same moment, and that came first.
        return _anew(request, product, key, typed, refusal)
    if isinstance(answer, Placed):
        tell_next(request, _("Thank you! Your order is with the shop."))
        return redirect("shop:order", order=answer.order)
    return _anew(request, product, key, typed, answer.error(), answer)


def _where_it_stands(buyer_id: int, key: UUID) -> tuple[UUID, Placed | None]:
    """The first key from this one on that nothing was answered under; or the order that one of them bought."""
    while (answer := api.answered(buyer_id=buyer_id, idempotency_key=str(key))) is not None:
        if isinstance(answer, Placed):
            return key, answer
        key = uuid5(key, "after a refusal")
    return key, None


def _anew(
    request: HttpRequest,
    product: UUID,
    key: UUID,
    typed: dict[str, Any],
    problem: DomainError,
    answer: api.Answer | None = None,
) -> HttpResponse:
    """What stands in the way, and another try under the key that follows; the order, if it was bought meanwhile."""
    key, placed = _where_it_stands(user_of(request).pk, key)
    if placed:
        tell_next(request, _("This order stands already. Nothing was paid twice."))
        return redirect("shop:order", order=placed.order)
    return _page(request, product, key, typed, problem=problem, changed=answer)


def _place(request: HttpRequest, product: UUID, key: UUID, typed: dict[str, Any]) -> api.Answer:
    return api.place_order(
        buyer_id=user_of(request).pk,
        product=product,
        quantity=_quantity(typed["quantity"]),
        address=Address(name=typed["name"], phone=typed["phone"], text=typed["text"], town=typed["town"]),
        note=typed["note"],
        expected_total=_agreed(request.POST.get("expected", "")),
        pin=request.POST.get("pin", "")[:64],
        idempotency_key=str(key),
        now=clock.now(),
    )


def _page(
    request: HttpRequest,
    product: UUID,
    key: UUID,
    typed: dict[str, Any],
    *,
    problem: DomainError | None = None,
    changed: api.Answer | None = None,
) -> HttpResponse:
    user = user_of(request)
    quote, problem = _quote(product, typed, user.pk, problem)
    now = clock.now()
    wallet, pin = payments.wallet(user.pk, now=now), payments.pin_state(user.pk, now=now)
    shown = quote.product
    left = shown.stock.available if shown.stock is not None else None
    context = {
        "quote": quote,
        "product": shown,
        "shop": quote.shop,
        "address": f"/toko/{quote.shop.handle}/{shown.slug}/",
        "photo": photos.photo_address(shown.photos[0].name, photos.SIZES[-1]) if shown.photos else "",
        "key": key,
        "typed": typed,
        "quantity_max": max(1, min(left if left is not None else 1, ORDER_QUANTITY_MAX)),
        "wallet": wallet,
        "is_enough": wallet.available >= quote.total,
        "after": wallet.available - quote.total if wallet.available >= quote.total else None,
        "pin": pin,
        "problems": _problems(problem),
        "changed": changed if isinstance(changed, Changed) else None,
        "refusal": _sentence(problem, wallet.available) if problem is not None and _is_whole(problem) else "",
        "why_not": quote.why_not and _sentence(quote.why_not, wallet.available),
        "note_chars_max": Order.NOTE_CHARS_MAX,
        "this_page": request.get_full_path(),
        "boot": {"price_minor": shown.price.amount_minor if shown.price else None, "shipping": quote.shipping.wire()},
    }
    return render(request, "shop/buying/buy.html", context, status=problem.kind if problem else 200)


def _quote(
    product: UUID, typed: dict[str, Any], buyer_id: int, problem: DomainError | None
) -> tuple[Quote, DomainError | None]:
    """What it costs in whole now; of more pieces than there are, what all that are left cost."""
    try:
        quote = api.quote(product=product, quantity=_quantity(typed["quantity"]), buyer_id=buyer_id)
    except QuantityInvalid as refusal:
        return api.quote(product=product, quantity=1, buyer_id=buyer_id), problem or refusal
    left = quote.product.stock.available if quote.product.stock is not None else 0
    if isinstance(quote.why_not, SoldOut) and left > 0:
        return api.quote(product=product, quantity=left, buyer_id=buyer_id), problem or quote.why_not
    return quote, problem


def _typed(request: HttpRequest) -> dict[str, Any]:
    posted = request.POST
    texts = {name: posted.get(name, "")[:chars_max].replace("\r\n", "\n").strip() for name, chars_max in FIELDS.items()}
    return {**texts, "quantity": posted.get("quantity", "1")[:8]}


def _agreed(written: str) -> Money:
    """What the buyer saw and agreed to. Nobody agrees to nothing: what cannot be read is the least there is."""
    is_number = written.isascii() and written.isdigit() and len(written) <= TOTAL_DIGITS_MAX
    return Money(max(1, int(written)) if is_number else 1)


def _quantity(written: str) -> int:
    if not written.isascii() or not written.isdigit() or not 1 <= int(written) <= ORDER_QUANTITY_MAX:
        raise QuantityInvalid(quantity_min=1, quantity_max=ORDER_QUANTITY_MAX)
    return int(written)


def _keep(request: HttpRequest, product: UUID, typed: dict[str, Any]) -> None:
    """Remember what was written, on this device alone; and where things go, for the next time."""
    kept = {**request.session.get(KEPT_KEY, {}), str(product): typed}
    request.session[KEPT_KEY] = dict(list(kept.items())[-KEPT_MAX:])
    request.session[ADDRESS_KEY] = {name: typed[name] for name in ("name", "phone", "text", "town")}
    request.session.save()


def _kept(request: HttpRequest, product: UUID) -> dict[str, Any]:
    blank = {"name": user_of(request).name, "phone": "", "text": "", "town": "", "note": "", "quantity": "1"}
    written = request.session.get(KEPT_KEY, {}).get(str(product))
    quantity = request.GET.get("jumlah", "")[:4]
    return {
        **blank,
        **request.session.get(ADDRESS_KEY, {}),
        **(written or {}),
        **({"quantity": quantity} if quantity.isascii() and quantity.isdigit() else {}),
    }


def _is_whole(problem: DomainError) -> bool:
    """Whether it is about the whole purchase, and no single field can mend it."""
    return problem.kind in (Kind.CONFLICT, Kind.FORBIDDEN)


def _problems(problem: DomainError | None) -> dict[str, object]:
    if problem is None:
        return {}
    if isinstance(problem, PinWrong):
        left = int(problem.params["left"] or 0)
        sentence = ngettext(
            "That PIN is wrong. You can try {left} more time.",
            "That PIN is wrong. You can try {left} more times.",
            left,
        )
        return {"pin": sentence.format(left=left)}
    fields = {QuantityInvalid: "quantity", TextInvalid: "note"}
    field = str(problem.params.get("field") or fields.get(type(problem), ""))
    return {field: problem.body()["message"]}


def _sentence(problem: DomainError, available: Money) -> str:
    if isinstance(problem, InsufficientFunds):
        return _("You have {available}, which is not enough. Nothing was paid.").format(available=available)
    if isinstance(problem, SoldOut) and problem.params.get("left") == 0:
        return _("It is sold out. Nothing was paid.")
    return str(problem.body()["message"])
