"""Page of the statement of a shop's balance: a month and a form, and the file."""

from __future__ import annotations

from datetime import date, datetime, time

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import api as payments
from payments.errors import NothingToState, PeriodInvalid, StatementTooLong
from shop.domain.payment_references import merchant_reference
from shop.pages.merchant import require_own_shop
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock
from superapp.core.errors import DomainError

FORMS = ("csv", "xlsx", "pdf", "beancount")
MONTH_CHARS = 7


@named_person_required
@never_cache
@require_safe
def statement(request: HttpRequest) -> HttpResponseBase:
    """Show the form for the month of a statement, or send the statement of the caller's shop as a file."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    today = timezone.localtime(clock.now()).date()
    month = (request.GET.get("bulan") or f"{today:%Y-%m}")[:MONTH_CHARS]
    form = request.GET.get("bentuk", "")
    problem: DomainError | None = None
    if form in FORMS:
        try:
            since, until = _parse_month(month)
            file = payments.open_merchant_statement(
                merchant_reference(shop.public_id),
                form,
                since=since,
                until=until,
                holder=shop.name,
                now=clock.now(),
            )
        except (PeriodInvalid, StatementTooLong, NothingToState) as refusal:
            problem = refusal
        else:
            response = StreamingHttpResponse(file.chunks, content_type=file.content_type)
            response["Content-Disposition"] = f'attachment; filename="{shop.handle}_{month}.{form}"'
            return response
    context = {
        "shop": shop,
        "month": month,
        "this_month": f"{today:%Y-%m}",
        "problem": problem and problem.body()["message"],
    }
    return render(request, "shop/merchant/statement.html", context, status=problem.kind if problem else 200)


def _parse_month(text: str) -> tuple[datetime, datetime]:
    """
    Return the first moments of a month and of the next one, in the reader's time zone.

    :raises PeriodInvalid: if it is no month
    """
    try:
        first = date.fromisoformat(f"{text}-01")
        if first == date.min:  # It begins before any moment in UTC.
            raise PeriodInvalid(days=31)
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        zone = timezone.get_current_timezone()
        return datetime.combine(first, time.min, zone), datetime.combine(after, time.min, zone)
    except (ValueError, OverflowError):
        raise PeriodInvalid(days=31) from None
