"""Feature gates of angpao: payments as a whole, and the lucky mode alone."""

from __future__ import annotations

from django.conf import settings

from payments import api as payments
from payments.errors import NotOffered
from superapp.core import feature_gates


def is_enabled() -> bool:
    """Return whether angpao can be sent on this installation."""
    return payments.is_enabled()


def is_lucky_enabled() -> bool:
    """Return whether amounts may be drawn, which some laws may take for a game of chance."""
    return is_enabled() and bool(settings.ANGPAO_LUCKY)


requires_angpao = feature_gates.require("payments", NotOffered)
