"""Desks of the shop at the operator's console."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from shop.queries.disputes import count_open_disputes
from superapp.console.api import Desk, Role, register_desk

register_desk(
    Desk(
        "shop.disputes",
        pgettext_lazy("desk", "Disputes"),
        "shop:desk_disputes",
        frozenset({Role.FINANCE, Role.SUPPORT}),
        badge=count_open_disputes,
        icon="message-circle",
    )
)
