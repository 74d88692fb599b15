"""Settings of wallets and of the bank at which their money lies, which ``superapp.settings`` takes over."""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64encode

from django.core.exceptions import ImproperlyConfigured

from superapp import env

# The balance ceilings of wallets, by the verification tier of their owners.
TRANSFER_MIN_RUPIAH = env.positive_integer(
    "TRANSFER_MIN_RUPIAH", 1_000, "The least that people may send to somebody who is no contact of theirs, in rupiah."
)
ANGPAO_MIN_RUPIAH = env.positive_integer(
    "ANGPAO_MIN_RUPIAH", 1_000, "The least that one person gets out of an angpao, in rupiah."
)
ANGPAO_LUCKY = env.boolean(
    "ANGPAO_LUCKY",
    True,
    "Whether the amounts of an angpao may be drawn at random; ask a lawyer whether that is a game of chance where you"
    " are.",
)
WALLET_CEILINGS = {
    "basic": env.integer("WALLET_CEILING_BASIC", 2_000_000_00, "Sen that may lie in the wallet of a proven number."),
    "verified": env.integer(
        "WALLET_CEILING_VERIFIED", 20_000_000_00, "Sen that may lie in a verified person's wallet."
    ),
}


def make_seed() -> str:
    """Make a new private key for blocks of the ledger, in base64url."""
    return urlsafe_b64encode(os.urandom(32)).decode()


# Made in VAR_DIR when embedded; replaced by manage.py ledger_key rotate alone.
LEDGER_KEY = env.text(
    "LEDGER_KEY",
    "",
    "Signs the blocks that seal the ledger: 32 random bytes in base64url. Nothing is sealed without it.",
)
if not re.fullmatch(r"([A-Za-z0-9_-]{43}=?)?", LEDGER_KEY.strip()):
    raise ImproperlyConfigured("LEDGER_KEY must be 32 random bytes in base64url")
# Without a licence for money that is paid everywhere, wallets are a closed loop, which may hold only so much.
WALLET_LOOP = env.text(
    "WALLET_LOOP",
    "closed",
    "closed: all wallets together hold FLOAT_CAP_RUPIAH at most; open: no cap, since the operator has a licence.",
)
if WALLET_LOOP not in ("closed", "open"):
    raise ImproperlyConfigured("WALLET_LOOP must be closed or open")
FLOAT_CAP_RUPIAH = env.positive_integer(
    "FLOAT_CAP_RUPIAH", 1_000_000_000, "The most that the operator of a closed loop may owe its users, in rupiah."
)
# Money from the bank and to it.
WITHDRAWAL_FEE_RUPIAH = env.integer(
    "WITHDRAWAL_FEE_RUPIAH", 2_500, "What a withdrawal to a bank account costs, in rupiah; 0 for nothing."
)
WITHDRAWAL_MIN_RUPIAH = env.positive_integer("WITHDRAWAL_MIN_RUPIAH", 10_000, "The least withdrawal, in rupiah.")
TOP_UP_MIN_RUPIAH = env.positive_integer("TOP_UP_MIN_RUPIAH", 10_000, "The least top-up from a bank, in rupiah.")
OPEN_TOP_UPS_MAX = env.positive_integer(
    "OPEN_TOP_UPS_MAX", 10, "How many codes to top up a person may have waiting to be paid."
)
CHARGE_MINUTES = env.positive_integer(
    "CHARGE_MINUTES", 30, "How long a code or number for one payment from outside can be paid.", at_most=1_440
)
BANK_SECONDS_MAX = env.positive_integer("BANK_SECONDS_MAX", 15, "How long we wait for an answer of the bank.")
BANK_STATEMENT_URL = env.text(
    "BANK_STATEMENT_URL",
    "",
    "Where the bank's CSV statement of {day} (2027-03-01) lies; empty if it is uploaded by hand.",
)
RECONCILIATION_BREAK_ALARM_HOURS = env.positive_integer(
    "RECONCILIATION_BREAK_ALARM_HOURS",
    24,
    "After how many hours an open difference with the bank, or a suspended payment, is an alarm in log and metrics.",
)
# The banks to which people may withdraw, unless the operator names others: the large ones of the country, and those of
# the simulated world.
LARGE_BANKS = {
    "014": "BCA",
    "008": "Mandiri",
    "009": "BNI",
    "002": "BRI",
    "451": "BSI",
    "022": "CIMB Niaga",
    "542": "Bank Jago",
    "535": "SeaBank",
}
SIMULATED_BANKS = {"900": "Bank Simulasi", "901": "Bank Cakrawala (simulasi)", "902": "Bank Lestari (simulasi)"}


def read_simulated_bank(*, served: bool, port: int) -> tuple[bool, int]:
    """Return whether a simulated bank is to be started, and its port."""
    is_simulated = env.boolean(
        "SIMULATED_BANK", not served, "Whether serve starts a simulated bank beside it, to try things with play money."
    )
    if is_simulated and served:
        raise ImproperlyConfigured(
            "SIMULATED_BANK is play money: a served instance has a real bank, at BANK_URL, or none"
        )
    return is_simulated, env.integer("SIMULATED_BANK_PORT", port + 100, "The port of the simulated bank.")
