"""Pages of the wallet: balance, history and statements."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import api
from payments.domain import wallet_links
from payments.errors import PeriodInvalid, StatementTooLong
from payments.pages import js_messages, presenters
from payments.queries import serializers
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.money import Money
from superapp.web import time_formats
from superapp.web.offline import readable_offline

ROWS_PER_PAGE = 30
SEARCH_CHARS_MAX = 100
SEQ_MAX = 2**53
PERIOD_DAYS_MAX = 366
HIDE_BALANCE_COOKIE = "balance"
STATEMENT_FORMS = ("csv", "xlsx", "pdf", "beancount")


@readable_offline
@named_person_required
@never_cache
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """Show balance and history; ``?cari`` searches, ``?sebelum`` is the cursor of the next older page."""
    user, now = get_current_user(request), clock.now()
    shown = api.get_wallet(user.pk, now=now)
    query = request.GET.get("cari", "")[:SEARCH_CHARS_MAX].strip()
    before_seq = _parse_seq(request.GET.get("sebelum", ""))
    found = api.list_wallet_movements(user.pk, now=now, before_seq=before_seq, limit=ROWS_PER_PAGE + 1, search=query)
    page = found[:ROWS_PER_PAGE]
    device_id = accounts.get_device_id(request)
    pin = api.get_pin_state(user.pk, device_id=device_id, now=now)
    wrong_elsewhere, is_wrong_here = api.list_unreported_attempts(user.pk, device_id)
    is_asked_about = bool(pin.reset_from or wrong_elsewhere)
    context = {
        "wallet": shown,
        "room": shown.room,
        "pin": pin,
        "asking": accounts.list_devices_awaiting_trust(user.pk, now=now),
        "is_asked_here": pin.is_reset_on(device_id),
        "wrong_elsewhere": wrong_elsewhere,
        "is_wrong_here": is_wrong_here,
        "is_trusted": is_asked_about and accounts.is_trusted_device(user.pk, device_id),
        "is_hidden": request.COOKIES.get(HIDE_BALANCE_COOKIE) == "hidden",
        "ways": [{"link": link, "waiting": link.count_waiting(user.pk)} for link in wallet_links.list_links()],
        "days": presenters.present_days(page, now=now),
        "earlier_seq": page[-1].seq if len(found) > len(page) else None,
        "query": query,
        "is_first_page": before_seq is None,
        "note": take_flash(request),
        "words": js_messages.JS_MESSAGES,
        "boot": _boot(user, shown, is_live=before_seq is None and not query),
        "blank": _BLANK,
    }
    return render(request, "payments/wallet.html", context)


@named_person_required
@never_cache
@require_safe
def statement(request: HttpRequest) -> HttpResponseBase:
    """Show the form for a statement's period, or send the statement as a file."""
    user = get_current_user(request)
    today = timezone.localtime(clock.now()).date()
    first_day = request.GET.get("dari") or today.replace(day=1).isoformat()
    last_day = request.GET.get("sampai") or today.isoformat()
    form = request.GET.get("bentuk", "")
    problem: DomainError | None = None
    if form in STATEMENT_FORMS:
        try:
            since, until = _parse_period(first_day, last_day)
            file = api.open_wallet_statement(user.pk, form, since=since, until=until, holder=user.name, now=clock.now())
            return stream_file(file, f"{first_day}_{last_day}.{form}")
        except (PeriodInvalid, StatementTooLong) as refusal:
            problem = refusal
    context = {
        "first_day": first_day,
        "last_day": last_day,
        "today": today.isoformat(),
        "problem": problem and problem.body()["message"],
    }
    return render(request, "payments/statement.html", context, status=problem.kind if problem else 200)


def stream_file(file: api.StatementFile, name: str) -> StreamingHttpResponse:
    """Return a response that streams a statement as a file."""
    response = StreamingHttpResponse(file.chunks, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _parse_period(first_day: str, last_day: str) -> tuple[datetime, datetime]:
    """
    Return the first moment of the first day and the moment after the last day, in the reader's time zone.

    Raises PeriodInvalid.
    """
    try:
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
        after = last + timedelta(days=1)
        # The first day of the calendar begins before any moment in UTC.
        if first == date.min or not 0 <= (last - first).days <= PERIOD_DAYS_MAX:
            raise PeriodInvalid(days=PERIOD_DAYS_MAX)
        zone = timezone.get_current_timezone()
        return datetime.combine(first, time.min, zone), datetime.combine(after, time.min, zone)
    except (ValueError, OverflowError):
        raise PeriodInvalid(days=PERIOD_DAYS_MAX) from None


def _boot(user: Any, shown: api.Wallet, *, is_live: bool) -> Any:
    return msgspec.to_builtins(
        {
            "me": accounts.serialize_person(user),
            "locale": time_formats.locale(),
            "time_zone": user.time_zone,
            "urls": {"socket": "/ws", "receipt": "/dompet/bukti/{journal}/", "login": "/masuk/"},
            "wallet": serializers.serialize_wallet(shown),
            "as_of": clock.to_wire(clock.now()),
            "is_newest_page": is_live,
        }
    )


def _parse_seq(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(SEQ_MAX))
    return int(text) if is_number and 0 < int(text) <= SEQ_MAX else None


# The rows that the page's script fills. Without the key, ``items`` would be the method of the dictionary.
_BLANK = {"amount": Money(0), "direction": "in", "items": ""}
