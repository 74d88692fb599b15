"""Feature gate of payments between people: they are offered where payments are."""

from __future__ import annotations

from payments.errors import NotOffered
from superapp.core import feature_gates

requires_payments = feature_gates.require("payments", NotOffered)
