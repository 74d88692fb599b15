"""The desk of the trial balance: debits and credits by kind of account, and a chart of the balances."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from payments.adapters import charts
from payments.queries.trial_balance import TrialBalanceLine, compute_trial_balance
from superapp.console.sessions import desk_page
from superapp.core.money import IDR, Money

DESK = "payments.trial_balance"
KIND_WORDS: dict[str, str | Promise] = {
    "wallet": pgettext_lazy("account kind", "Wallets"),
    "merchant": pgettext_lazy("account kind", "Merchants"),
    "escrow": pgettext_lazy("account kind", "Escrow"),
    "clearing": pgettext_lazy("account kind", "Clearing"),
    "fee": pgettext_lazy("account kind", "Fees"),
    "cash": pgettext_lazy("account kind", "Cash"),
    "bank": pgettext_lazy("account kind", "Bank"),
    "suspense": pgettext_lazy("account kind", "Suspense"),
    "adjustment": pgettext_lazy("account kind", "Gains and losses at the bank"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSheet:
    """The trial balance of one asset: its lines with their words, and the sums of both sides."""

    asset: str
    lines: list[tuple[str | Promise, TrialBalanceLine, Money]]
    debits: Money
    credits: Money

    @property
    def is_balanced(self) -> bool:
        return self.debits == self.credits


@desk_page(DESK)
@require_safe
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show the sums of all accounts, and whether both sides are equal."""
    sheets = [_sum_up(asset, list(lines)) for asset, lines in groupby(compute_trial_balance(), lambda line: line.asset)]
    return render(request, "payments/desks/trial_balance.html", {"sheets": sheets})


@desk_page(DESK)
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """Draw the balances in rupiah as an SVG file without scripts or anything from elsewhere."""
    lines = [line for line in compute_trial_balance() if line.asset == IDR]
    return HttpResponse(draw_chart(lines, is_narrow="sempit" in request.GET), content_type="image/svg+xml")


def draw_chart(lines: list[TrialBalanceLine], *, is_narrow: bool = False) -> bytes:
    """Draw a bar for each kind of account."""
    bars = [(str(_word(line.kind)), Money(line.balance, line.asset)) for line in lines]
    return charts.draw_bars(bars, empty=_("No accounts yet"), is_narrow=is_narrow)


def _sum_up(asset: str, lines: list[TrialBalanceLine]) -> AssetSheet:
    return AssetSheet(
        asset=asset,
        lines=[(_word(line.kind), line, Money(line.balance, asset)) for line in lines],
        debits=Money(sum(line.debits for line in lines), asset),
        credits=Money(sum(line.credits for line in lines), asset),
    )


def _word(kind: str) -> str | Promise:
    """Return a kind of account in words; one without any is named as it is stored."""
    return KIND_WORDS.get(kind, kind)
