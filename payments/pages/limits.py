"""A person's page of limits: what their wallet may hold, what one payment may be, and what is counted by the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import api, queries
from payments.actions.desk_proposals import TIER_WORDS
from payments.actions.qris_accounts import get_qris_amount_max
from payments.actions.withdrawals import ACCOUNTS_ASKED, get_minimum
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock
from superapp.core.money import SEN_PER_RUPIAH, Money


@dataclass(frozen=True, slots=True)
class CountedLimit:
    """A limit by number: how many were used and how many are allowed, and when the count starts anew, if it does."""

    used: int
    most: int
    renewed_at: datetime | None = None


@named_person_required
@never_cache
@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """Show the limits of the person's wallet, what of them is used, and what raises them."""
    user, now = get_current_user(request), clock.now()
    wallet = api.get_wallet(user.pk, now=now)
    tier = queries.get_tier(user.pk)
    room_of_all = queries.find_float_room(wallet.balance.asset)
    context = {
        "wallet": wallet,
        "level": TIER_WORDS.get(tier, tier),
        "room": wallet.room,
        # Only where it is the narrower one: less may come in for anybody than fits into this wallet.
        "room_of_all": room_of_all if _is_narrower(room_of_all, wallet.room) else None,
        "higher": _find_higher_ceiling(wallet.ceiling),
        "as_of": now,
        "transfer_least": Money(SEN_PER_RUPIAH),
        "transfer_least_to_others": Money(settings.TRANSFER_MIN_RUPIAH * SEN_PER_RUPIAH),
        "code_most": get_qris_amount_max(),
        "top_up_least": Money(settings.TOP_UP_MIN_RUPIAH * SEN_PER_RUPIAH),
        "withdrawal_least": get_minimum(),
        "fee": api.get_withdrawal_fee(),
        "has_bank": bool(settings.BANK_URL),
        "accounts_asked": _count_accounts_asked(user.pk, now),
        "codes_waiting": CountedLimit(len(queries.list_open_top_ups(user.pk, now=now)), settings.OPEN_TOP_UPS_MAX),
    }
    return render(request, "payments/limits.html", context)


def _is_narrower(room_of_all: Money | None, room: Money | None) -> bool:
    return room_of_all is not None and (room is None or room_of_all < room)


def _find_higher_ceiling(ceiling: Money | None) -> Money | None:
    """Return the ceiling of a verified wallet if it is above this one, and None otherwise."""
    verified = Money(settings.WALLET_CEILINGS["verified"])
    return verified if ceiling is not None and verified > ceiling else None


def _count_accounts_asked(user_id: int, now: datetime) -> CountedLimit:
    (used,) = accounts.get_rate_counts([(ACCOUNTS_ASKED, str(user_id))], now=now)
    return CountedLimit(used, ACCOUNTS_ASKED.times, ACCOUNTS_ASKED.window_start(now) + ACCOUNTS_ASKED.per)
