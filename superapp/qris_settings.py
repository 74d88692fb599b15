"""Settings of codes for payment (QRIS), which ``superapp.settings`` takes over."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured

from superapp import env

QRIS_ACQUIRER_NUMBER = env.text(
    "QRIS_ACQUIRER_NUMBER",
    "93609999",
    "The operator's number as an acquirer in the national scheme; the account numbers of shops begin with it.",
)
if not re.fullmatch(r"9360[0-9]{4}", QRIS_ACQUIRER_NUMBER):
    raise ImproperlyConfigured("QRIS_ACQUIRER_NUMBER must be eight digits that begin with 9360")
QRIS_NETWORK = env.text(
    "QRIS_NETWORK", "ID.NUSA.WWW", "The operator's name inside codes for payment: a domain written backwards."
)
if not re.fullmatch(r"[A-Z0-9.]{3,32}", QRIS_NETWORK):
    raise ImproperlyConfigured("QRIS_NETWORK must be up to 32 capital letters, digits and points")
QRIS_PAYMENT_MAX_RUPIAH = env.positive_integer(
    "QRIS_PAYMENT_MAX_RUPIAH", 10_000_000, "The most that one payment by code may be, in rupiah."
)
QRIS_BILL_MINUTES = env.positive_integer(
    "QRIS_BILL_MINUTES", 15, "How long a code for one amount can be paid.", at_most=1_440
)
