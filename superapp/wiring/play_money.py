"""Play money of the demo: an ordinary top-up, requested by one demo operator and approved by the other."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from payments import api as payments
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.accounts.errors import PersonNotFound
from superapp.core import clock
from superapp.core.form_pages import post_only_redirecting_to
from superapp.core.money import Money
from superapp.wiring.demo.operators import OPERATORS

AMOUNT = Money(500_000_00)
REASON = "Uang percobaan / play money"
RATE_LIMIT = accounts.RateLimit("play_money", 10, timedelta(days=1))


def register() -> None:
    """Register the form on the top-up page, for demos."""
    payments.register_play_money_form(form_url)


def form_url() -> str:
    """Return the URL of the form; empty if no play money is available."""
    return reverse("wiring:play_money") if find_clerks() else ""


@post_only_redirecting_to("payments:top_up")
@named_person_required
def take_play_money(request: HttpRequest) -> HttpResponse:
    """Put play money into the wallet of the logged-in person; available in an embedded demo only."""
    clerks = find_clerks()
    user, now = get_current_user(request), clock.now()
    if not clerks or user.pk in clerks:
        raise Http404
    accounts.consume_rate_limits([(RATE_LIMIT, f"user:{user.pk}")], now=now)
    maker, checker = clerks
    with transaction.atomic():
        asked = payments.request_top_up(user_id=user.pk, amount=AMOUNT, reason=REASON, maker_id=maker, now=now)
        answer = payments.approve_top_up(top_up=asked.public_id, checker_id=checker, now=now)
    if isinstance(answer, payments.Refused):
        raise answer.error()
    told = _("{amount} of play money is in your wallet. It is worth nothing outside this demo.").format(amount=AMOUNT)
    accounts.flash_next(request, told)
    return redirect(accounts.get_next_url(request, default=reverse("payments:wallet")))


def find_clerks() -> tuple[int, ...]:
    """
    Return the two operators of the demo, or none.

    There are none if the instance is served, if codes are sent to real phones, or if there is no demo.
    """
    if settings.SERVED or settings.SMS_URL or not settings.SMS_INBOX or not payments.is_enabled():
        return ()
    try:
        clerks = [accounts.get_user_by_handle(handle) for _name, handle in OPERATORS]
    except PersonNotFound:
        return ()
    return tuple(clerk.pk for clerk in clerks)
