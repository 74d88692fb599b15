"""Presenters of fees: rates in words, as the merchant reads them before and on each sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from payments import api as payments
from superapp.web import time_formats


def format_rate(basis_points: int) -> str:
    """Format a rate as people write it: ``0,7%`` in Indonesian, ``0.7%`` elsewhere."""
    whole, part = divmod(basis_points, 100)
    text = f"{whole}.{part:02}".rstrip("0").rstrip(".")
    return (text.replace(".", ",") if (translation.get_language() or "").startswith("id") else text) + "%"


def fee_sentence(bands: Sequence[payments.FeeBand]) -> str:
    """Return what is paid on a sale, by its amount."""
    if not any(band.basis_points for band in bands):
        return _("No fee.")
    if len(bands) == 1:
        return _("Fee: {rate} of each payment.").format(rate=format_rate(bands[0].basis_points))
    parts = [
        _("{rate} up to {amount}").format(rate=format_rate(band.basis_points), amount=band.up_to)
        if band.up_to
        else _("{rate} above that").format(rate=format_rate(band.basis_points))
        for band in bands
    ]
    return _("Fee: {parts}.").format(parts=", ".join(parts))


def present_fees(
    channel: payments.FeeChannel, *, criteria: str = "", category: str = "", now: datetime
) -> dict[str, str]:
    """Return the sentences about the fee of a channel now, and about the next change if one is announced."""
    about = {"criteria": criteria, "category": category}
    change = payments.find_next_fee_change(channel, after=now, **about)
    return {
        "now": fee_sentence(payments.list_fee_bands(channel, at=now, **about)),
        "next": ""
        if change is None
        else _("From {day}: {fee}").format(
            day=time_formats.format_date(change, now=now),
            fee=fee_sentence(payments.list_fee_bands(channel, at=change, **about)),
        ),
    }
