"""Queries of fee rules: the one that counts for a sale, and what a merchant pays by amount."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from payments.contracts import FeeBand
from payments.domain.fees import FeeChannel
from payments.models import FeeRule
from superapp.core.money import Money

# Rules are added with notice, so that a process which reads them this often knows each one before it counts.
READ_EVERY_SECONDS = 60
NOTICE = timedelta(minutes=5)


class _Rules(NamedTuple):
    rows: list[FeeRule]
    read_at: float


_kept: list[_Rules] = []


def find_fee_rule(
    channel: FeeChannel, amount: Money, *, at: datetime, criteria: str = "", category: str = ""
) -> FeeRule:
    """
    Return the fee rule of a sale.

    Of the rules that are for it, one for its category counts before one for its criteria, that before one for all, and
    among those the one that is valid from the latest date.
    """
    # The built-in rules are for every sale of their channel, so one is always found.
    return max(
        (rule for rule in _list_rules(channel, criteria, category, at) if _is_for_amount(rule, amount)), key=_rank
    )


def get_fee_rule(rule_id: int) -> FeeRule:
    """Return the rule with this id."""
    return next(rule for rule in list_fee_rules() if rule.pk == rule_id)


def list_fee_bands(channel: FeeChannel, *, at: datetime, criteria: str = "", category: str = "") -> list[FeeBand]:
    """List what a merchant pays, by amount: each band reaches up to its bound, the last one has none."""
    rules = _list_rules(channel, criteria, category, at)
    bounds = sorted({bound for rule in rules for bound in (rule.amount_above, rule.amount_up_to) if bound})
    bands: list[FeeBand] = []
    for bound in (*bounds, None):
        least = Money((bands[-1].up_to.amount_minor if bands and bands[-1].up_to else 0) + 1)
        rule = max((one for one in rules if _is_for_amount(one, least)), key=_rank)
        if bands and bands[-1].basis_points == rule.basis_points:
            bands.pop()
        bands.append(FeeBand(None if bound is None else Money(bound), rule.basis_points))
    return bands


def find_next_fee_change(
    channel: FeeChannel, *, after: datetime, criteria: str = "", category: str = ""
) -> datetime | None:
    """Return when the bands of a merchant change next, or None if nothing is announced."""
    now_paid = list_fee_bands(channel, at=after, criteria=criteria, category=category)
    dates = {date for rule in list_fee_rules() for date in (rule.valid_from, rule.valid_until) if date}
    for date in sorted(date for date in dates if date > after):
        if list_fee_bands(channel, at=date, criteria=criteria, category=category) != now_paid:
            return date
    return None


def list_fee_rules() -> list[FeeRule]:
    """List all rules, oldest first; those that were added within the last minute may be missing."""
    if not _kept or time.monotonic() - _kept[-1].read_at > READ_EVERY_SECONDS:
        _kept[:] = [_Rules(list(FeeRule.objects.order_by("pk")), time.monotonic())]
    return _kept[-1].rows


def forget_fee_rules() -> None:
    """Have this process read the rules again."""
    _kept.clear()


def _list_rules(channel: FeeChannel, criteria: str, category: str, at: datetime) -> list[FeeRule]:
    return [
        rule
        for rule in list_fee_rules()
        if rule.channel == channel
        and rule.criteria in ("", criteria)
        and (_is_for_all_categories(rule) or rule.category_from <= category <= rule.category_to)
        and rule.valid_from <= at
        and (rule.valid_until is None or at < rule.valid_until)
    ]


def _is_for_amount(rule: FeeRule, amount: Money) -> bool:
    up_to = rule.amount_up_to
    return rule.amount_above < amount.amount_minor and (up_to is None or amount.amount_minor <= up_to)


def _is_for_all_categories(rule: FeeRule) -> bool:
    return (rule.category_from, rule.category_to) == ("0000", "9999")


def _rank(rule: FeeRule) -> tuple[bool, bool, datetime, int]:
    return not _is_for_all_categories(rule), rule.criteria != "", rule.valid_from, rule.pk
