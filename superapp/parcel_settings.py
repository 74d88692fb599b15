"""Settings of parcels: where they go, and when they are asked about. ``superapp.settings`` takes them over."""

from __future__ import annotations

from superapp import env

ORDER_REVIEW_DAYS = env.positive_integer(
    "ORDER_REVIEW_DAYS",
    30,
    "Days after shipping at which an operator is asked to decide about an order that nobody confirmed.",
    at_most=365,
)
REGIONS_FILE = env.text(
    "REGIONS_FILE",
    "",
    "A newer file of Indonesia's regions than the one that came along, as manage.py make_regions makes it.",
)
